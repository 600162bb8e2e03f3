import type { CliContext } from './context.ts';
import { hoursText, table, timeText } from './table.ts';
import { printable } from './terminal.ts';

/** What the service answers; times in epoch milliseconds. */
export interface BacktestAnswer {
  readonly model: string;
  readonly environment: string;
  readonly from: number;
  readonly to: number;
  readonly budget: number;
  readonly until: number | null;
  readonly scenarios: readonly BacktestScenario[];
}

export interface BacktestScenario {
  readonly name: string;
  readonly windows: number;
  readonly findings: number;
  readonly days: readonly { readonly day: number; readonly verdicts: Readonly<Record<string, number>> }[];
  readonly drifted: number;
  readonly drift: readonly {
    readonly check: string;
    readonly subject: string;
    readonly windows: number;
    readonly first: number;
    readonly last: number;
    readonly sentence: string;
  }[];
  readonly alerts: readonly {
    readonly at: number;
    readonly policy: string;
    readonly episode: number;
    readonly from: string;
    readonly to: string;
    readonly reason: string;
    readonly notify: boolean;
    readonly window: { readonly start: number; readonly end: number };
    readonly summary: string;
  }[];
  readonly orders: readonly {
    readonly at: number;
    readonly id: string;
    readonly kind: string;
    readonly state: string;
    readonly reason: string;
  }[];
  readonly totals: {
    readonly episodes: number;
    readonly notifications: number;
    readonly firingHours: number;
    readonly ordersGiven: number;
    readonly ordersRefused: Readonly<Record<string, number>>;
  };
}

/** Cells of a timeline. */
const width = 60;
const bars = ' ▁▂▃▄▅▆▇█';
/** Rows of a table; --json has all. */
const most = 30;

/** Everything a person wants to see of a backtest. */
export function backtestText(context: CliContext, answer: BacktestAnswer): string {
  const { model, environment, from, to, scenarios } = answer;
  const where = printable(environment === '' ? model : `${model} (${environment})`);
  const head = `${where}, ${timeText(from)} to ${timeText(to)} UTC, ${answer.budget} false alarm(s) in 30 days`;
  if (answer.until === null)
    return `${head}\nNo window was judged in this period. leeway windows ${printable(model)} lists what there is.`;
  const parts = scenarios.map(scenario => scenarioText(context, scenario, { from, to }));
  const both = scenarios.length > 1 ? `\n${comparison(context, scenarios)}\n` : '';
  return `${head}\n${both}${parts.join('\n')}\nNothing was sent. Next: leeway check-config FILE, then put the policies you want into it.`;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

function scenarioText(context: CliContext, scenario: BacktestScenario, span: Span): string {
  const { alerts, orders, drift, drifted, totals } = scenario;
  const shown = alerts
    .slice(-most)
    .map(a => [
      timeText(a.at),
      a.policy,
      a.episode,
      `${a.from} -> ${a.to}`,
      a.reason,
      a.notify ? 'yes' : 'no',
      hoursText((a.window.end - a.window.start) / 1000),
      a.summary,
    ]);
  const asked = orders.slice(-most).map(o => [timeText(o.at), o.kind, o.state, o.reason]);
  const found = drift
    .slice(0, most)
    .map(d => [d.check, d.subject, d.windows, timeText(d.first), timeText(d.last), d.sentence]);
  return [
    `Policies as ${scenario.name}: ${totals.episodes} episode(s), ${totals.notifications} message(s), ${totals.firingHours} h firing, ${totals.ordersGiven} order(s); ${scenario.windows} windows, ${scenario.findings} findings`,
    timelines(scenario, span),
    table(context, {
      head: ['when (UTC)', 'policy', 'episode', 'change', 'reason', 'told', 'window', 'summary'],
      rows: shown,
      nothing: 'No alert would have changed.',
    }),
    table(context, {
      head: ['when (UTC)', 'order', 'state', 'why'],
      rows: asked,
      nothing: 'No order would have been thought of.',
    }),
    table(context, {
      head: ['check', 'subject', 'windows', 'first (UTC)', 'last (UTC)', 'at its largest'],
      rows: found,
      nothing: 'Nothing drifted.',
    }),
    ...(drifted > found.length || alerts.length > most || orders.length > most
      ? [
          `Not all is shown: ${alerts.length} changes, ${orders.length} steps of orders, ${drifted} subjects; --json has them.`,
        ]
      : []),
  ].join('\n');
}

const blank = <T>(mark: T): T[] => Array.from({ length: width }, () => mark);

/** Drift by time, then a line for every policy, then the orders. */
function timelines({ days, alerts, orders }: BacktestScenario, { from, to }: Span): string {
  const cellOf = (at: number) =>
    Math.min(width - 1, Math.max(0, Math.floor(((at - from) / (to - from)) * width)));
  const drift = blank(0);
  for (const { day, verdicts } of days) {
    const [first, last] = [cellOf(day), cellOf(day + 86_399_999)];
    for (let cell = first; cell <= last; cell++) drift[cell] = Math.max(drift[cell]!, verdicts['drift'] ?? 0);
  }
  const top = Math.max(1, ...drift);
  const lines: [string, string][] = [
    ['drift', drift.map(count => bars[Math.ceil((count / top) * (bars.length - 1))]).join('')],
  ];
  for (const policy of new Set(alerts.map(alert => alert.policy)))
    lines.push([
      policy,
      policyLine(
        alerts.filter(alert => alert.policy === policy),
        cellOf,
      ),
    ]);
  if (orders.length > 0) {
    const cells = blank('·');
    for (const { at, state } of orders) {
      const cell = cellOf(at);
      if (cells[cell] !== '●') cells[cell] = state === 'refused' ? '○' : '●';
    }
    lines.push(['orders', cells.join('')]);
  }
  const wide = Math.max(...lines.map(([name]) => name.length));
  const legend = `${' '.repeat(wide)}  ${timeText(from).slice(0, 10)}${' '.repeat(width - 20)}${timeText(to).slice(0, 10)}   █ firing  ▒ pending  ● ordered  ○ refused`;
  return [...lines.map(([name, cells]) => `${name.padEnd(wide)}  ${cells}`), legend].join('\n');
}

function policyLine(alerts: BacktestScenario['alerts'], cellOf: (at: number) => number): string {
  const marks: Readonly<Record<string, string>> = { firing: '█', pending: '▒' };
  const cells = blank('·');
  for (const [i, { at, to }] of alerts.entries()) {
    const mark = marks[to];
    if (mark === undefined) continue;
    const until = alerts[i + 1] === undefined ? width - 1 : cellOf(alerts[i + 1]!.at);
    for (let cell = cellOf(at); cell <= until; cell++) if (cells[cell] !== '█') cells[cell] = mark;
  }
  return cells.join('');
}

function comparison(context: CliContext, scenarios: readonly BacktestScenario[]): string {
  const reasons = [...new Set(scenarios.flatMap(each => Object.keys(each.totals.ordersRefused)))].sort();
  const row = (name: string, of: (each: BacktestScenario) => number) => [name, ...scenarios.map(of)];
  return table(context, {
    head: ['', ...scenarios.map(each => each.name)],
    rows: [
      row('episodes', each => each.totals.episodes),
      row('messages', each => each.totals.notifications),
      row('hours firing', each => each.totals.firingHours),
      row('orders', each => each.totals.ordersGiven),
      ...reasons.map(reason => row(`refused: ${reason}`, each => each.totals.ordersRefused[reason] ?? 0)),
    ],
    nothing: '',
  });
}
