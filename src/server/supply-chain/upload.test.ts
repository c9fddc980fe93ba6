import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { waitFor } from '../../../test/support/wait-for.ts';
import { silentLog } from '../../base/log.ts';
import { nodeListener } from '../api/node-listener.ts';
import { openSupplyBench, trivyReport, type SupplyBench } from './test-kit/supply-bench.ts';

let bench: SupplyBench;
let server: Server;
let token = '';
beforeEach(async () => {
  bench = await openSupplyBench();
  await bench.addOrg('acme');
  token = await bench.token('operator');
  server = createServer(nodeListener(bench.api, { log: silentLog() }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await bench[Symbol.asyncDispose]();
});

function open(): { upload: ReturnType<typeof request>; answer: Promise<{ status: number; text: string }> } {
  const { port } = server.address() as AddressInfo;
  const upload = request({
    port,
    method: 'POST',
    path: '/api/v1/orgs/acme/reports?image=app:1',
    headers: { authorization: `Bearer ${token}` },
  });
  const answer = new Promise<{ status: number; text: string }>((resolve, reject) => {
    upload.on('error', reject).on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text })).on('error', reject);
    });
  });
  return { upload, answer };
}

test('who sends a large report that is refused at its beginning is told why, after all of it is sent', async () => {
  const { upload, answer } = open();
  upload.write('{"no": report');
  const filling = Buffer.alloc(1024 * 1024, ' ');
  for (let count = 0; count < 40; count += 1)
    if (!upload.write(filling)) await new Promise((resolve) => upload.once('drain', resolve));
  upload.end('}');
  const { status, text } = await answer;
  expect(status).toBe(422);
  expect(text).toContain('REPORT_SYNTAX');
  expect(text).toContain('line 1, column 8');
});

test('a client that leaves half-way leaves nothing behind', async () => {
  const whole = Buffer.from(JSON.stringify(trivyReport('app:1', [{ id: 'CVE-1' }])));
  const { upload, answer } = open();
  upload.write(whole.subarray(0, whole.length - 2));
  await waitFor('the request', async () =>
    (await bench.store.tokens.list({ limit: 10 })).some((one) => one.lastUsedAt !== undefined),
  );
  upload.destroy();
  await expect(answer).rejects.toThrow(/hang up|reset|aborted/i);
  const second = open();
  second.upload.end(whole);
  expect((await second.answer).status).toBe(201);
  expect(await bench.store.audit.list({ limit: 10, action: 'report.push' })).toHaveLength(1);
});
