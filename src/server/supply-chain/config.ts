/** How the supply chain's part of the server is set. Times in milliseconds. */
export interface SupplyChainConfig {
  scout: {
    /** How long one body of the exposition is served; 0: evaluated at each scrape. */
    cacheMs: number;
    upstream: UpstreamConfig;
  };
  reports: {
    /** Watched: `<folder>/<organisation>/<report>`; empty: none. */
    folder: string;
    /** Of one report, uncompressed. */
    maxBytes: number;
  };
  scan: ScanConfig;
  /** CISA's catalogue; empty: none. */
  kevFile: string;
  /** Which of the series of single images /metrics has. */
  imageMetrics: {
    isEnabled: boolean;
    /** Of each organisation. */
    imagesAtMost: number;
    /** Series of single vulnerabilities of each organisation; 0: none. */
    vulnerabilitiesAtMost: number;
  };
}

/** Docker Scout's own exporter, for organisations whose data is there. */
export interface UpstreamConfig {
  url: string;
  /** A personal access token of Docker's. */
  token: string;
  orgs: readonly string[];
}

export interface ScanConfig {
  scanner: 'auto' | 'trivy' | 'grype' | 'none';
  /** How old a scan becomes before the image is scanned again; 0: only when asked. */
  intervalMs: number;
  timeoutMs: number;
  /** What the scanners are started with; nothing of the server's own settings. */
  environment: Readonly<Record<string, string | undefined>>;
}

const minute = 60_000;
const mebibyte = 1024 * 1024;

/** As it comes. */
export const defaultSupplyChainConfig: SupplyChainConfig = {
  scout: { cacheMs: 60 * minute, upstream: { url: 'https://api.scout.docker.com', token: '', orgs: [] } },
  reports: { folder: '', maxBytes: 200 * mebibyte },
  scan: { scanner: 'auto', intervalMs: 0, timeoutMs: 10 * minute, environment: {} },
  kevFile: '',
  imageMetrics: { isEnabled: false, imagesAtMost: 500, vulnerabilitiesAtMost: 0 },
};
