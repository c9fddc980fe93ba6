import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import type { RecordedAnswers } from './recorded-answers.ts';
import { createTempFolder } from './temp-folder.ts';

export type FakeCall =
  | 'ping'
  | 'version'
  | 'list'
  | 'stats'
  | 'inspect'
  | 'events'
  | 'images'
  | 'volumes'
  | 'networks'
  | 'unknown';

export interface FakeRequest {
  call: FakeCall;
  /** As it was sent, with version and query. */
  path: string;
  /** The version in the path, `1.51`. */
  apiVersion: string | undefined;
  /** Of stats and inspect. */
  containerId: string | undefined;
}

/** What an engine does with a request; `body` is what it would have answered. */
export type Reply = (response: ServerResponse, body: string, request: FakeRequest) => void;

export interface FakeEngine extends AsyncDisposable {
  /** As in DOCKER_HOST. */
  readonly dockerHost: string;
  /** The unix socket's path; undefined on TCP. */
  readonly socketPath: string | undefined;
  /** What it answers from; tests change it at will. */
  answers: RecordedAnswers;
  /** Every request so far, in order. */
  readonly requests: FakeRequest[];
  /** How many requests of a kind came so far. */
  count(call: FakeCall): number;
  /**
   * Answers the calls, or one container's with a name or id in `container`, in another way from now on. The latest
   * rule that fits counts. Returns a function that takes it back.
   */
  misbehave(rule: { calls?: readonly FakeCall[]; container?: string }, reply: Reply): () => void;
  /** Takes all rules back. */
  behave(): void;
  /** Sends a line to everybody who follows the events. */
  emit(event: unknown): void;
  /** Writes bytes to everybody who follows the events. */
  emitRaw(text: string): void;
  followers(): number;
  /** Ends the events streams, as an engine or a proxy with a time limit does. */
  endEvents(): void;
  start(): Promise<void>;
  /** Breaks every connection and takes the socket away. */
  stop(): Promise<void>;
}

/**
 * A stand-in for a Docker Engine, on a unix socket (or on a TCP port of 127.0.0.1): it answers with what real engines
 * were recorded to say, and can be told to misbehave. A mock, for one reason: a real engine cannot be made to answer
 * wrongly, half, late or never. Whatever a real engine can show is tested with real ones, in test/engine.
 */
export function createFakeEngine(answers: RecordedAnswers, on: 'unix' | 'tcp' = 'unix'): FakeEngine {
  const folder = on === 'unix' ? createTempFolder() : undefined;
  const socketPath = folder === undefined ? undefined : join(folder.path, 'docker.sock');
  const requests: FakeRequest[] = [];
  const rules: { calls: readonly FakeCall[] | undefined; container: string | undefined; reply: Reply }[] = [];
  const followers = new Set<ServerResponse>();
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;

  const ruleFor = ({ call, containerId }: FakeRequest): Reply | undefined =>
    rules.findLast(
      ({ calls, container }) =>
        (calls === undefined || calls.includes(call)) &&
        (container === undefined || container === containerId || nameOf(engine.answers, containerId) === container),
    )?.reply;

  const serve = (message: IncomingMessage, response: ServerResponse): void => {
    const request = parseRequest(message.url ?? '');
    requests.push(request);
    response.on('error', () => undefined);
    for (const [name, value] of Object.entries(engine.answers.headers)) response.setHeader(name, value);
    const { status, body } = normalAnswer(engine.answers, request);
    const rule = ruleFor(request);
    if (rule !== undefined) rule(response, body, request);
    else if (request.call === 'events' && status === 200) follow(response);
    else answerWith(status, body)(response, body, request);
  };

  const follow = (response: ServerResponse): void => {
    response.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders();
    followers.add(response);
    response.on('close', () => followers.delete(response));
  };

  const engine: FakeEngine = {
    get dockerHost() {
      return socketPath === undefined ? `tcp://127.0.0.1:${String(port)}` : `unix://${socketPath}`;
    },
    socketPath,
    answers,
    requests,
    count: (call) => requests.filter((request) => request.call === call).length,
    misbehave({ calls, container }, reply) {
      const rule = { calls, container, reply };
      rules.push(rule);
      return () => void (rules.includes(rule) && rules.splice(rules.indexOf(rule), 1));
    },
    behave: () => void rules.splice(0),
    emit: (event) => engine.emitRaw(`${JSON.stringify(event)}\n`),
    emitRaw(text) {
      for (const follower of followers) follower.write(text);
    },
    followers: () => followers.size,
    endEvents() {
      for (const follower of followers) follower.end();
    },
    async start() {
      server = createServer({ keepAliveTimeout: 0 }, serve);
      server.on('connection', (socket: Socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
        socket.on('error', () => undefined);
      });
      if (socketPath === undefined) server.listen(port, '127.0.0.1');
      else server.listen(socketPath);
      await once(server, 'listening');
      if (socketPath === undefined) ({ port } = server.address() as AddressInfo);
    },
    async stop() {
      const stopping = server;
      server = undefined;
      if (stopping === undefined) return;
      const closed = once(stopping, 'close');
      stopping.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      if (socketPath !== undefined) rmSync(socketPath, { force: true });
    },
    async [Symbol.asyncDispose]() {
      await engine.stop();
      folder?.remove();
    },
  };
  return engine;
}

