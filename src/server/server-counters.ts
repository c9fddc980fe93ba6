/** What a server process counts of itself; each is printed by server/metrics. All are safe to call at any time. */
export interface ServerCounters {
  /** dockmesh_api_requests_total; `path` is the route's pattern, `unmatched` where there was none. */
  apiRequest(method: string, path: string, status: number): void;
  /** dockmesh_agent_rtt_seconds */
  roundTrip(host: string, seconds: number): void;
  /** tallyman_agent_samples_received_total: samples stored, of batches that were on time or late. */
  samplesReceived(count: number, late: boolean): void;
  /** tallyman_agent_samples_dropped_total, by reason. */
  samplesDropped(count: number, reason: string): void;
  /** tallyman_agent_refusals_total: what of agents, or of who claims to be one, was turned away, by reason. */
  refused(reason: string): void;
  /** The host is gone: its series go with it. */
  forgetHost(host: string): void;
}
