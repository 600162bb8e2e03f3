import type { Config } from '../config/schema.ts';
import type { Overview, OverviewReader } from '../http/operate-ports.ts';
import type { ModelReader, StatusReader } from '../http/ports.ts';
import type { ReceiverDesk, ReceiverSummary } from '../http/receiver-desk.ts';
import type { Clock } from '../lib/clock.ts';
import type { Source } from '../source/ports.ts';
import type { Intake } from '../store/intake.ts';
import type { RowMeter } from './row-meter.ts';
import type { Storage } from './storage.ts';
import { unheardRoutes, unheardText } from './unheard.ts';

export interface OverviewDeps {
  readonly clock: Pick<Clock, 'now'>;
  readonly version: string;
  readonly storage: Pick<Storage, 'findings'>;
  readonly models: Pick<ModelReader, 'list'>;
  readonly status: StatusReader;
  readonly intake: Pick<Intake, 'healthy'> | null;
  readonly sources: readonly Source[];
  readonly meter: RowMeter;
  readonly receivers?: Pick<ReceiverDesk, 'list'>;
  readonly config?: Pick<Config, 'policies'>;
}

/** Everything `leeway status` shows, in one answer. */
export function createOverview(deps: OverviewDeps): OverviewReader {
  const { clock, status } = deps;
  return {
    overview: async () => {
      const [models, findings, progress, jobs, receivers] = await Promise.all([
        deps.models.list(),
        deps.storage.findings.newest(),
        status.progress(),
        status.jobs(1000),
        deps.receivers?.list() ?? [],
      ]);
      const reasons = status.unready();
      const windows = lastWindows(findings);
      return {
        version: deps.version,
        now: clock.now(),
        ready: reasons.length === 0,
        reasons,
        storeUp: deps.intake?.healthy ?? null,
        rowsPerSecond: deps.meter.perSecond(),
        models: models.map(
          ({ model, environment, verdict, firing, learning, lastSeen, baseline, armed }) => ({
            model,
            environment,
            verdict,
            firing,
            learning,
            lastSeen,
            baseline,
            armed,
            lastWindow: windows.get(JSON.stringify([model, environment])) ?? null,
          }),
        ),
        sources: sourcesOf(deps.sources, progress),
        failing: jobs
          .filter(({ outcome }) => outcome === 'failed')
          .map(({ job, model, started, detail }) => ({ job, model, started, detail })),
        receivers: [
          ...receivers.flatMap(troubleOf),
          ...unheardRoutes(deps.config?.policies ?? [], receivers).map(each => ({
            name: each.route,
            trouble: unheardText(each),
          })),
        ],
      };
    },
  };
}

/** Why a receiver is not sent everything, in words; nothing when it is. */
function troubleOf({ name, state, breaker }: ReceiverSummary) {
  if (state === 'disabled') return [{ name, trouble: 'has answered 410 and is switched off' }];
  if (state === 'unreadable') return [{ name, trouble: 'none of secretsKeys opens what is kept of it' }];
  const failed = `${breaker.failures} failures in a row`;
  if (breaker.state === 'open')
    return [{ name, trouble: `${failed}: left alone until ${new Date(breaker.until).toISOString()}` }];
  return breaker.state === 'half-open' ? [{ name, trouble: `${failed}: tried with one message` }] : [];
}

type LastWindow = NonNullable<Overview['models'][number]['lastWindow']>;

/** The window that ended last of each stream, the longest of several. */
function lastWindows(
  findings: readonly {
    readonly model: string;
    readonly environment: string;
    readonly windowStart: number;
    readonly windowSeconds: number;
    readonly verdict: string;
  }[],
): ReadonlyMap<string, LastWindow> {
  const last = new Map<string, { end: number; seconds: number; drifted: number }>();
  for (const { model, environment, windowStart, windowSeconds: seconds, verdict } of findings) {
    const key = JSON.stringify([model, environment]);
    const end = windowStart + seconds;
    const known = last.get(key);
    const drifted = verdict === 'drift' ? 1 : 0;
    if (known !== undefined && known.end === end && known.seconds === seconds) known.drifted += drifted;
    else if (known === undefined || end > known.end || (end === known.end && seconds > known.seconds))
      last.set(key, { end, seconds, drifted });
  }
  return new Map(
    [...last].map(([key, { end, ...window }]) => [
      key,
      { end: end * 1000, seconds: window.seconds, drifted: window.drifted },
    ]),
  );
}

/** Sources of this process, and those whose progress is stored by others. */
function sourcesOf(
  sources: readonly Source[],
  progress: Awaited<ReturnType<StatusReader['progress']>>,
): Overview['sources'] {
  const states = new Map(sources.map(({ name, state }) => [name, state]));
  const names = [...new Set([...states.keys(), ...progress.map(({ source }) => source)])].sort();
  return names.map(source => {
    const parts = progress.filter(part => part.source === source);
    return {
      source,
      state: states.get(source) ?? null,
      partitions: parts.length,
      lag: parts.reduce((sum, { lag }) => sum + lag, 0),
      readUpTo: parts.length === 0 ? 0 : Math.min(...parts.map(({ watermark }) => watermark)),
    };
  });
}