/** Creates a fake engine that listens already. */
export async function startFakeEngine(answers: RecordedAnswers, on: 'unix' | 'tcp' = 'unix'): Promise<FakeEngine> {
  const engine = createFakeEngine(answers, on);
  await engine.start();
  return engine;
}

/** Answers with this status and text, the engine's own body where none is given. */
export function answerWith(status: number, text?: string): Reply {
  return (response, body) => {
    const bytes = Buffer.from(text ?? body, 'utf8');
    response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': bytes.length }).end(bytes);
  };
}

/** What a socket proxy says to a call that it does not allow; without the engine's headers. */
export const forbid: Reply = (response) => {
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.writeHead(403, { 'Content-Type': 'text/html' }).end('<html><body><h1>403 Forbidden</h1></body></html>\n');
};

/** Takes the request and never says a word. */
export const hang: Reply = () => undefined;

/** Hangs up without an answer. */
export const hangUp: Reply = (response) => void response.socket?.destroy();

/** Announces the whole answer, sends half of it and hangs up. */
export const halfAnswer: Reply = (response, body) => {
  const bytes = Buffer.from(body, 'utf8');
  response.writeHead(200, { 'Content-Length': bytes.length });
  response.write(bytes.subarray(0, bytes.length >> 1), () => void response.socket?.destroy());
};

/** Sends the answer byte by byte. */
export function drip(everyMs: number): Reply {
  return (response, body) => {
    const bytes = Buffer.from(body, 'utf8');
    let at = 0;
    response.writeHead(200, { 'Content-Length': bytes.length });
    const timer = setInterval(() => {
      response.write(bytes.subarray(at, at + 1));
      at += 1;
      if (at === bytes.length) response.end();
    }, everyMs);
    response.on('close', () => clearInterval(timer));
  };
}

/** Sends a JSON list of exactly `bytes` bytes, as fast as it is read: numbers, or one long text. */
export function flood(
  bytes: number,
  { chunked, of = 'numbers' }: { chunked: boolean; of?: 'numbers' | 'text' },
): Reply {
  const unit = Buffer.alloc(64 * 1024, of === 'numbers' ? '1,' : 'x');
  return (response) => {
    response.writeHead(200, chunked ? {} : { 'Content-Length': bytes });
    const [before, after] = of === 'numbers' ? ['[', '1]'] : ['["', '"]'];
    let left = bytes - before.length - after.length;
    response.write(before);
    const send = (): void => {
      while (left > 0) {
        const size = Math.min(left, unit.length);
        left -= size;
        if (!response.write(unit.subarray(0, size))) return;
      }
      response.end(after);
      response.off('drain', send);
    };
    response.on('drain', send);
    send();
  };
}

function parseRequest(path: string): FakeRequest {
  const [, apiVersion, rest = '/'] = /^(?:\/v(\d+\.\d+))?(\/[^?]*)/.exec(path) ?? [];
  const container = /^\/containers\/([^/]+)\/(stats|json)$/.exec(rest);
  if (container !== null) {
    const call = container[2] === 'stats' ? 'stats' : 'inspect';
    return { call, path, apiVersion, containerId: decodeURIComponent(container[1] ?? '') };
  }
  return { call: callsByPath[rest] ?? 'unknown', path, apiVersion, containerId: undefined };
}

const callsByPath: Readonly<Record<string, FakeCall>> = {
  '/_ping': 'ping',
  '/version': 'version',
  '/containers/json': 'list',
  '/events': 'events',
  '/images/json': 'images',
  '/volumes': 'volumes',
  '/networks': 'networks',
};

/** What the recorded engine says, with the statuses and messages of the real one. */
function normalAnswer(answers: RecordedAnswers, request: FakeRequest): { status: number; body: string } {
  const { apiVersion, call, containerId = '' } = request;
  if (apiVersion !== undefined && minor(apiVersion) > minor(answers.apiVersion)) {
    const message = `client version ${apiVersion} is too new. Maximum supported API version is ${answers.apiVersion}`;
    return { status: 400, body: JSON.stringify({ message }) };
  }
  if (apiVersion !== undefined && minor(apiVersion) < minor(answers.minApiVersion)) {
    return { status: 400, body: `client version ${apiVersion} is too old.\n` };
  }
  if (call === 'stats' || call === 'inspect') {
    const body = (call === 'stats' ? answers.stats : answers.inspects).get(containerId);
    if (body !== undefined) return { status: 200, body };
    return { status: 404, body: JSON.stringify({ message: `No such container: ${containerId}` }) };
  }
  if (call === 'unknown') return { status: 404, body: JSON.stringify({ message: 'page not found' }) };
  const bodies = { ...answers, list: JSON.stringify(answers.list), ping: 'OK', events: '' };
  return { status: 200, body: bodies[call] };
}

function minor(version: string): number {
  return Number(version.split('.')[1]);
}

function nameOf({ list }: RecordedAnswers, id: string | undefined): string | undefined {
  return list.find((entry) => entry.Id === id)?.Names[0]?.slice(1);
}
