import type { SimulateRequest } from '../app/simulate/request.ts';
import type { Simulation } from '../app/simulate/simulation.ts';
import { limitText } from '../simulate/limits.ts';
import type { Count } from '../simulate/tally.ts';
import type { CliContext } from './context.ts';
import { table, timeText } from './table.ts';

/** What a run came to, for people: tables, what was put in and what to do next. */
export function simulationText(
  context: Pick<CliContext, 'terminal'>,
  simulation: Simulation,
  request: Pick<SimulateRequest, 'target'>,
): string {
  return [
    countsTable(context, simulation),
    ...paragraph('Refused by the service', reasonsText(simulation.tally.rejected)),
    ...paragraph('Failed on the way', reasonsText(simulation.tally.failed)),
    ...endLines(simulation),
    ...injectedTable(context, simulation),
    ...foundTable(context, simulation),
    ...simulation.limits.filter(limit => !limit.held).map(limit => `Beyond a limit: ${limitText(limit)}.`),
    nextLine(simulation, request),
  ].join('\n');
}

function countsTable(context: Pick<CliContext, 'terminal'>, { tally }: Simulation): string {
  const each = tally.told === 'each';
  const row = (name: string, count: Count, told: boolean) => [
    name,
    count.sent,
    told ? count.accepted : '-',
    told ? count.rejected : '-',
    count.failed,
    ...[50, 95, 99, 100].map(percent => count.latencies.percentile(percent)),
  ];
  const kinds = [...tally.kinds].filter(([, count]) => count.sent > 0);
  const rows = kinds.map(([kind, count]) => row(kind, count, each));
  const head = ['payloads', 'sent', 'accepted', 'rejected', 'failed', 'p50', 'p95', 'p99', 'max'];
  return table(context, {
    head,
    rows: tally.all.sent === 0 ? [] : [...rows, row('all', tally.all, tally.told !== 'nothing')],
    nothing: 'Nothing was sent.',
  });
}

function reasonsText(reasons: ReadonlyMap<string, number>): string {
  const sorted = [...reasons].sort((a, b) => b[1] - a[1]);
  return sorted.map(([reason, n]) => `${n.toLocaleString('en-US')} ${reason}`).join(', ');
}

function paragraph(title: string, text: string): string[] {
  return text === '' ? [] : [`${title}: ${text}.`];
}

function endLines({
  tally,
  milliseconds,
  unsent,
  labelsWaiting,
  labelsDropped,
  from,
  to,
}: Simulation): string[] {
  const count = (value: number) => value.toLocaleString('en-US');
  const seconds = milliseconds / 1000;
  const { deferrals, all, requests } = tally;
  return [
    `Latencies in milliseconds. ${count(all.sent)} payloads in ${count(requests)} requests, ${Number(seconds.toPrecision(3))} s, ${Number((all.sent / seconds).toPrecision(4))} a second; event time ${timeText(from)} to ${timeText(to)} (UTC).`,
    ...paragraph(
      `Put off ${count(deferrals.count)} times for ${Number((deferrals.milliseconds / 1000).toPrecision(3))} s in all, and sent again`,
      reasonsText(deferrals.reasons),
    ),
    ...(unsent === 0
      ? []
      : [
          `${count(unsent)} payloads were due and never sent: the target or this machine did not keep the rate.`,
        ]),
    ...(labelsWaiting === 0 ? [] : [`${count(labelsWaiting)} labels were not due yet and were not sent.`]),
    ...(labelsDropped === 0 ? [] : [`${count(labelsDropped)} labels were given up: too many were waiting.`]),
    ...(tally.told === 'nothing' ? ['Kafka does not tell what is read of it: see `leeway rejects`.'] : []),
  ];
}

function injectedTable(context: Pick<CliContext, 'terminal'>, { injected }: Simulation): string[] {
  if (injected.length === 0) return [];
  const rows = injected.map(one => [
    one.kind,
    one.features.join(', '),
    one.drift,
    timeText(one.from),
    one.to === null ? 'the end' : timeText(one.to),
    one.rows,
  ]);
  const head = ['put in', 'features', 'as', 'from (UTC)', 'to', 'rows'];
  return ['', table(context, { head, rows, nothing: '' })];
}

function foundTable(context: Pick<CliContext, 'terminal'>, { found }: Simulation): string[] {
  if (found === null) return [];
  const rows = found.map(one => [one.check, one.subject, one.windows, timeText(one.first), one.sentence]);
  const head = ['found', 'subject', 'windows', 'first window end (UTC)', 'in words'];
  return ['', table(context, { head, rows, nothing: 'Leeway found nothing.' })];
}

function nextLine({ model, injected }: Simulation, { target }: Pick<SimulateRequest, 'target'>): string {
  const name = model === '' ? 'MODEL' : model;
  const compare = injected.length > 0 ? ' shows what of it was found, by event time' : '';
  if (target.kind === 'memory')
    return target.keep === null
      ? 'Next: leeway simulate --to memory --keep DIRECTORY keeps the data to look at.'
      : `Next: leeway start --data ${target.keep}, then leeway findings --model ${name} --data ${target.keep}${compare}`;
  return `Next: leeway findings --model ${name}${compare}`;
}

/** The same for scripts. Times in epoch milliseconds, latencies in milliseconds. */
export function simulationJson(simulation: Simulation) {
  const { tally, ...rest } = simulation;
  const reasons = (map: ReadonlyMap<string, number>) => Object.fromEntries(map);
  const { all, deferrals, told } = tally;
  return {
    ...rest,
    requests: tally.requests,
    told,
    all: countJson(all),
    kinds: Object.fromEntries(
      [...tally.kinds].filter(([, count]) => count.sent > 0).map(([kind, count]) => [kind, countJson(count)]),
    ),
    rejected: reasons(tally.rejected),
    failed: reasons(tally.failed),
    deferrals: { ...deferrals, reasons: reasons(deferrals.reasons) },
    rate: (all.sent / simulation.milliseconds) * 1000,
  };
}

function countJson({ sent, accepted, rejected, failed, bytes, latencies }: Count) {
  return {
    sent,
    accepted,
    rejected,
    failed,
    bytes: bytes.sum,
    p50: latencies.percentile(50),
    p95: latencies.percentile(95),
    p99: latencies.percentile(99),
    max: latencies.percentile(100),
    mean: latencies.mean,
  };
}
