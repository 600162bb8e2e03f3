import type { CliContext } from './context.ts';
import { hoursText, table, timeText } from './table.ts';
import { printable } from './terminal.ts';

/** What `GET /v1/status` answers. */
export interface Overview {
  readonly version: string;
  readonly now: number;
  readonly ready: boolean;
  readonly reasons: readonly string[];
  readonly storeUp: boolean | null;
  readonly rowsPerSecond: number;
  readonly models: readonly {
    readonly model: string;
    readonly environment: string;
    readonly verdict: string;
    readonly firing: boolean;
    readonly learning: string | null;
    readonly lastSeen: number;
    readonly lastWindow: { readonly end: number; readonly seconds: number; readonly drifted: number } | null;
  }[];
  readonly sources: readonly {
    readonly source: string;
    readonly state: string | null;
    readonly partitions: number;
    readonly lag: number;
    readonly readUpTo: number;
  }[];
  readonly failing: readonly {
    readonly job: string;
    readonly model: string;
    readonly started: number;
    readonly detail: string;
  }[];
  readonly receivers?: readonly { readonly name: string; readonly trouble: string }[];
}

/** Models shown; what fires and drifts comes first. --json has all. */
const mostModels = 20;
const mostSentences = 5;

/** An overview for people. */
export function statusText(context: CliContext, url: string, now: Overview): string {
  const state = now.ready ? 'ready' : `not ready: ${now.reasons.join('; ')}`;
  const firing = now.models.filter(model => model.firing).length;
  const head = [
    `${url} is ${printable(state)}`,
    [
      `Leeway ${now.version}`,
      `${timeText(now.now)} UTC`,
      `store ${now.storeUp === null ? 'not written by this process' : now.storeUp ? 'up' : 'away'}`,
      `${Number(now.rowsPerSecond.toPrecision(3))} rows/s`,
      `alerts firing: ${firing}`,
      `jobs failing: ${now.failing.length}`,
    ].join(' | '),
  ];
  const receivers = (now.receivers ?? []).map(
    ({ name, trouble }) => `receiver ${printable(name)}: ${printable(trouble)} (leeway channels list)`,
  );
  const parts = [
    modelTable(context, now),
    ...learning(now),
    sourceTable(context, now),
    ...failures(now),
    ...receivers,
  ];
  return [...head, ...parts.filter(part => part !== '')].join('\n');
}

/** Order of interest: alerts, drift, what could not be judged, the rest by name. */
function interest({ firing, verdict }: Overview['models'][number]): number {
  if (firing) return 0;
  return ['drift', 'failed', 'blind', 'no-data'].includes(verdict) ? 1 : 2;
}

function modelTable(context: CliContext, { models }: Overview): string {
  const sorted = [...models].sort((a, b) => interest(a) - interest(b));
  const rows = sorted
    .slice(0, mostModels)
    .map(m => [
      m.model,
      m.environment,
      m.verdict,
      m.firing ? 'firing' : '',
      m.lastWindow === null ? null : `${timeText(m.lastWindow.end)} (${hoursText(m.lastWindow.seconds)})`,
      m.lastWindow?.drifted ?? null,
      timeText(m.lastSeen),
    ]);
  const head = ['model', 'environment', 'verdict', 'alert', 'last window (UTC)', 'drifted', 'last row (UTC)'];
  const drawn = table(context, { head, rows, nothing: 'No model yet.' });
  const more = models.length - rows.length;
  return more > 0 ? `${drawn}\nand ${more} more: leeway models` : drawn;
}

function learning({ models }: Overview): string[] {
  return models
    .filter(model => model.learning !== null)
    .slice(0, mostSentences)
    .map(m => `${printable(m.model)} (${printable(m.environment)}): ${printable(m.learning ?? '')}`);
}

function sourceTable(context: CliContext, { sources }: Overview): string {
  const rows = sources.map(s => [
    s.source,
    s.state ?? 'elsewhere',
    s.partitions,
    s.lag,
    timeText(s.readUpTo),
  ]);
  const head = ['source', 'state', 'partitions', 'lag', 'read up to (UTC)'];
  return table(context, { head, rows, nothing: 'Nothing is read but what HTTP brings.' });
}

function failures({ failing }: Overview): string[] {
  return failing.slice(0, mostSentences).map(({ job, model, started, detail }) => {
    const of = model === '' ? '' : ` of ${printable(model)}`;
    return `job ${printable(job)}${of} failed at ${timeText(started)} UTC: ${printable(detail)}`;
  });
}
