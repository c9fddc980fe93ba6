import { join } from 'node:path';
import { startBackground } from '../test/support/background-process.ts';
import { createTempFolder } from '../test/support/temp-folder.ts';
import { waitFor } from '../test/support/wait-for.ts';

export interface RecordedEngineProcess extends AsyncDisposable {
  readonly socketPath: string;
}

const program = join(import.meta.dirname, '../test/support/recorded-engine.ts');

/** Starts an engine of recorded answers in a process of its own, so that its work is nobody else's. */
export async function startRecordedEngine(containers: number): Promise<RecordedEngineProcess> {
  const folder = createTempFolder();
  const socketPath = join(folder.path, 'd.sock');
  const args = [program, '--socket', socketPath, '--containers', String(containers)];
  const child = startBackground(process.execPath, args);
  const stop = async (): Promise<void> => {
    await child.stop();
    folder.remove();
  };
  try {
    await waitFor('the recorded engine', () => !child.isRunning() || child.output().includes('listening'));
    if (!child.isRunning()) throw new Error(`the recorded engine ended: ${child.output().trim()}`);
  } catch (error) {
    await stop();
    throw error;
  }
  return { socketPath, [Symbol.asyncDispose]: stop };
}
