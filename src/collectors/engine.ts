import { labelText } from '../metrics/labels.ts';
import { defineMetric } from '../metrics/metric.ts';
import type { Collector } from './collector.ts';

const info = defineMetric({
  name: 'docker_engine_info',
  type: 'gauge',
  labels: ['api_version', 'arch', 'kernel', 'os', 'version'],
  when: 'always',
  help: "The engine's version, newest API version and host; always 1.",
  source: 'GET /version, else the headers of any answer',
});

export const engine: Collector = {
  name: 'engine',
  group: 'system',
  doc: "the engine's version",
  needs: { version: true },
  metrics: [info],
  collect({ observation }, samples) {
    const facts = observation.engine;
    if (facts === undefined) return;
    samples.add(
      info,
      labelText([
        ['api_version', facts.apiVersion],
        ['arch', facts.arch],
        ['kernel', facts.kernel],
        ['os', facts.os],
        ['version', facts.version],
      ]),
      1,
    );
  },
};
