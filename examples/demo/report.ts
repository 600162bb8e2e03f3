import Table from 'cli-table3';
import type { App } from '../../src/app.ts';
import type { Transition } from '../../src/domain/alert.ts';
import { changedSubjects, unchangedSubjects } from './data.ts';
import { minutesOf, thousands } from './progress.ts';

export interface Story {
  readonly app: App;
  readonly model: string;
  readonly environment: string;
  /** Event times, epoch milliseconds. */
  readonly from: number;
  readonly change: number;
  readonly to: number;
  readonly rows: number;
  /** Wall seconds of the replay, and of the whole demo. */
  readonly replaySeconds: number;
  readonly seconds: number;
}

interface Line {
  readonly name: string;
  readonly value: string;
  /** Whether the step happened as it should; null for a figure that is only shown. */
  readonly ok: boolean | null;
}

/** Everything in the table is read back from the store. */
export async function report(story: Story): Promise<{ readonly text: string; readonly complete: boolean }> {
  const { storage } = story.app;
  const transitions = [...(await storage.alerts.transitions(story.model, 1000))].reverse();
  const orders = await orderSteps(story);
  const lines = [
    ...figures(story),
    ...(await baselineLines(story)),
    ...(await quietLines(story, transitions)),
    ...alertLines(story, transitions),
    ...(await namedLines(story, orders)),
    ...orderLines(orders),
    ...(await closingLines(story, transitions, orders)),
  ];
  const table = new Table({
    style: { head: [], border: [] },
    head: ['step', 'result', ''],
    colWidths: [34, 62, 6],
    wordWrap: true,
  });
  for (const { name, value, ok } of lines) table.push([name, value, ok === null ? '' : ok ? 'ok' : 'NO']);
  return { text: table.toString(), complete: lines.every(line => line.ok !== false) };
}

function figures({ rows, from, to, replaySeconds, seconds }: Story): Line[] {
  const days = (to - from) / 86_400_000;
  return [
    { name: 'rows', value: `${thousands(rows)} over ${days} days of event time`, ok: null },
    {
      name: 'rows a second',
      value: `${thousands(Math.round(rows / replaySeconds))} (stored, profiled, judged, acted on)`,
      ok: null,
    },
    { name: 'seconds', value: seconds.toFixed(0), ok: null },
  ];
}

async function baselineLines({ app, model }: Story): Promise<Line[]> {
  const [first] = await app.storage.baselines.list(model);
  const value =
    first === undefined
      ? 'none'
      : `${thousands(first.rows)} rows, ${minutesOf(first.from)} to ${minutesOf(first.to)}`;
  return [{ name: 'baseline learned', value, ok: first?.origin === 'learned' }];
}

async function quietLines(story: Story, transitions: readonly Transition[]): Promise<Line[]> {
  const alarms = transitions.filter(t => t.to === 'firing' && endOf(t) <= story.change).length;
  const rows = await story.app.storage.database.rows<{ length: number; verdict: string; n: string }>(
    `SELECT window_seconds AS length, verdict, count() AS n FROM ${story.app.storage.db}.findings FINAL
     WHERE model = {model:String} AND check = 'drift' AND version = '' AND verdict NOT IN ('learning')
       AND toUnixTimestamp(window_start) + window_seconds <= {change:Int64}
     GROUP BY length, verdict ORDER BY length, verdict`,
    { model: story.model, change: Math.floor(story.change / 1000) },
  );
  const drifts = rows.filter(row => row.verdict === 'drift').reduce((sum, row) => sum + Number(row.n), 0);
  const byLength = new Map<number, string[]>();
  for (const row of rows) {
    const known = byLength.get(row.length) ?? [];
    byLength.set(row.length, [...known, `${thousands(Number(row.n))} ${row.verdict}`]);
  }
  const verdicts = [...byLength]
    .map(([length, words]) => `${length / 3600} h: ${words.join(', ')}`)
    .join('\n');
  return [
    {
      name: 'false alarms before the change',
      value: `${alarms} (drift verdicts below paging: ${drifts})`,
      ok: alarms === 0,
    },
    { name: 'drift verdicts before the change', value: verdicts, ok: null },
  ];
}

function alertLines(story: Story, transitions: readonly Transition[]): Line[] {
  const alert = transitions.find(t => t.to === 'firing' && endOf(t) > story.change);
  if (alert === undefined) return [{ name: 'change caught', value: 'no alert', ok: false }];
  const hours = (alert.at - story.change) / 3_600_000;
  const right = changedSubjects.filter(subject => alert.subjects.includes(subject));
  const wrong = unchangedSubjects.filter(subject => alert.subjects.includes(subject));
  return [
    {
      name: 'hours from change to alert',
      value: `${hours.toFixed(1)} (a window of ${alert.windowSeconds / 3600} h)`,
      ok: true,
    },
    {
      name: 'named when it fired',
      value: `${alert.subjects.map(s => s.replace('feature:', '')).join(', ')}; wrong: ${wrong.length}`,
      ok: right.length > 0 && wrong.length === 0,
    },
  ];
}

