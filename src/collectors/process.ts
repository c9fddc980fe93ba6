import { performance } from 'node:perf_hooks';
import { defineMetric } from '../metrics/metric.ts';
import type { Collector } from './collector.ts';
import { readProcessFacts } from './process-facts.ts';

const gauge = { type: 'gauge', when: 'always' } as const;

const cpuSeconds = defineMetric({
  name: 'process_cpu_seconds_total',
  type: 'counter',
  when: 'always',
  help: 'CPU time Tallyman itself has used.',
  source: 'getrusage(2)',
});
const startTime = defineMetric({
  ...gauge,
  name: 'process_start_time_seconds',
  help: 'Unix time at which Tallyman started.',
  source: 'performance.timeOrigin',
});
const resident = defineMetric({
  ...gauge,
  name: 'process_resident_memory_bytes',
  help: "Tallyman's memory in RAM, the program's own pages of the disk cache included.",
  source: '/proc/self/status VmRSS',
});
const anonymous = defineMetric({
  ...gauge,
  name: 'process_anonymous_memory_bytes',
  help: "Tallyman's memory in RAM that the kernel cannot drop: what counts against a memory limit.",
  source: '/proc/self/status RssAnon',
});
const virtual = defineMetric({
  ...gauge,
  name: 'process_virtual_memory_bytes',
  help: "Tallyman's address space; Node.js reserves far more than it uses.",
  source: '/proc/self/status VmSize',
});
const openFiles = defineMetric({
  ...gauge,
  name: 'process_open_fds',
  help: 'Open file descriptors.',
  source: '/proc/self/fd',
});
const maxFiles = defineMetric({
  ...gauge,
  name: 'process_max_fds',
  help: 'The most file descriptors that may be open.',
  source: '/proc/self/limits',
});
const heapUsed = defineMetric({
  ...gauge,
  name: 'nodejs_heap_used_bytes',
  help: 'JavaScript heap in use.',
  source: 'process.memoryUsage().heapUsed',
});
const heapTotal = defineMetric({
  ...gauge,
  name: 'nodejs_heap_total_bytes',
  help: 'JavaScript heap held.',
  source: 'process.memoryUsage().heapTotal',
});
const external = defineMetric({
  ...gauge,
  name: 'nodejs_external_memory_bytes',
  help: 'Memory outside the heap that JavaScript objects hold, such as buffers.',
  source: 'process.memoryUsage().external',
});
const loopActive = defineMetric({
  name: 'nodejs_eventloop_active_seconds_total',
  type: 'counter',
  when: 'always',
  help: 'Time the event loop was busy.',
  source: 'performance.eventLoopUtilization().active',
});

export const processCollector: Collector = {
  name: 'process',
  group: 'exporter',
  doc: "Tallyman's own process and runtime",
  needs: {},
  metrics: [
    cpuSeconds, startTime, resident, anonymous, virtual, openFiles, maxFiles, heapUsed, heapTotal, external, loopActive,
  ], // prettier-ignore
  collect(_, samples) {
    const cpu = process.cpuUsage();
    const facts = readProcessFacts();
    const heap = process.memoryUsage();
    samples.add(cpuSeconds, '', (cpu.user + cpu.system) / 1e6);
    samples.add(startTime, '', performance.timeOrigin / 1000);
    samples.add(resident, '', facts.residentBytes ?? heap.rss);
    samples.add(anonymous, '', facts.anonymousBytes);
    samples.add(virtual, '', facts.virtualBytes);
    samples.add(openFiles, '', facts.openFiles);
    samples.add(maxFiles, '', facts.maxFiles);
    samples.add(heapUsed, '', heap.heapUsed);
    samples.add(heapTotal, '', heap.heapTotal);
    samples.add(external, '', heap.external);
    samples.add(loopActive, '', performance.eventLoopUtilization().active / 1000);
  },
};
