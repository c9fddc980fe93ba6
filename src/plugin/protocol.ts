import { errorText } from '../base/errors.ts';

/** The plugin API's media type: https://docs.docker.com/engine/extend/plugin_api/ */
export const pluginContentType = 'application/vnd.docker.plugins.v1.2+json';

export const protocolCalls = [
  'Plugin.Activate',
  'MetricsCollector.StartMetrics',
  'MetricsCollector.StopMetrics',
] as const;

export type ProtocolCall = (typeof protocolCalls)[number];

/** An answer to the engine: the status, and an object that is sent as JSON. An error's text is in `Err`. */
export interface ProtocolReply {
  status: number;
  body: Readonly<Record<string, unknown>>;
  headers?: Readonly<Record<string, string>>;
}

export interface ProtocolHandlers {
  /** One line on what is wrong, for `Err`; the engine logs it and goes on. */
  startMetrics(): Promise<string | undefined>;
  stopMetrics(): void;
}

export interface Protocol {
  /** What can be said before the body is there: an answer where nothing is called, else which call it is. */
  match(method: string, path: string): { call: ProtocolCall } | { call?: undefined; reply: ProtocolReply };
  /** Does what the engine asks. Never rejects. */
  answer(call: ProtocolCall, body: Uint8Array): Promise<ProtocolReply>;
}

/** The engine's side of the plugin: `docker.metricscollector/1.0`. */
export function createProtocol(handlers: ProtocolHandlers): Protocol {
  const answers: Readonly<Record<ProtocolCall, () => Promise<ProtocolReply>>> = {
    'Plugin.Activate': async () => ({ status: 200, body: { Implements: ['MetricsCollector'] } }),
    'MetricsCollector.StartMetrics': async () => ({
      status: 200,
      body: { Err: (await handlers.startMetrics()) ?? '' },
    }),
    'MetricsCollector.StopMetrics': async () => {
      handlers.stopMetrics();
      return { status: 200, body: { Err: '' } };
    },
  };

  return {
    match(method, path) {
      const call = protocolCalls.find((one) => `/${one}` === path);
      if (call === undefined) {
        return {
          reply: errorReply(404, `no such call: known are ${protocolCalls.map((one) => `/${one}`).join(', ')}`),
        };
      }
      if (method === 'POST') return { call };
      return { reply: { ...errorReply(405, `${call} is called by POST`), headers: { Allow: 'POST' } } };
    },
    async answer(call, body) {
      if (!isEmptyOrObject(body)) return errorReply(400, `${call}: the body is neither empty nor a JSON object`);
      try {
        return await answers[call]();
      } catch (error) {
        return errorReply(500, `${call}: ${errorText(error)}`);
      }
    },
  };
}

export function errorReply(status: number, text: string): ProtocolReply {
  return { status, body: { Err: text } };
}

function isEmptyOrObject(body: Uint8Array): boolean {
  const text = Buffer.from(body).toString('utf8').trim();
  if (text === '') return true;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && !Array.isArray(value);
  } catch {
    return false;
  }
}
