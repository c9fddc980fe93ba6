import { errorText } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Hello } from '../../protocol/frames.ts';
import type { HostRow, Store } from '../../store/store.ts';
import { exporterText } from './exporter-text.ts';

/** Keeps what a hello says of the agent with its host's row; what is there already is not written again. */
export interface HelloRecord {
  /** Never rejects. To be called again, with each heartbeat, until it is written. */
  write(hello: Hello): Promise<void>;
}

export function createHelloRecord(options: {
  store: Pick<Store, 'hosts'>;
  /** As it was when the agent connected. */
  host: HostRow;
  address: string;
  log: Log;
}): HelloRecord {
  const { store, host, address, log } = options;
  let isWritten = false;
  let isWriting = false;
  return {
    async write({ version, exporter }) {
      if (isWritten || isWriting) return;
      const said = { agentVersion: version, exporter: exporterText(exporter ?? undefined, address) };
      isWriting = true;
      try {
        const isNews = said.agentVersion !== host.agentVersion || said.exporter !== host.exporter;
        if (isNews) await store.hosts.update(host.id, said);
        isWritten = true;
      } catch (error) {
        log.warn(`the agent's version cannot be written now: ${errorText(error)}`);
      } finally {
        isWriting = false;
      }
    },
  };
}
