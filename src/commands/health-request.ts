import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import type { RequestOptions } from 'node:https';
import { errorText, systemCode } from '../base/errors.ts';

/** A server that hangs is told from one that has little CPU: a health answer takes milliseconds, a throttled one seconds. */
const deadlineMs = 3000;

export interface HealthQuestion {
  /** The address that the server listens on; those that mean all addresses are asked on loopback. */
  address: string;
  port: number;
  path: string;
  tls: boolean;
  /** Sent along where the health path asks for a user. */
  user?: { name: string; password: string } | undefined;
  /** Users are known by hashes alone: a server that refuses us works. */
  hasHashedUsers?: boolean;
  /** The server takes nobody without a certificate, and we have none: one that shakes hands works. */
  needsCertificate?: boolean;
}

export interface HealthAnswer {
  healthy: boolean;
  /** What was asked and what came out. */
  line: string;
}

/** Asks a health path once. Never throws. */
export async function askHealth(question: HealthQuestion): Promise<HealthAnswer> {
  const host = localAddress(question.address);
  const scheme = question.tls ? 'https' : 'http';
  const url = `${scheme}://${isIPv6(host) ? `[${host}]` : host}:${String(question.port)}${question.path}`;
  const signal = AbortSignal.timeout(deadlineMs);
  try {
    if (question.tls && question.needsCertificate === true) {
      await shakeHands(host, question.port, signal);
      return { healthy: true, line: `${url}: speaks TLS, and wants a certificate that a health check does not have` };
    }
    const status = await get(host, question, signal);
    return { healthy: isAlive(status, question), line: `${url}: HTTP ${String(status)}` };
  } catch (error) {
    return {
      healthy: false,
      line: `${url}: ${signal.aborted ? `no answer in ${String(deadlineMs / 1000)} s` : reason(error)}`,
    };
  }
}

function localAddress(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  return address === '::' ? '::1' : address;
}

/** 429 is what a rate limit of the web configuration file answers: by a server that works. */
function isAlive(status: number, { hasHashedUsers }: HealthQuestion): boolean {
  return status === 200 || status === 429 || (status === 401 && hasHashedUsers === true);
}

async function get(host: string, { port, path, tls, user }: HealthQuestion, signal: AbortSignal): Promise<number> {
  const { request } = tls ? await import('node:https') : await import('node:http');
  const options: RequestOptions = {
    host,
    port,
    path,
    signal,
    agent: false,
    // It is asked whether our own server on this machine answers. Its certificate has the name that others know it by.
    rejectUnauthorized: false,
    ...(user === undefined ? {} : { headers: { Authorization: basic(user) } }),
  };
  return await new Promise((resolve, reject) => {
    const answered = (answer: IncomingMessage): void => {
      resolve(answer.statusCode ?? 0);
      answer.destroy();
    };
    request(options, answered).on('error', reject).end();
  });
}

/** Begins a TLS connection and breaks it off when the server has answered: a whole one would be logged as a refused client. */
async function shakeHands(host: string, port: number, signal: AbortSignal): Promise<void> {
  const { connect } = await import('node:tls');
  const socket = connect({ host, port, rejectUnauthorized: false });
  const abort = (): void => void socket.destroy(new Error('aborted'));
  signal.addEventListener('abort', abort);
  await new Promise<void>((resolve, reject) => {
    socket
      .once('keylog', resolve)
      .once('error', reject)
      .once('close', () => reject(new Error('the connection was closed')));
  }).finally(() => {
    signal.removeEventListener('abort', abort);
    socket.on('error', () => undefined).destroy();
  });
}

function basic({ name, password }: { name: string; password: string }): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}

function reason(error: unknown): string {
  switch (systemCode(error)) {
    case 'ECONNREFUSED':
      return 'connection refused';
    case 'ECONNRESET':
      return 'the connection was closed';
    default:
      return errorText(error);
  }
}
