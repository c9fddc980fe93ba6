import { expect, it } from 'vitest';
import { createCertificates, type Certificates } from '../../support/certificates.ts';
import { createTempFolder } from '../../support/temp-folder.ts';
import { scrapeOnce, startRecordedEngine } from '../engines.ts';
import { startTlsEngine, type TlsEngine } from '../tls-engine.ts';
import { proves, provesByFile } from './proof.ts';

export function proveDockerTls(): void {
  provesByFile('docker.tls.enabled', 'docker.tls.ca_cert', 'docker.tls.cert', 'docker.tls.key');
  it('the engine is verified, and sees the client certificate', () =>
    withTlsEngine(async ({ scrape, tls, certificates: { ca, client, stranger } }) => {
      const pair = `cert: ${client.cert}, key: ${client.key}`;
      expect(await scrape(`{ enabled: true, ca_cert: ${ca}, ${pair} }`)).toBe(1);
      expect(tls.accepted()).toBeGreaterThan(0);
      const before = tls.accepted();
      expect(await scrape('{ enabled: false }')).toBe(0);
      expect(await scrape(`{ enabled: true, ca_cert: ${ca} }`)).toBe(0);
      expect(await scrape(`{ enabled: true, ca_cert: ${ca}, cert: ${stranger.cert}, key: ${stranger.key} }`)).toBe(0);
      expect(tls.accepted()).toBe(before);
      expect(await scrape(`{ enabled: true, ca_cert: ${stranger.cert}, ${pair} }`)).toBe(0);
      expect(await scrape(`{ enabled: true, ${pair} }`)).toBe(0);
    }));

  provesByFile('docker.tls.verify');
  it('an unverified engine will do', () =>
    withTlsEngine(async ({ scrape, certificates: { client, stranger } }) => {
      const tls = `enabled: true, ca_cert: ${stranger.cert}, cert: ${client.cert}, key: ${client.key}`;
      expect(await scrape(`{ ${tls}, verify: false }`)).toBe(1);
      expect(await scrape(`{ ${tls}, verify: true }`)).toBe(0);
    }));

  proves('docker.tls.enabled DOCKER_TLS_VERIFY', 'docker.tls.ca_cert DOCKER_CERT_PATH');
  proves('docker.tls.cert DOCKER_CERT_PATH', 'docker.tls.key DOCKER_CERT_PATH');
  it("the Docker CLI's variables turn TLS on and bring the files", () =>
    withTlsEngine(async ({ scrape, folder }) => {
      expect(await scrape('{ enabled: false }', { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder })).toBe(1);
    }));

  proves('docker.tls.verify DOCKER_TLS_VERIFY');
  it('DOCKER_TLS_VERIFY verifies whatever the file says', () =>
    withTlsEngine(async ({ scrape, folder, certificates: { client, stranger } }) => {
      const env = { DOCKER_TLS_VERIFY: '0', DOCKER_CERT_PATH: folder };
      expect(await scrape('{ verify: false }', env)).toBe(1);
      const pair = `cert: ${client.cert}, key: ${client.key}`;
      const byFile = { DOCKER_TLS_VERIFY: '0' };
      expect(await scrape(`{ verify: false, ca_cert: ${stranger.cert}, ${pair} }`, byFile)).toBe(0);
    }));

  proves('docker.tls.enabled DOCKER_TLS');
  it('DOCKER_TLS alone encrypts and does not verify', () =>
    withTlsEngine(async ({ scrape, folder, certificates: { stranger } }) => {
      const env = { DOCKER_TLS: '1', DOCKER_CERT_PATH: folder };
      expect(await scrape(`{ enabled: false, ca_cert: ${stranger.cert} }`, env)).toBe(1);
    }));
}

interface Tools {
  tls: TlsEngine;
  certificates: Certificates;
  /** With ca.pem, cert.pem and key.pem. */
  folder: string;
  /** exporter_up of a program with that `docker.tls` in its file, and the TLS engine as its docker.host. */
  scrape: (tls: string, env?: Record<string, string>) => Promise<number | undefined>;
}

async function withTlsEngine(use: (tools: Tools) => Promise<void>): Promise<void> {
  const folder = createTempFolder();
  try {
    const certificates = await createCertificates(folder.path);
    await using engine = await startRecordedEngine();
    await using tls = await startTlsEngine(engine, certificates);
    const scrape: Tools['scrape'] = async (text, env = {}) => {
      const exposition = await scrapeOnce(tls.dockerHost, { config: `docker:\n  tls: ${text}\n`, env });
      return exposition.value('exporter_up');
    };
    await use({ tls, certificates, folder: folder.path, scrape });
  } finally {
    folder.remove();
  }
}
