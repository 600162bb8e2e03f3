import type { RowCounter } from '../../act/consider.ts';
import type { Rails } from '../../act/guards.ts';
import type { Policy } from '../../act/policy.ts';
import type { Schedule } from '../../act/schedules.ts';
import type { JudgedWindow } from '../../domain/finding.ts';
import type { OrderKind } from '../../domain/order.ts';
import { rescaled } from './budget.ts';
import { createPlay } from './play.ts';
import { createFindingTally, type Played, playedOf } from './report.ts';

/** One set of policies to try. */
export interface Scenario {
  readonly name: string;
  readonly policies: readonly Policy[];
  /** False-alarm budget over the one the findings were judged by. */
  readonly budgetRatio: number;
}

export interface BacktestPeriod {
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
}

export interface BacktestRun extends BacktestPeriod {
  /** Windows that end in the period, in order, some at a time. */
  readonly windows: AsyncIterable<readonly JudgedWindow[]>;
  readonly scenarios: readonly Scenario[];
  readonly rails: (kind: OrderKind) => Rails;
  readonly counts: RowCounter;
  readonly promotions: readonly number[];
  /** Calendars that order for the model. */
  readonly schedules: readonly Schedule[];
  readonly latenessSeconds: number;
  /** Called between two parts, so that other work gets its turn. */
  readonly rest: () => Promise<unknown>;
}

export interface BacktestResult {
  readonly scenarios: readonly (Played & { readonly name: string } & ReturnType<
      ReturnType<typeof createFindingTally>['result']
    >)[];
  /** End of the last window that was read, epoch milliseconds; null when there was none. */
  readonly until: number | null;
}

/** Stored history through the state machine of alerts and the guard rails of orders, with sending off. */
export async function runBacktest(run: BacktestRun): Promise<BacktestResult> {
  const plays = run.scenarios.map(scenario => ({
    scenario,
    tally: createFindingTally(),
    play: createPlay({ ...run, policies: scenario.policies }),
  }));
  let until: number | null = null;
  for await (const windows of run.windows) {
    for (const { scenario, tally, play } of plays) {
      const read =
        scenario.budgetRatio === 1 ? windows : windows.map(each => atBudget(each, scenario.budgetRatio));
      for (const window of read) tally.add(window);
      await play.feed(read);
    }
    const last = windows.at(-1);
    if (last !== undefined) until = (last.windowStart + last.windowSeconds) * 1000;
    await run.rest();
  }
  for (const { play } of plays) await play.finish(run.to);
  return {
    until,
    scenarios: plays.map(({ scenario, tally, play }) => ({
      name: scenario.name,
      ...tally.result(),
      ...playedOf(play, run.to),
    })),
  };
}

function atBudget(window: JudgedWindow, ratio: number): JudgedWindow {
  return { ...window, findings: window.findings.map(finding => rescaled(finding, ratio)) };
}
