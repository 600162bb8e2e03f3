import { Presets, SingleBar } from 'cli-progress';
import type { Second, SimulateDeps } from '../app/simulate/simulation.ts';
import type { CliContext } from './context.ts';
import { timeText } from './table.ts';

/** The line that tells how a run goes. */
export interface RunLine {
  readonly begins: SimulateDeps['begins'];
  readonly update: (now: Second) => void;
  readonly stop: () => void;
}

/** Without a terminal a line that stays, so often, seconds. */
const plainEvery = 30;

/** One line, written anew every second; where nobody reads along, a line every half minute. */
export function createRunLine(context: Pick<CliContext, 'terminal'>): RunLine {
  const { terminal } = context;
  const live = terminal.interactive ? createLive() : null;
  let seconds = 0;
  return {
    begins: ({ target, schedule, tooOld }) => {
      const { from, to } = schedule.span;
      const until = Number.isFinite(to) ? timeText(to) : 'Ctrl-C';
      terminal.err(`Sends to ${target}; event time from ${timeText(from)} to ${until} (UTC).`);
      if (tooOld)
        terminal.err(
          'Rows older than 30 days are refused (bucket-sealed) unless retention.rawDays was raised.',
        );
    },
    update: now => {
      seconds++;
      if (live !== null) live.update(now);
      else if (seconds % plainEvery === 0) terminal.err(lineOf(now));
    },
    stop: () => live?.stop(),
  };
}

function createLive() {
  let bar: SingleBar | null = null;
  return {
    update: (now: Second) => {
      const ends = Number.isFinite(now.runTime);
      if (bar === null) {
        const options = {
          format: ends ? '{bar} {percentage}% | {line}' : '{line}',
          barsize: 16,
          hideCursor: true,
          clearOnComplete: true,
          linewrap: false,
          stream: process.stderr,
        };
        bar = new SingleBar(options, Presets.legacy);
        bar.start(ends ? now.runTime : 1, 0, { line: '' });
      }
      bar.update(ends ? Math.min(now.elapsed, now.runTime) : 0, { line: lineOf(now) });
    },
    stop: () => bar?.stop(),
  };
}

/** `12,000 sent, 200/s, 0 failed | p50 1.2 ms, p95 3.4 ms, p99 5.1 ms | 50 users | 2026-11-21 10:00:00`. */
export function lineOf({ tally, users, eventTime }: Second): string {
  const { all, recent } = tally;
  const count = (value: number) => value.toLocaleString('en-US');
  const percentile = (percent: number) =>
    `p${percent} ${Number(recent.latencies.percentile(percent).toPrecision(3))} ms`;
  const waits = tally.deferrals.count === 0 ? '' : `, ${count(tally.deferrals.count)} put off`;
  return [
    `${count(all.sent)} sent, ${count(recent.sent)}/s, ${count(all.failed)} failed${waits}`,
    [50, 95, 99].map(percentile).join(', '),
    `${count(users)} users`,
    timeText(eventTime),
  ].join(' | ');
}
