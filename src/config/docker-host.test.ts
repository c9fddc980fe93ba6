import { describe, expect, it } from 'vitest';
import { parseDockerHost } from './docker-host.ts';

describe('parseDockerHost', () => {
  it.each([
    ['unix:///run/docker.sock', false, { kind: 'unix', socketPath: '/run/docker.sock' }],
    ['unix://', true, { kind: 'unix', socketPath: '/var/run/docker.sock' }],
    ['tcp://engine', false, { kind: 'tcp', host: 'engine', port: 2375, tls: false }],
    ['tcp://engine/', true, { kind: 'tcp', host: 'engine', port: 2376, tls: true }],
    ['TCP://10.0.0.1:1234', false, { kind: 'tcp', host: '10.0.0.1', port: 1234, tls: false }],
    ['tcp://[::1]:2375', false, { kind: 'tcp', host: '::1', port: 2375, tls: false }],
    ['[fe80::1]', true, { kind: 'tcp', host: 'fe80::1', port: 2376, tls: true }],
    ['engine.example:99', false, { kind: 'tcp', host: 'engine.example', port: 99, tls: false }],
    ['http://engine', false, { kind: 'tcp', host: 'engine', port: 2375, tls: false }],
    ['https://engine', false, { kind: 'tcp', host: 'engine', port: 2376, tls: true }],
  ])('reads %s (TLS %s)', (text, tls, expected) => {
    expect(parseDockerHost(text, tls)).toEqual(expected);
  });

  it.each([
    ['ssh://me@host', 'is an address of an unsupported kind (ssh://)'],
    ['npipe:////./pipe/docker_engine', 'is an address of an unsupported kind (npipe://)'],
    ['fd://', 'is an address of an unsupported kind (fd://)'],
    ['unix://docker.sock', 'has no absolute path'],
    [`unix:///${'x'.repeat(107)}`, "has a path of 108 bytes: a Unix socket's path has at most 107"],
    [`unix:///${'é'.repeat(54)}`, 'has a path of 109 bytes'],
    ['/var/run/docker.sock', 'is a path: write unix:///var/run/docker.sock'],
    ['::1', 'is an IPv6 address without brackets: write tcp://[::1]:2375'],
    ['localhost', 'has neither scheme nor port: write tcp://localhost:2375'],
    ['tcp://', "is not an engine's address"],
    ['tcp://:2375', "is not an engine's address"],
    ['tcp://host:0', 'has an impossible port'],
    ['tcp://host:65536', 'has an impossible port'],
    ['tcp://host:x', "is not an engine's address"],
    ['tcp://host/path', "is not an engine's address"],
    ['tcp://me:pw@host', "is not an engine's address"],
    ['tcp://[nonsense]:1', "is not an engine's address"],
    ['1.2.3.400:1', "is not an engine's address"],
    ['two words', "is not an engine's address"],
    ['', "is not an engine's address"],
  ])('refuses %s', (text, message) => {
    expect(() => parseDockerHost(text, false)).toThrow(message);
    expect(() => parseDockerHost(text, false)).toThrow(expect.objectContaining({ code: 'CONFIG_DOCKER_HOST' }));
  });

  it('allows a path of 107 bytes', () => {
    expect(parseDockerHost(`unix:///${'x'.repeat(106)}`, false)).toMatchObject({ kind: 'unix' });
  });
});
