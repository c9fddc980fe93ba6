import { describe, expect, it } from 'vitest';
import { faults, fixture, loaded, type Given } from '../../test/fixtures/config/exporter.ts';

const cert = fixture('tls/server.cert.pem');
const key = fixture('tls/server.key.pem');
const folder = (path: string) => ({ [`${path}/ca.pem`]: cert, [`${path}/cert.pem`]: cert, [`${path}/key.pem`]: key });

function tls(given: Given): unknown[] {
  const { config } = loaded(given);
  const files = [config['docker.tls.ca_cert'], config['docker.tls.cert'], config['docker.tls.key']];
  return [config['docker.tls.enabled'], config['docker.tls.verify'], ...files];
}

describe('TLS with the engine, by the environment', () => {
  it('is off without variables, or with empty ones', () => {
    expect(tls({})).toEqual([false, true, '', '', '']);
    expect(tls({ env: { DOCKER_TLS: '', DOCKER_TLS_VERIFY: '', DOCKER_CERT_PATH: '/certs' } })).toEqual([
      false,
      true,
      '',
      '',
      '',
    ]);
  });

  it('is on and verified with any DOCKER_TLS_VERIFY, "0" too', () => {
    const given = { env: { DOCKER_TLS_VERIFY: '0', DOCKER_CERT_PATH: '/certs' }, files: folder('/certs') };
    expect(tls(given)).toEqual([true, true, '/certs/ca.pem', '/certs/cert.pem', '/certs/key.pem']);
    expect(loaded(given).origins.get('docker.tls.enabled')).toBe('environment DOCKER_TLS_VERIFY');
    expect(loaded(given).origins.get('docker.tls.ca_cert')).toBe('environment DOCKER_CERT_PATH');
  });

  it('is on and not verified with DOCKER_TLS alone', () => {
    expect(tls({ env: { DOCKER_TLS: '1', HOME: '/home/ada' } })).toEqual([true, false, '', '', '']);
    expect(tls({ env: { DOCKER_TLS: '1' } })).toEqual([true, false, '', '', '']);
  });

  it('stays verified where the file says so', () => {
    const yaml = 'docker:\n  tls: {verify: true}\n';
    expect(tls({ yaml, env: { DOCKER_TLS: '1', HOME: '/home/ada' }, files: folder('/home/ada/.docker') })[1]).toBe(
      true,
    );
  });

  it('takes files from ~/.docker, the pair only when both are there', () => {
    const env = { DOCKER_TLS_VERIFY: '1', HOME: '/home/ada' };
    const { '/home/ada/.docker/key.pem': _, ...withoutKey } = folder('/home/ada/.docker');
    expect(tls({ env, files: folder('/home/ada/.docker') }).slice(2)).toEqual(Object.keys(folder('/home/ada/.docker')));
    expect(tls({ env, files: withoutKey }).slice(2)).toEqual(['/home/ada/.docker/ca.pem', '', '']);
  });

  it('keeps the files that the configuration names before those of ~/.docker, after those of DOCKER_CERT_PATH', () => {
    const yaml = 'docker:\n  tls: {ca_cert: tls/server.cert.pem}\n';
    const home = { yaml, env: { DOCKER_TLS_VERIFY: '1', HOME: '/home/ada' }, files: folder('/home/ada/.docker') };
    const [, cert, key] = Object.keys(folder('/home/ada/.docker'));
    expect(tls(home).slice(2)).toEqual(['tls/server.cert.pem', cert, key]);
    const path = { yaml, env: { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' }, files: folder('/certs') };
    expect(tls(path).slice(2)).toEqual(['/certs/ca.pem', '/certs/cert.pem', '/certs/key.pem']);
  });

  it('needs no client certificate in DOCKER_CERT_PATH, as the Docker CLI', () => {
    const { '/certs/cert.pem': _, '/certs/key.pem': __, ...authority } = folder('/certs');
    const given = { env: { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' }, files: authority };
    expect(tls(given).slice(2)).toEqual(['/certs/ca.pem', '', '']);
  });

  it('names the files that are missing', () => {
    expect(faults({ env: { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/none' } })).toEqual([
      'docker.tls.ca_cert: /none/ca.pem (environment DOCKER_CERT_PATH) cannot be read: no such file',
    ]);
    expect(faults({ env: { DOCKER_TLS_VERIFY: '1', HOME: '/none' } })).toEqual([
      'docker.tls.ca_cert: /none/.docker/ca.pem (environment HOME) cannot be read: no such file',
    ]);
    expect(faults({ env: { DOCKER_TLS_VERIFY: '1' } })).toEqual([
      'docker.tls.ca_cert: "" (default) is needed to verify the engine: set it, DOCKER_CERT_PATH or HOME',
    ]);
  });
});

describe('TLS with the engine, by the file', () => {
  it("uses the system's authorities unless told otherwise", () => {
    const yaml = 'docker:\n  host: tcp://engine\n  tls: {enabled: true}\n';
    expect(tls({ yaml, env: { HOME: '/none' } })).toEqual([true, true, '', '', '']);
    expect(tls({ yaml, env: { DOCKER_CERT_PATH: '/certs' }, files: folder('/certs') })[2]).toBe('/certs/ca.pem');
  });

  it('is implied by https://', () => {
    const { config, origins } = loaded({ env: { DOCKER_HOST: 'https://engine' } });
    expect([config['docker.tls.enabled'], config['docker.tls.verify']]).toEqual([true, true]);
    expect(origins.get('docker.tls.enabled')).toBe('environment DOCKER_HOST');
  });

  it('does not contradict https://', () => {
    const yaml = 'docker:\n  host: https://engine\n  tls: {enabled: false}\n';
    expect(faults({ yaml })).toEqual([
      'docker.tls.enabled: false (config.yaml:3) contradicts docker.host: https://engine (config.yaml:2): change one',
    ]);
  });
});
