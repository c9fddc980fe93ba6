import { textReply, type HttpReply, type Route } from '../http/route.ts';

const maxSeconds = 60;

export interface ProfilingOptions {
  /** Without authentication only the machine itself may ask. */
  isAuthenticated: boolean;
}

/** `/debug/profile?seconds=5` is a CPU profile, `/debug/heap` a heap snapshot; both open in Chromium's DevTools. */
export function createProfilingRoutes({ isAuthenticated }: ProfilingOptions): Route[] {
  let isBusy = false;

  const guarded = (path: string, handle: Route['handle']): Route => ({
    path,
    async handle(request) {
      if (!isAuthenticated && !isLoopback(request.remoteAddress)) {
        return textReply(403, 'Profiles are for the machine itself only, unless authentication is on.');
      }
      if (isBusy) return textReply(409, 'A profile is being taken; ask again when it is done.');
      isBusy = true;
      try {
        return await handle(request);
      } finally {
        isBusy = false;
      }
    },
  });

  return [
    guarded('/debug/profile', async ({ query }) => {
      const seconds = Number(query.get('seconds') ?? 5);
      if (!(seconds > 0 && seconds <= maxSeconds)) {
        return textReply(400, `seconds: use a number above 0, at most ${String(maxSeconds)}.`);
      }
      return download('tallyman.cpuprofile', await cpuProfile(seconds * 1000));
    }),
    guarded('/debug/heap', async () => {
      const { getHeapSnapshot } = await import('node:v8');
      return download('tallyman.heapsnapshot', getHeapSnapshot());
    }),
  ];
}

async function cpuProfile(ms: number): Promise<string> {
  const { Session } = await import('node:inspector/promises');
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    await new Promise((resolve) => setTimeout(resolve, ms));
    const { profile } = await session.post('Profiler.stop');
    return JSON.stringify(profile);
  } finally {
    session.disconnect();
  }
}

function download(name: string, body: NonNullable<HttpReply['body']>): HttpReply {
  const headers = { 'Content-Type': 'application/json', 'Content-Disposition': `attachment; filename="${name}"` };
  return { status: 200, headers, body };
}

function isLoopback(address: string): boolean {
  return /^(?:::ffff:)?127\./.test(address) || address === '::1';
}
