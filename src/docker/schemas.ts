import { z } from 'zod';

/**
 * The parts of the Engine API's answers that Tallyman reads, as the engines were seen to give them.
 * Everything but identity may be missing or null: engines, cgroup versions and Podman differ in what they say.
 * Source: https://docs.docker.com/reference/api/engine/
 */

const text = z.string().nullish();
const count = z.number().min(0).nullish();
const labels = z.record(z.string(), z.string()).nullish();

/** One entry of GET /containers/json?all=1 */
export const listedContainerSchema = z.object({
  Id: z.string().min(1),
  /** With the leading slash; links add more names of the form `/other/alias`. */
  Names: z.array(z.string()).nullish(),
  Image: text,
  ImageID: text,
  Labels: labels,
  /** The state word: created, running, paused, restarting, removing, exited, dead. */
  State: text,
  /** For people: `Up 5 minutes (healthy)`, `Exited (3) 2 hours ago`. */
  Status: text,
});
export type ListedContainer = z.infer<typeof listedContainerSchema>;

/** GET /containers/{id}/json */
export const containerInspectSchema = z.object({
  RestartCount: count,
  State: z
    .object({
      Status: text,
      ExitCode: z.number().nullish(),
      OOMKilled: z.boolean().nullish(),
      /** RFC 3339; the year 1 for "never". */
      StartedAt: text,
      Health: z.object({ Status: text }).nullish(),
    })
    .nullish(),
  /** 0 (quotas of some engines: -1) means no limit. Memory in bytes, quota and period in microseconds. */
  HostConfig: z
    .object({
      Memory: z.number().nullish(),
      NanoCpus: z.number().nullish(),
      CpuQuota: z.number().nullish(),
      CpuPeriod: z.number().nullish(),
    })
    .nullish(),
});
export type ContainerInspect = z.infer<typeof containerInspectSchema>;

const blockIoEntries = z
  .array(z.object({ major: z.int().min(0), minor: z.int().min(0), op: z.string(), value: z.number().min(0) }))
  .nullish();

/** GET /containers/{id}/stats?stream=false&one-shot=true; times in nanoseconds, sizes in bytes. */
export const containerStatsSchema = z.object({
  /** RFC 3339; the year 1 when the container was not running any more. */
  read: text,
  pids_stats: z.object({ current: count, limit: count }).nullish(),
  blkio_stats: z
    .object({ io_service_bytes_recursive: blockIoEntries, io_serviced_recursive: blockIoEntries })
    .nullish(),
  cpu_stats: z
    .object({
      cpu_usage: z.object({ total_usage: count, usage_in_kernelmode: count, usage_in_usermode: count }).nullish(),
      online_cpus: count,
      throttling_data: z.object({ periods: count, throttled_periods: count, throttled_time: count }).nullish(),
    })
    .nullish(),
  memory_stats: z
    .object({
      usage: count,
      limit: count,
      failcnt: count,
      stats: z
        .object({
          total_cache: count,
          cache: count,
          file: count,
          total_rss: count,
          rss: count,
          anon: count,
          total_swap: count,
          swap: count,
          total_inactive_file: count,
          inactive_file: count,
        })
        .nullish(),
    })
    .nullish(),
  networks: z
    .record(
      z.string(),
      z.object({
        rx_bytes: count,
        rx_packets: count,
        rx_errors: count,
        rx_dropped: count,
        tx_bytes: count,
        tx_packets: count,
        tx_errors: count,
        tx_dropped: count,
      }),
    )
    .nullish(),
});
export type ContainerStats = z.infer<typeof containerStatsSchema>;

/** GET /version */
export const versionSchema = z.object({
  Version: text,
  ApiVersion: text,
  MinAPIVersion: text,
  Os: text,
  Arch: text,
  KernelVersion: text,
});
export type EngineVersion = z.infer<typeof versionSchema>;

/** GET /images/json, GET /networks: only how many there are matters. */
export const objectListSchema = z.custom<readonly unknown[]>(Array.isArray, 'expected a list');

/** GET /volumes; `Volumes` is null where there are none. */
export const volumeListSchema = z.object({ Volumes: objectListSchema.nullish() });

/** One line of GET /events. */
export const eventSchema = z.object({
  Type: z.string(),
  Action: z.string(),
  Actor: z.object({ ID: text }).nullish(),
});
export type EngineEvent = z.infer<typeof eventSchema>;
