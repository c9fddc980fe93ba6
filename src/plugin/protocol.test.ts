import { describe, expect, it } from 'vitest';
import { createProtocol, type ProtocolCall, type ProtocolReply } from './protocol.ts';

function setUp(startMetrics = async (): Promise<string | undefined> => undefined) {
  const called: string[] = [];
  const protocol = createProtocol({
    startMetrics() {
      called.push('start');
      return startMetrics();
    },
    stopMetrics: () => void called.push('stop'),
  });
  const answer = (call: ProtocolCall, body = ''): Promise<ProtocolReply> => protocol.answer(call, Buffer.from(body));
  return { called, protocol, answer };
}

describe('matching', () => {
  it.each(['Plugin.Activate', 'MetricsCollector.StartMetrics', 'MetricsCollector.StopMetrics'] as const)(
    '%s is called by POST alone',
    (call) => {
      const { protocol } = setUp();
      expect(protocol.match('POST', `/${call}`)).toEqual({ call });
      expect(protocol.match('GET', `/${call}`)).toMatchObject({ reply: { status: 405, headers: { Allow: 'POST' } } });
    },
  );

  it.each(['/', '/metrics', '/Plugin.Activate/', '/VolumeDriver.List', '//'])('%s is no call', (path) => {
    const { protocol } = setUp();
    const body = { Err: expect.stringContaining('no such call: known are /Plugin.Activate') as string };
    expect(protocol.match('POST', path)).toMatchObject({ reply: { status: 404, body } });
  });
});

describe('answers', () => {
  it.each(['', ' \n', '{}', '{"a":1}', 'null'])('take the body %j', async (body) => {
    const { answer, called } = setUp();
    expect(await answer('Plugin.Activate', body)).toEqual({ status: 200, body: { Implements: ['MetricsCollector'] } });
    expect(await answer('MetricsCollector.StartMetrics', body)).toEqual({ status: 200, body: { Err: '' } });
    expect(await answer('MetricsCollector.StopMetrics', body)).toEqual({ status: 200, body: { Err: '' } });
    expect(called).toEqual(['start', 'stop']);
  });

  it.each(['{', '[]', '1', '"a"', '\0'])('refuse the body %j', async (body) => {
    const { answer, called } = setUp();
    expect(await answer('MetricsCollector.StartMetrics', body)).toEqual({
      status: 400,
      body: { Err: 'MetricsCollector.StartMetrics: the body is neither empty nor a JSON object' },
    });
    expect(called).toEqual([]);
  });

  it('carry a reason in Err', async () => {
    const { answer } = setUp(async () => 'no socket');
    expect(await answer('MetricsCollector.StartMetrics')).toEqual({ status: 200, body: { Err: 'no socket' } });
  });

  it('come also when a handler fails', async () => {
    const { answer } = setUp(() => Promise.reject(new Error('out of files')));
    const body = { Err: 'MetricsCollector.StartMetrics: out of files' };
    expect(await answer('MetricsCollector.StartMetrics')).toEqual({ status: 500, body });
  });
});
