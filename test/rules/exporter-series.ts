import type { InputSeries, Labels } from './rule-case.ts';
import { hold, type Segment } from './timeline.ts';

/** The exporter as Prometheus sees it. */
export const exporter = { job: 'tallyman', instance: 'host1:9200' };

/** A container of a Compose service, and what its alerts carry: no image. */
export const web = { ...exporter, compose_project: 'shop', compose_service: 'web', container_name: 'shop-web-1' };
export const webSeries = { ...web, image: 'shop/web:1' };

/** A container that belongs to no Compose project. */
export const alone = { ...exporter, compose_project: '', compose_service: '', container_name: 'cache' };
export const aloneSeries = { ...alone, image: 'redis:8' };

/** Another container of the same engine that runs all the time, and the scrapes go well. */
export function quietHost(minutes: number): InputSeries[] {
  const labels = { ...exporter, compose_project: '', compose_service: '', container_name: 'quiet', image: 'quiet:1' };
  return [
    series('up', exporter, hold(1, minutes)),
    series('exporter_up', exporter, hold(1, minutes)),
    ...stateSeries(labels, [{ state: 'running', minutes }]),
  ];
}

export function series(name: string, labels: Labels, ...values: readonly Segment[]): InputSeries {
  return { name, labels, values };
}

export interface Phase {
  /** `unlisted`: the engine does not list the container, so its series end. `unknown`: a scrape that brought nothing. */
  state: 'running' | 'exited' | 'dead' | 'restarting' | 'removing' | 'unlisted' | 'unknown';
  minutes: number;
  exitCode?: number;
}

const states = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'];

/** What the exporter says of a container's state while it goes through these phases. It was started at second `startedAt`. */
export function stateSeries(labels: Labels, phases: readonly Phase[], startedAt = -864_000): InputSeries[] {
  const listed = (toValue: (phase: Phase) => number): Segment[] =>
    phases.map((phase) => {
      if (phase.state === 'unlisted') return { minutes: phase.minutes, ended: true };
      if (phase.state === 'unknown') return { minutes: phase.minutes, missing: true };
      return hold(toValue(phase), phase.minutes);
    });
  const uptime = phases.map((phase): Segment => {
    if (phase.state === 'running') return hold(864_000, phase.minutes);
    return phase.state === 'unknown'
      ? { minutes: phase.minutes, missing: true }
      : { minutes: phase.minutes, ended: true };
  });
  return [
    ...states.map((state) =>
      series('container_state', { ...labels, state }, ...listed((phase) => Number(phase.state === state))),
    ),
    series('container_last_seen', labels, ...listed(() => 1)),
    series('container_exit_code', labels, ...listed(({ exitCode = 0 }) => exitCode)),
    series('container_start_time_seconds', labels, ...listed(() => startedAt)),
    series('container_uptime_seconds', labels, ...uptime),
  ];
}
