import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { memoryRise, startPair } from './faulty-engine.ts';

test('200 slow clients do not keep others from their answers', async () => {
  await using pair = await startPair();
  const { tallyman } = pair;
  await tallyman.scrape();
  const sockets: Socket[] = [];
  const connect = async (): Promise<Socket> => {
    const socket = createConnection({ host: '127.0.0.1', port: tallyman.port });
    socket.on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  };

  const rise = await memoryRise(tallyman.pid, async () => {
    // A hundred ask several times and never read what they get ...
    for (let n = 0; n < 100; n += 1) {
      const socket = await connect();
      socket.pause();
      socket.write('GET /metrics HTTP/1.1\r\nHost: tallyman\r\n\r\n'.repeat(20));
    }
    // ... and a hundred ask so slowly that they never come to an end.
    const head = 'GET /metrics HTTP/1.1\r\nHost: tallyman\r\nX-Slow: ';
    const slow: { socket: Socket; at: number }[] = [];
    for (let n = 0; n < 100; n += 1) slow.push({ socket: await connect(), at: 0 });
    const drip = setInterval(() => {
      for (const one of slow) {
        one.socket.write(head[one.at] ?? 'x');
        one.at += 1;
      }
    }, 50);

    for (let n = 0; n < 10; n += 1) {
      expect((await tallyman.get('/health', { timeoutMs: 5000 })).status).toBe(200);
      const { exposition } = await tallyman.scrape();
      expect(exposition.find('container_memory_usage_bytes')).toHaveLength(12);
      await sleep(100);
    }
    clearInterval(drip);
  });
  for (const socket of sockets) socket.destroy();
  expect(rise).toBeLessThan(96);
});

test('clients that hang up in the middle of a scrape', async () => {
  await using pair = await startPair();
  const { engine, tallyman } = pair;
  engine.misbehave({ calls: ['list'] }, (response, body) => {
    setTimeout(() => response.end(body), 100);
  });
  for (let n = 0; n < 20; n += 1) {
    const socket = createConnection({ host: '127.0.0.1', port: tallyman.port });
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write('GET /metrics HTTP/1.1\r\nHost: tallyman\r\n\r\n');
    setTimeout(() => socket.resetAndDestroy(), 10 * n);
  }
  await sleep(300);
  expect((await tallyman.scrape()).exposition.value('exporter_up')).toBe(1);
});