function orderLines(orders: readonly OrderStep[]): Line[] {
  const steps = orders.map(order => order.state);
  const promoted = orders.find(order => order.state === 'promoted');
  const words = steps.filter((state, i) => state !== steps[i - 1]).join(', ');
  return [{ name: 'retraining', value: words || 'no order', ok: promoted !== undefined }];
}

async function closingLines(
  story: Story,
  transitions: readonly Transition[],
  orders: readonly OrderStep[],
): Promise<Line[]> {
  const { app, model, environment, from, change, to } = story;
  const promoted = orders.find(order => order.state === 'promoted');
  const baselines = await app.storage.baselines.list(model);
  const activations = await app.storage.baselines.activations(model);
  const newest = baselines.at(-1);
  const active = [...activations].sort((a, b) => b.from - a.from)[0]?.baseline;
  const resolved =
    promoted === undefined ? undefined : transitions.find(t => t.to === 'ok' && t.at >= promoted.at);
  const counts = (a: number, b: number) =>
    app.storage.exports.labelledCounts({ model, environment, from: a, to: b });
  const end = promoted?.at ?? to;
  const [before, during, after] = await Promise.all([
    counts(from, change),
    counts(change, end),
    counts(end, to),
  ]);
  return [
    {
      name: 'new baseline active',
      value:
        newest === undefined || baselines.length < 2
          ? 'no'
          : `number ${newest.baseline}, ${thousands(newest.rows)} training rows`,
      ok: baselines.length > 1 && active === newest?.baseline,
    },
    {
      name: 'alert resolved',
      value:
        resolved === undefined || promoted === undefined
          ? 'no'
          : `${((resolved.at - promoted.at) / 3_600_000).toFixed(1)} h after the promotion`,
      ok: resolved !== undefined && transitions.at(-1)?.to === 'ok',
    },
    { name: 'accuracy before the change', value: accuracy(before), ok: null },
    { name: 'accuracy from change to promotion', value: accuracy(during), ok: null },
    { name: 'accuracy after retraining', value: accuracy(after), ok: null },
  ];
}

/** What drifted in windows between the change and the promotion. */
async function namedLines({ app, model, change, to }: Story, orders: readonly OrderStep[]): Promise<Line[]> {
  const end = orders.find(order => order.state === 'promoted')?.at ?? to;
  const rows = await app.storage.database.rows<{ subject: string }>(
    `SELECT DISTINCT subject FROM ${app.storage.db}.findings FINAL
     WHERE model = {model:String} AND check = 'drift' AND version = '' AND verdict = 'drift'
       AND toUnixTimestamp(window_start) + window_seconds > {change:Int64}
       AND toUnixTimestamp(window_start) + window_seconds <= {end:Int64} ORDER BY subject`,
    { model, change: Math.floor(change / 1000), end: Math.floor(end / 1000) },
  );
  const named = rows.map(row => row.subject);
  const missed = changedSubjects.filter(subject => !named.includes(subject));
  const wrong = unchangedSubjects.filter(subject => named.includes(subject));
  const list = named.map(subject => subject.replace('feature:', '')).join(', ');
  return [
    {
      name: 'named until the promotion',
      value: `${list}; missed: ${missed.length} of ${changedSubjects.length}; wrong: ${wrong.length} of ${unchangedSubjects.length}`,
      ok: missed.length === 0 && wrong.length === 0,
    },
  ];
}

interface OrderStep {
  readonly state: string;
  readonly at: number;
}

/** Every step of every order, oldest first. */
async function orderSteps({ app, model }: Story): Promise<OrderStep[]> {
  const rows = await app.storage.database.rows<{ state: string; ms: string }>(
    `SELECT state, toUnixTimestamp64Milli(at) AS ms FROM ${app.storage.db}.orders FINAL
     WHERE model = {model:String} ORDER BY ms, step`,
    { model },
  );
  return rows.map(({ state, ms }) => ({ state, at: Number(ms) }));
}

function endOf(transition: Transition): number {
  return (transition.windowStart + transition.windowSeconds) * 1000;
}

function accuracy(counts: readonly { version: string; labelled: number; correct: number }[]): string {
  const of = counts.filter(count => count.labelled > 0);
  if (of.length === 0) return 'no labels';
  return of
    .map(
      ({ version, labelled, correct }) =>
        `version ${version}: ${((100 * correct) / labelled).toFixed(1)} % of ${thousands(labelled)} labels`,
    )
    .join('; ');
}
