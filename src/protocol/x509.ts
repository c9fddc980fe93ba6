import type * as X509 from '@peculiar/x509';

/** Loads the X.509 library when it is needed: most commands never do. */
export async function loadX509(): Promise<typeof X509> {
  provideMetadata();
  const x509 = await import('@peculiar/x509');
  // Without `self`, as in Node.js, the library finds no WebCrypto of its own.
  x509.cryptoProvider.set(globalThis.crypto);
  return x509;
}

type Metadata = Map<unknown, unknown>;

interface MetadataReflect {
  getMetadata?: (key: unknown, target: object) => unknown;
  getOwnMetadata?: (key: unknown, target: object) => unknown;
  defineMetadata?: (key: unknown, value: unknown, target: object) => void;
}

/**
 * The part of the metadata reflection API (https://rbuckton.github.io/reflect-metadata) that the library's injection
 * container needs at its start; it is left alone where there is one.
 */
function provideMetadata(): void {
  const reflect = Reflect as MetadataReflect;
  if (reflect.getMetadata !== undefined) return;
  const all = new WeakMap<object, Metadata>();
  const own = (key: unknown, target: object): unknown => all.get(target)?.get(key);
  reflect.getOwnMetadata = own;
  reflect.getMetadata = (key, target) => {
    for (let at: object | null = target; at !== null; at = Reflect.getPrototypeOf(at)) {
      if (all.get(at)?.has(key) === true) return own(key, at);
    }
    return undefined;
  };
  reflect.defineMetadata = (key, value, target) => {
    const entries: Metadata = all.get(target) ?? new Map();
    all.set(target, entries.set(key, value));
  };
}
