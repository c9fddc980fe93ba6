import { createServer, type Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { loadRecordedAnswers, type RecordedAnswers } from './recorded-answers.ts';

/**
 * An engine with many running containers, for measuring: it answers from bytes that are made before the first request,
 * so that next to nothing of the time is its own. Every container has an own id, name and inspect; the statistics are
 * those of four recorded containers in turn.
 *
 * `node test/support/recorded-engine.ts --socket PATH --containers 1000` prints `listening` when it is ready, and ends
 * on SIGTERM.
 */
export function createRecordedEngine(containers: number): {
  listen(socketPath: string): Promise<void>;
  stop(): Promise<void>;
} {
  const answers = serialise(loadRecordedAnswers('docker-28.5-cgroup2'), containers);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let rest = '';
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      const heads = (rest + text).split('\r\n\r\n');
      rest = heads.pop() ?? '';
      for (const head of heads) socket.write(answers(head.slice('GET '.length, head.indexOf(' HTTP/'))));
    });
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  return {
    listen: (socketPath) =>
      new Promise((resolve, reject) => {
        server.once('error', reject).listen(socketPath, () => resolve());
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

const models = ['fx-limited', 'fx-io', 'fx-multinet', 'fx-compose-b'];

/** Every answer by its path, without version and query. */
function serialise(recorded: RecordedAnswers, containers: number): (path: string) => Buffer {
  const head = Object.entries(recorded.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const reply = (body: string, status = '200 OK'): Buffer => {
    const length = String(Buffer.byteLength(body));
    return Buffer.from(
      `HTTP/1.1 ${status}\r\n${head.join('')}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`,
    );
  };
  const entries = models.flatMap((name) => recorded.list.filter(({ Names }) => Names[0] === `/${name}`));
  const stats = entries.map(({ Id }) => reply(recorded.stats.get(Id) ?? ''));
  const replies = new Map<string, Buffer>([
    ['/_ping', reply('OK')],
    ['/version', reply(recorded.version)],
    ['/images/json', reply(recorded.images)],
    ['/volumes', reply(recorded.volumes)],
    ['/networks', reply(recorded.networks)],
    // The events never end and never come: a header, and then silence.
    ['/events', Buffer.from(`HTTP/1.1 200 OK\r\n${head.join('')}Transfer-Encoding: chunked\r\n\r\n`)],
  ]);

  const listed = Array.from({ length: containers }, (_, index) => {
    const model = index % entries.length;
    const entry = entries[model];
    const body = stats[model];
    if (entry === undefined || body === undefined) throw new Error('a recorded container is missing');
    const id = (index + 1).toString(16).padStart(entry.Id.length, '5');
    const name = `${entry.Names[0] ?? ''}-${String(index + 1)}`;
    replies.set(`/containers/${id}/stats`, body);
    replies.set(`/containers/${id}/json`, reply((recorded.inspects.get(entry.Id) ?? '').replaceAll(entry.Id, id)));
    return { ...entry, Id: id, Names: [name] };
  });
  replies.set('/containers/json', reply(JSON.stringify(listed)));
  const missing = reply('{"message":"page not found"}', '404 Not Found');
  return (target) => replies.get(/^(?:\/v[\d.]+)?(\/[^?]*)/.exec(target)?.[1] ?? '') ?? missing;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { socket: { type: 'string' }, containers: { type: 'string', default: '1000' } },
  });
  if (values.socket === undefined) throw new Error('--socket PATH is missing');
  const engine = createRecordedEngine(Number(values.containers));
  await engine.listen(values.socket);
  process.stdout.write('listening\n');
  process.once('SIGTERM', () => void engine.stop());
}
