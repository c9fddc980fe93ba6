import { createPrivateKey, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import { onTestFinished } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';
import { connectPath, enrollPath, type EnrollReply } from '../../../protocol/enrollment.ts';
import { openMessage } from '../../../protocol/frame-codec.ts';
import { serverFrameSchema, type ServerFrame } from '../../../protocol/frames.ts';
import { loadX509 } from '../../../protocol/x509.ts';
import { importSigningKey } from '../../ca/signing-key.ts';

/** A key and a request for it. */
export interface Candidate {
  keyPem: string;
  csr: string;
}

export async function newCandidate(): Promise<Candidate> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { keyPem, csr: await requestFor(keyPem) };
}

export async function requestFor(keyPem: string): Promise<string> {
  const { Pkcs10CertificateRequestGenerator } = await loadX509();
  const keys = await importSigningKey(keyPem);
  const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' };
  // What it asks for besides is not to be granted.
  const name = [{ CN: ['urn:tallyman:server'] }];
  return (await Pkcs10CertificateRequestGenerator.create({ name, keys, signingAlgorithm })).toString('pem');
}

export interface Posted {
  status: number;
  body: unknown;
  headers: NodeJS.Dict<string | string[]>;
}

/** One request to the agents' address, as anybody can send it. */
export function post(port: number, body: string, options: { path?: string; method?: string } = {}): Promise<Posted> {
  return new Promise((resolve, reject) => {
    const { path = enrollPath, method = 'POST' } = options;
    const target = { host: '127.0.0.1', port, path, method, agent: false, rejectUnauthorized: false };
    const sent = request(target, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const parsed: unknown = text.startsWith('{') ? JSON.parse(text) : text;
        resolve({ status: response.statusCode ?? 0, body: parsed, headers: response.headers });
      });
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export function postJoin(port: number, token: string, candidate: Candidate): Promise<Posted> {
  return post(port, JSON.stringify({ token, csr: candidate.csr, version: '0.1.0' }));
}

/** What an agent keeps of having joined. */
export interface Identity {
  key: string;
  cert: string;
  id: string;
}

export async function join(port: number, token: string): Promise<Identity> {
  const candidate = await newCandidate();
  const { status, body } = await postJoin(port, token, candidate);
  if (status !== 200) throw new Error(`joining gave ${status}: ${JSON.stringify(body)}`);
  const reply = body as EnrollReply;
  return { key: candidate.keyPem, cert: reply.certificate, id: reply.id };
}

/** An agent of a test: it sends what it is told, with the numbers in their order, and remembers what comes. */
export interface TestAgent {
  ws: WebSocket;
  bootId: string;
  frames: ServerFrame[];
  /** Numbers and sends a message; returns its number. */
  send(frame: object): number;
  hello(more?: object): Promise<void>;
  heartbeat(more?: object): number;
  /** The next message of this type, also if it came already. */
  next<T extends ServerFrame['type']>(type: T): Promise<Extract<ServerFrame, { type: T }>>;
  /** How the connection ended. */
  closed: Promise<{ code: number; reason: string }>;
}

/** Opens a connection; rejects with the HTTP status when the upgrade is refused. */
export function connect(port: number, identity: Partial<Identity>, options: ClientOptions = {}): Promise<TestAgent> {
  const { key, cert } = identity;
  const ws = new WebSocket(`wss://127.0.0.1:${port}${connectPath}`, {
    ...{ rejectUnauthorized: false, perMessageDeflate: false },
    ...(key === undefined ? {} : { key, cert }),
    ...options,
  });
  onTestFinished(() => ws.terminate());
  const agent = createTestAgent(ws);
  return new Promise((resolve, reject) => {
    ws.once('open', () => resolve(agent));
    ws.once('unexpected-response', (sent, response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => reject(new UpgradeRefused(response.statusCode ?? 0, body)));
      response.on('close', () => sent.destroy());
    });
    ws.on('error', reject);
  });
}

export class UpgradeRefused extends Error {
  readonly status: number;

  constructor(status: number, body: string) {
    super(`${status}: ${body}`);
    this.status = status;
  }
}

export async function connectAndGreet(port: number, identity: Identity, hello: object = {}): Promise<TestAgent> {
  const agent = await connect(port, identity);
  await agent.hello(hello);
  return agent;
}

/** A hello as agents of protocol version 1 say it. */
export function helloFrame(bootId: string): object {
  return { type: 'hello', protocol: { oldest: 1, newest: 1 }, version: '0.1.0', bootId, at: Date.now() };
}

function createTestAgent(ws: WebSocket): TestAgent {
  const frames: ServerFrame[] = [];
  const waiting = new Set<() => void>();
  let seq = 0;
  const bootId = randomBytes(8).toString('hex');
  ws.on('message', (data: Buffer, isBinary) => {
    const text = openMessage(isBinary ? data : data.toString('utf8'));
    frames.push(serverFrameSchema.parse(JSON.parse(text)));
    for (const look of waiting) look();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on('close', (code, reason) => {
      resolve({ code, reason: reason.toString('utf8') });
      for (const look of waiting) look();
    });
  });
  const send = (frame: object): number => {
    seq += 1;
    ws.send(JSON.stringify({ seq, ...frame }));
    return seq;
  };
  const next = <T extends ServerFrame['type']>(type: T): Promise<Extract<ServerFrame, { type: T }>> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const at = frames.findIndex((frame) => frame.type === type);
        if (at >= 0) {
          waiting.delete(look);
          resolve(frames.splice(at, 1)[0] as Extract<ServerFrame, { type: T }>);
        } else if (ws.readyState === WebSocket.CLOSED) {
          waiting.delete(look);
          reject(new Error(`the connection ended before a ${type}`));
        }
      };
      waiting.add(look);
      look();
    });
  return {
    ...{ ws, bootId, frames, send, next, closed },
    async hello(more = {}) {
      send({ ...helloFrame(bootId), ...more });
      await next('welcome');
    },
    heartbeat: (more = {}) => send({ type: 'heartbeat', at: Date.now(), engine: { reachable: true }, ...more }),
  };
}

export function serialOf(identity: Identity): string {
  return new X509Certificate(identity.cert).serialNumber.toLowerCase();
}

/** The key itself, where a test has to look whether a certificate belongs to it. */
export function keyOf(pem: string): ReturnType<typeof createPrivateKey> {
  return createPrivateKey(pem);
}
