/** The parts of the Engine API's answers that the tests look at. */

/** One element of `GET /containers/json?all=1`. */
export interface EngineContainer {
  Id: string;
  Names: string[];
  Image: string;
  State: string;
  Labels: Record<string, string>;
}

/** `GET /containers/{id}/json` */
export interface EngineInspect {
  Id: string;
  Name: string;
  RestartCount: number;
  State: {
    Status: string;
    Restarting: boolean;
    OOMKilled: boolean;
    ExitCode: number;
    StartedAt: string;
    Health?: { Status: string };
  };
  HostConfig: { PidsLimit?: number | null };
}

interface BlockIoEntry {
  major: number;
  minor: number;
  op: string;
  value: number;
}

/** `GET /containers/{id}/stats`; a container that is not running gets a skeleton without most of it. */
export interface EngineStats {
  read: string;
  pids_stats: { current?: number; limit?: number };
  blkio_stats: { io_service_bytes_recursive?: BlockIoEntry[] | null; io_serviced_recursive?: BlockIoEntry[] | null };
  cpu_stats: {
    cpu_usage: { total_usage: number; usage_in_kernelmode: number; usage_in_usermode: number };
    online_cpus?: number;
    throttling_data: { periods: number; throttled_periods: number; throttled_time: number };
  };
  memory_stats: { usage?: number; limit?: number; failcnt?: number; stats?: Record<string, number> };
  networks?: Record<string, Record<string, number>>;
}

/** `GET /info` */
export interface EngineInfo {
  ContainersRunning: number;
  ContainersPaused: number;
  ContainersStopped: number;
}
