/** The labels that every family about containers has. */
export const baseLabels = ['compose_project', 'compose_service', 'container_name', 'image'] as const;

/**
 * When a family has samples:
 * - running: one for each running or paused container, as far as the engine gives the number
 * - up: one for each container that is running and not paused
 * - listed: one for each container, stopped ones too
 * - started: one for each container that was ever started
 * - always: whenever the engine answered
 */
export type Presence = 'running' | 'up' | 'listed' | 'started' | 'always';

export interface ContractFamily {
  name: string;
  type: 'gauge' | 'counter';
  labels: readonly string[];
  when: Presence;
}

const gauge = (name: string, when: Presence, labels: readonly string[]): ContractFamily => ({
  name,
  type: 'gauge',
  labels,
  when,
});
const counter = (name: string, when: Presence, labels: readonly string[]): ContractFamily => ({
  name,
  type: 'counter',
  labels,
  when,
});
const ofContainer = (name: string, when: Presence, ...more: readonly string[]): ContractFamily =>
  gauge(name, when, [...baseLabels, ...more]);
const countOfContainer = (name: string, ...more: readonly string[]): ContractFamily =>
  counter(name, 'running', [...baseLabels, ...more]);

/** The 40 families whose names, types and labels are fixed, because users' dashboards depend on them. */
export const contract: readonly ContractFamily[] = [
  ofContainer('container_memory_usage_bytes', 'running'),
  ofContainer('container_memory_limit_bytes', 'running'),
  ofContainer('container_memory_cache_bytes', 'running'),
  ofContainer('container_memory_rss_bytes', 'running'),
  ofContainer('container_memory_swap_bytes', 'running'),
  ofContainer('container_memory_working_set_bytes', 'running'),
  ofContainer('container_memory_failcnt', 'running'),
  countOfContainer('container_cpu_usage_seconds_total'),
  countOfContainer('container_cpu_system_seconds_total'),
  countOfContainer('container_cpu_user_seconds_total'),
  countOfContainer('container_cpu_throttling_periods_total'),
  countOfContainer('container_cpu_throttled_seconds_total'),
  countOfContainer('container_network_receive_bytes_total', 'interface'),
  countOfContainer('container_network_transmit_bytes_total', 'interface'),
  countOfContainer('container_network_receive_packets_total', 'interface'),
  countOfContainer('container_network_transmit_packets_total', 'interface'),
  countOfContainer('container_network_receive_errors_total', 'interface'),
  countOfContainer('container_network_transmit_errors_total', 'interface'),
  countOfContainer('container_network_receive_dropped_total', 'interface'),
  countOfContainer('container_network_transmit_dropped_total', 'interface'),
  countOfContainer('container_fs_reads_bytes_total', 'device'),
  countOfContainer('container_fs_writes_bytes_total', 'device'),
  countOfContainer('container_fs_reads_total', 'device'),
  countOfContainer('container_fs_writes_total', 'device'),
  ofContainer('container_pids_current', 'running'),
  ofContainer('container_last_seen', 'listed'),
  ofContainer('container_start_time_seconds', 'started'),
  ofContainer('container_uptime_seconds', 'up'),
  ofContainer('container_info', 'listed', 'container_id', 'health_status', 'started_at', 'status'),
  ofContainer('container_health_status', 'listed'),
  ofContainer('container_restart_count', 'listed'),
  ofContainer('container_exit_code', 'listed'),
  gauge('docker_containers_total', 'always', ['state']),
  gauge('docker_images_total', 'always', []),
  gauge('docker_volumes_total', 'always', []),
  gauge('docker_networks_total', 'always', []),
  gauge('exporter_build_info', 'always', ['build_date', 'commit', 'go_version', 'version']),
  gauge('exporter_up', 'always', []),
  gauge('exporter_scrape_duration_seconds', 'always', ['collector']),
  counter('exporter_scrape_errors_total', 'always', ['collector']),
];

/** The families of the contract that tell something of single containers. */
export const containerFamilies = contract.filter(({ name }) => name.startsWith('container_'));

/** Families beyond the contract that are there whenever the engine answers and the zoo is what it watches. */
export const furtherFamilies = [
  'container_cpu_periods_total',
  'container_cpu_online_cpus',
  'container_oom_killed',
  'container_pids_limit',
  'container_spec_cpu_limit_cores',
  'container_spec_memory_limit_bytes',
  'container_state',
  'docker_engine_info',
  'exporter_duplicate_containers',
  'exporter_engine_calls_total',
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'process_start_time_seconds',
] as const;

/** What `promtool check metrics` says of names that the contract fixes, and may not say of any other. */
export const lintExceptions = [
  'container_restart_count non-histogram and non-summary metrics should not have "_count" suffix',
  'docker_containers_total non-counter metrics should not have "_total" suffix',
  'docker_images_total non-counter metrics should not have "_total" suffix',
  'docker_networks_total non-counter metrics should not have "_total" suffix',
  'docker_volumes_total non-counter metrics should not have "_total" suffix',
] as const;

/** The values of container_health_status. */
export const healthNumbers = { none: 0, starting: 1, healthy: 2, unhealthy: 3 } as const;
