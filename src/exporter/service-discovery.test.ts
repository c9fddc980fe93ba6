import { describe, expect, it } from 'vitest';
import type { NetworkedContainer } from '../docker/networked-list.ts';
import { discoverTargets } from './service-discovery.ts';

const none = { names: [], images: [], labels: [] };
const options = { filters: { include: none, exclude: none }, hostAddress: '127.0.0.1' };

function container(labels: Record<string, string>, more: Partial<NetworkedContainer> = {}): NetworkedContainer {
  return {
    Id: 'f'.repeat(64),
    Names: ['/web'],
    Image: 'web:1',
    State: 'running',
    Labels: { 'prometheus.io/scrape': 'true', ...labels },
    Ports: [
      { PrivatePort: 9000, Type: 'tcp' },
      { PrivatePort: 53, Type: 'udp' },
      { PrivatePort: 8080, Type: 'tcp' },
    ],
    NetworkSettings: { Networks: { z: { IPAddress: '10.0.0.9' }, a: { IPAddress: '10.1.0.2' } } },
    ...more,
  };
}

const targetOf = (one: NetworkedContainer): string | undefined => discoverTargets([one], options)[0]?.targets[0];

describe('service discovery', () => {
  it('gives target, path, scheme and the labels of the container series', () => {
    const labels = { 'prometheus.io/port': '81', 'prometheus.io/path': 'm', 'com.docker.compose.project': 'shop' };
    expect(discoverTargets([container(labels)], options)).toEqual([
      {
        targets: ['10.1.0.2:81'],
        labels: {
          __metrics_path__: '/m',
          __scheme__: 'http',
          __meta_docker_container_id: 'f'.repeat(64),
          __meta_docker_network_name: 'a',
          compose_project: 'shop',
          compose_service: '',
          container_name: 'web',
          image: 'web:1',
        },
      },
    ]);
  });

  it.each([
    ['the lowest exposed TCP port without a label', {}, {}, '10.1.0.2:8080'],
    ['a port that is none counts as left out', { 'prometheus.io/port': '99999' }, {}, '10.1.0.2:8080'],
    ['the network that the label names', { 'prometheus.io/network': 'z' }, {}, '10.0.0.9:8080'],
    ['nothing on an unknown network', { 'prometheus.io/network': 'q' }, {}, undefined],
    ['the host for a container on its network', {}, { HostConfig: { NetworkMode: 'host' } }, '127.0.0.1:8080'],
    ['nothing for a stopped container', {}, { State: 'exited' }, undefined],
    ['nothing unless asked for', { 'prometheus.io/scrape': 'false' }, {}, undefined],
    ['nothing for another scheme', { 'prometheus.io/scheme': 'ftp' }, {}, undefined],
    ['nothing without any port', {}, { Ports: [] }, undefined],
    [
      'IPv6 in brackets',
      {},
      { NetworkSettings: { Networks: { a: { IPAddress: '', GlobalIPv6Address: 'fd00::2' } } } },
      '[fd00::2]:8080',
    ],
  ])('%s', (_, labels, more, target) => {
    expect(targetOf(container(labels, more))).toBe(target);
  });

  it('keeps to the filters', () => {
    const exclude = { ...none, names: [/^web$/] };
    expect(discoverTargets([container({})], { ...options, filters: { include: none, exclude } })).toEqual([]);
  });
});
