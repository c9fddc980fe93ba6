import { networkInterfaces } from 'node:os';
import type { Store } from '../store/store.ts';
import type { JoinFacts } from './api/routes/host-routes.ts';
import type { Authority } from './ca/authority.ts';

const settingName = 'agent_urls';

/** Where agents connect: at the servers that run, or else as last known; and by what they know the right server. */
export function createJoinFacts(store: Store, authority: Authority): JoinFacts {
  return {
    async agentUrls() {
      const running = (await store.instances.all()).map(({ address }) => address);
      const texts = running.length > 0 ? running : [(await store.settings.get(settingName)) ?? ''];
      return [...new Set(texts.flatMap((text) => text.split(',')).filter((url) => url !== ''))];
    },
    caFingerprint: () => Promise.resolve(authority.fingerprint),
  };
}

/** Remembers the address for commands that add hosts while no server runs. */
export async function rememberAgentUrls(store: Store, urls: readonly string[]): Promise<void> {
  await store.settings.set(settingName, urls.join(','));
}

/** The URL at which agents of other machines reach a listener; of an address that means every one, the first that is no loopback. */
export function reachableUrl(address: string, port: number): string {
  const everywhere = address === '0.0.0.0' || address === '::';
  const host = everywhere ? (firstAddress() ?? '127.0.0.1') : address;
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Networks that containers and virtual machines of this very machine are on. */
const inner = /^(?:docker|br-|veth|virbr|cni|flannel|lo)/;

function firstAddress(): string | undefined {
  return Object.entries(networkInterfaces())
    .filter(([name]) => !inner.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .find(({ internal, family, address }) => !internal && family === 'IPv4' && !address.startsWith('169.254.'))
    ?.address;
}
