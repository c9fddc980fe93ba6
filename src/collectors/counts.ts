import { labelText } from '../metrics/labels.ts';
import { defineMetric } from '../metrics/metric.ts';
import type { Collector } from './collector.ts';

const gauge = { type: 'gauge', when: 'always', contract: true } as const;

const containers = defineMetric({
  ...gauge,
  name: 'docker_containers_total',
  labels: ['state'],
  help: 'Containers of the engine, those that filters leave out too; stopped is whatever is neither running nor paused.',
  source: 'State of the list',
});
const images = defineMetric({
  ...gauge,
  name: 'docker_images_total',
  help: 'Images of the engine.',
  source: 'GET /images/json',
});
const volumes = defineMetric({
  ...gauge,
  name: 'docker_volumes_total',
  help: 'Volumes of the engine.',
  source: 'GET /volumes',
});
const networks = defineMetric({
  ...gauge,
  name: 'docker_networks_total',
  help: 'Networks of the engine.',
  source: 'GET /networks',
});

export const counts: Collector = {
  name: 'counts',
  group: 'system',
  doc: 'how many containers, images, volumes and networks there are',
  needs: { counts: true },
  metrics: [containers, images, volumes, networks],
  collect({ observation }, samples) {
    for (const [state, count] of Object.entries(observation.states ?? {})) {
      samples.add(containers, labelText([['state', state]]), count);
    }
    samples.add(images, '', observation.counts.images);
    samples.add(volumes, '', observation.counts.volumes);
    samples.add(networks, '', observation.counts.networks);
  },
};
