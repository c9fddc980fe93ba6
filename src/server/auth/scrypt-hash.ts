import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

export interface ScryptCost {
  n: number;
  r: number;
  p: number;
}

/** 32 MiB and three passes for each password: one of the settings that OWASP names for scrypt. */
export const usualCost: ScryptCost = { n: 2 ** 15, r: 8, p: 3 };

/** What a stored hash may ask for; more would be a way to stop the server. */
const mostMemory = 256 * 1024 * 1024;
const keyBytes = 32;
const saltBytes = 16;

/** `scrypt$N$r$p$salt$hash`, salt and hash in base64url. */
export async function hashWithScrypt(password: string, cost: ScryptCost): Promise<string> {
  const salt = randomBytes(saltBytes);
  const key = await derive(password, salt, cost);
  return ['scrypt', cost.n, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** false also for a text that is no such hash. */
export async function isScryptHashOf(stored: string, password: string): Promise<boolean> {
  const parsed = parse(stored);
  if (parsed === undefined) return false;
  return timingSafeEqual(await derive(password, parsed.salt, parsed.cost), parsed.key);
}

export function hasCost(stored: string, cost: ScryptCost): boolean {
  return stored.startsWith(`scrypt$${String(cost.n)}$${String(cost.r)}$${String(cost.p)}$`);
}

function parse(stored: string): { cost: ScryptCost; salt: Buffer; key: Buffer } | undefined {
  const match = /^scrypt\$(\d{1,8})\$(\d{1,3})\$(\d{1,3})\$([\w-]{1,128})\$([\w-]{43})$/.exec(stored);
  if (match === null) return undefined;
  const [n, r, p] = match.slice(1, 4).map(Number);
  if (n === undefined || r === undefined || p === undefined) return undefined;
  const isSane = n > 1 && Number.isInteger(Math.log2(n)) && r > 0 && p > 0 && p <= 16 && 128 * n * r <= mostMemory;
  if (!isSane) return undefined;
  return {
    cost: { n, r, p },
    salt: Buffer.from(match[4] ?? '', 'base64url'),
    key: Buffer.from(match[5] ?? '', 'base64url'),
  };
}

function derive(password: string, salt: Buffer, cost: ScryptCost): Promise<Buffer> {
  // The same password typed on different keyboards (NFC, NFD, full width) is the same password.
  const secret = password.normalize('NFKC');
  return new Promise((resolve, reject) => {
    scrypt(secret, salt, keyBytes, { N: cost.n, r: cost.r, p: cost.p, maxmem: mostMemory * 2 }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
