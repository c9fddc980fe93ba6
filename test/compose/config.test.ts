import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createComposeProject,
  type ComposeConfig,
  type ComposeProject,
  type ComposeService,
} from './compose-project.ts';
import { hasCurrentPrograms } from './programs.ts';

const variants = [
  { name: 'all', files: ['compose.yaml'] },
  { name: 'all with the engine', files: ['compose.yaml', 'compose.engine.yaml'] },
  { name: 'small', files: ['compose.small.yaml'] },
] as const;

/** The metrics socket is root's alone. */
const mayBeRoot = ['engine-metrics'];
/** Images of which something else is known than their tag: ours has its health check built in. */
const own = ['tallyman', 'engine-metrics'];

describe.skipIf(!hasCurrentPrograms('docker-compose'))('docker compose config', () => {
  describe.each(variants)('$name', ({ files }) => {
    let project: ComposeProject;
    let config: ComposeConfig;
    beforeAll(async () => {
      project = createComposeProject(files);
      config = await project.config();
    });
    afterAll(() => project?.remove());
    const services = (): [string, ComposeService][] => Object.entries(config.services);
    const named = (name: string): ComposeService => config.services[name] ?? ({} as ComposeService);

    test('every container has the least privileges, and limits', () => {
      for (const [name, service] of services()) {
        expect(service, name).toMatchObject({
          read_only: true,
          cap_drop: ['ALL'],
          security_opt: ['no-new-privileges:true'],
          pids_limit: expect.any(Number) as number,
        });
        expect(Number(service.mem_limit), name).toBeGreaterThanOrEqual(64 * 1024 * 1024);
        expect(service.cap_add ?? [], name).toEqual([]);
        expect(service.privileged ?? false, name).toBe(false);
        if (!mayBeRoot.includes(name)) expect(service.user, name).toMatch(/^[1-9]\d+:\d+$/);
      }
    });

    test('every image but our own is pinned, and has a health check', () => {
      for (const [name, service] of services()) {
        if (own.includes(name)) {
          expect(service, name).toMatchObject({ image: 'tallyman:latest', pull_policy: 'never' });
          continue;
        }
        expect(service.image, name).toMatch(/^[\w./-]+:v?\d+\.\d+\.\d+$/);
        expect(service.healthcheck?.test[0], name).toBe('CMD');
      }
    });

    test('ports are published on loopback alone', () => {
      const ports = services().flatMap(([, { ports = [] }]) => ports);
      expect(ports.map(({ host_ip: address }) => address)).toEqual(ports.map(() => '127.0.0.1'));
      expect(ports.map(({ target }) => target).toSorted()).toEqual(
        files.some((file) => file === 'compose.small.yaml') ? [9200] : [3000, 9090, 9093, 9200],
      );
    });

    test('what is mounted from the host is read-only, and the API socket in one container', () => {
      const mounts = services().flatMap(([name, { volumes = [] }]) => volumes.map((volume) => ({ name, ...volume })));
      expect(mounts.filter(({ type, read_only: isReadOnly }) => type === 'bind' && isReadOnly !== true)).toEqual([]);
      const holders = mounts.filter(({ source }) => source.endsWith('docker.sock')).map(({ name }) => name);
      expect(holders).toEqual(files.some((file) => file === 'compose.small.yaml') ? ['tallyman'] : ['socket-proxy']);
    });

    test('the proxy has no way out, and nobody but the exporter reaches it', () => {
      if (files.some((file) => file === 'compose.small.yaml')) return;
      expect(Object.keys(named('socket-proxy').networks ?? {})).toEqual(['engine']);
      expect(config.networks['engine']).toMatchObject({ internal: true });
      const inside = services().filter(([, { networks = {} }]) => 'engine' in networks);
      expect(inside.map(([name]) => name).toSorted()).toEqual(['socket-proxy', 'tallyman']);
    });
  });

  test('the proxy lets through what the exporter asks, and nothing that shows what is in containers', async () => {
    const project = createComposeProject(['compose.yaml']);
    try {
      const { services } = await project.config();
      const allowed = new RegExp(`^${services['socket-proxy']?.environment?.['SP_ALLOW_GET'] ?? ''}$`);
      const id = '0123456789abcdef'.repeat(4);
      const asked = ['/_ping', '/version', '/events', '/containers/json', `/containers/${id}/json`, `/containers/${id}/stats`, '/images/json', '/volumes', '/networks']; // prettier-ignore
      const others = ['/info', '/secrets', `/containers/${id}/logs`, `/containers/${id}/archive`, `/containers/${id}/export`, `/containers/${id}/top`, '/images/x/get', `/containers/${id}/json/../archive`, '/networks/x', '/v1.47', '/swarm']; // prettier-ignore
      for (const path of asked.flatMap((one) => [one, `/v1.41${one}`])) expect(path).toMatch(allowed);
      for (const path of others.flatMap((one) => [one, `/v1.41${one}`])) expect(path).not.toMatch(allowed);
    } finally {
      project.remove();
    }
  });

  test.each([
    { files: ['compose.yaml'], settings: { GRAFANA_ADMIN_PASSWORD: 'x' }, told: /DOCKER_GID.*stat -c %g/ },
    { files: ['compose.yaml'], settings: { DOCKER_GID: '1' }, told: /GRAFANA_ADMIN_PASSWORD.*password/ },
    { files: ['compose.small.yaml'], settings: {}, told: /DOCKER_GID.*stat -c %g/ },
  ])('without what it needs it says so: $told', async ({ files, settings, told }) => {
    const project = createComposeProject(files, settings);
    try {
      const { code, stderr } = await project.attempt('config', '--quiet');
      expect(code).not.toBe(0);
      expect(stderr).toMatch(told);
    } finally {
      project.remove();
    }
  });
});
