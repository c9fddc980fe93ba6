import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PrivateEngine } from '../support/private-engine.ts';

const script = join(import.meta.dirname, '../../scripts/image.ts');

/** What `make image` runs after the build, on a private engine; gives what it printed. */
export async function runImageScript(engine: PrivateEngine, image: string): Promise<string> {
  const env = { ...process.env, DOCKER_HOST: engine.host, IMAGE: image };
  return (await promisify(execFile)(process.execPath, [script], { env })).stdout;
}
