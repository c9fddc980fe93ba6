import type { EngineStats } from '../support/engine-answers.ts';

/** The numbers of one family: by interface or device where there are several, else under an empty key. */
export type Numbers = ReadonlyMap<string, number>;

/** What the contract's families about usage should show for a running or paused container, by the words of the contract. */
export const engineNumbers: Readonly<Record<string, (stats: EngineStats) => Numbers>> = {
  container_memory_usage_bytes: ({ memory_stats }) => one(memory_stats.usage),
  container_memory_limit_bytes: ({ memory_stats }) => one(memory_stats.limit),
  container_memory_cache_bytes: (stats) => one(memoryStat(stats, 'total_cache', 'cache', 'file')),
  container_memory_rss_bytes: (stats) => one(memoryStat(stats, 'total_rss', 'rss', 'anon')),
  container_memory_swap_bytes: (stats) => one(memoryStat(stats, 'total_swap', 'swap')),
  container_memory_working_set_bytes: (stats) => {
    const { usage } = stats.memory_stats;
    const inactive = memoryStat(stats, 'total_inactive_file', 'inactive_file') ?? 0;
    return one(usage === undefined ? undefined : Math.max(0, usage - inactive));
  },
  container_memory_failcnt: ({ memory_stats }) => one(memory_stats.failcnt),
  container_cpu_usage_seconds_total: ({ cpu_stats }) => one(cpu_stats.cpu_usage.total_usage / 1e9),
  container_cpu_system_seconds_total: ({ cpu_stats }) => one(cpu_stats.cpu_usage.usage_in_kernelmode / 1e9),
  container_cpu_user_seconds_total: ({ cpu_stats }) => one(cpu_stats.cpu_usage.usage_in_usermode / 1e9),
  container_cpu_throttling_periods_total: ({ cpu_stats }) => one(cpu_stats.throttling_data.throttled_periods),
  container_cpu_throttled_seconds_total: ({ cpu_stats }) => one(cpu_stats.throttling_data.throttled_time / 1e9),
  container_network_receive_bytes_total: byInterface('rx_bytes'),
  container_network_transmit_bytes_total: byInterface('tx_bytes'),
  container_network_receive_packets_total: byInterface('rx_packets'),
  container_network_transmit_packets_total: byInterface('tx_packets'),
  container_network_receive_errors_total: byInterface('rx_errors'),
  container_network_transmit_errors_total: byInterface('tx_errors'),
  container_network_receive_dropped_total: byInterface('rx_dropped'),
  container_network_transmit_dropped_total: byInterface('tx_dropped'),
  container_fs_reads_bytes_total: byDevice('io_service_bytes_recursive', 'read'),
  container_fs_writes_bytes_total: byDevice('io_service_bytes_recursive', 'write'),
  container_fs_reads_total: byDevice('io_serviced_recursive', 'read'),
  container_fs_writes_total: byDevice('io_serviced_recursive', 'write'),
  container_pids_current: ({ pids_stats }) => one(pids_stats.current),
  // beyond the contract
  container_cpu_periods_total: ({ cpu_stats }) => one(cpu_stats.throttling_data.periods),
  container_cpu_online_cpus: ({ cpu_stats }) => one(cpu_stats.online_cpus),
};

function one(value: number | undefined): Numbers {
  return new Map(value === undefined ? [] : [['', value]]);
}

/** The first of the keys that the engine knows. */
function memoryStat({ memory_stats }: EngineStats, ...keys: readonly string[]): number | undefined {
  return keys.map((key) => memory_stats.stats?.[key]).find((value) => value !== undefined);
}

function byInterface(key: string): (stats: EngineStats) => Numbers {
  return ({ networks = {} }) =>
    new Map(
      Object.entries(networks).flatMap(([name, { [key]: value }]) => (value === undefined ? [] : [[name, value]])),
    );
}

function byDevice(list: keyof EngineStats['blkio_stats'], op: string): (stats: EngineStats) => Numbers {
  return ({ blkio_stats }) => {
    const sums = new Map<string, number>();
    for (const entry of blkio_stats[list] ?? []) {
      if (entry.op.toLowerCase() !== op) continue;
      const device = `${String(entry.major)}:${String(entry.minor)}`;
      sums.set(device, (sums.get(device) ?? 0) + entry.value);
    }
    return sums;
  };
}
