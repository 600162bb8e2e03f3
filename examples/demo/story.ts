import type { App } from '../../src/app.ts';
import type { LoanRow } from './data.ts';
import { type LoanModel, predictLoan } from './model.ts';
import { payloadOf } from './payload.ts';
import { minutesOf, type ProgressLine, thousands } from './progress.ts';
import type { TrainerProcess } from './trainer-process.ts';

/** Follows what Leeway does, and serves the model that is in service at each moment of the replay. */
export interface Story {
  /** The payload of a row, scored by the model in service. */
  score(row: LoanRow, time: number): Record<string, unknown>;
  /** Looks at what has changed after a step of event time. */
  look(app: App, eventTime: number, rows: number): Promise<void>;
}

export function createStory(of: {
  readonly model: string;
  readonly line: ProgressLine;
  readonly trainer: TrainerProcess;
}): Story {
  const { model, line, trainer } = of;
  let second: LoanModel | null = null;
  let baselines = 0;
  let seen = 0;
  let steps = 0;
  let state = 'learning';

  const lookAtBaselines = async (app: App) => {
    const list = await app.storage.baselines.list(model);
    for (const baseline of list.slice(baselines))
      line.say(`  baseline ${baseline.baseline}: ${baseline.origin}, ${thousands(baseline.rows)} rows`);
    if (list.length > 0 && baselines === 0) state = 'quiet';
    baselines = list.length;
  };
  const lookAtAlerts = async (app: App) => {
    const transitions = [...(await app.storage.alerts.transitions(model, 1000))].reverse();
    for (const { to, at, subjects, windowSeconds } of transitions.slice(seen)) {
      const names = subjects.map(subject => subject.replace('feature:', '')).join(', ');
      line.say(
        to === 'firing'
          ? `  ALERT ${minutesOf(at)} (window of ${windowSeconds / 3600} h): ${names}`
          : `  resolved ${minutesOf(at)}`,
      );
      state = to === 'firing' ? 'ALERT' : 'quiet';
    }
    seen = transitions.length;
  };
  const lookAtOrders = async (app: App, eventTime: number) => {
    const [order] = await app.storage.orders.orders(model, 1);
    if (order === undefined || order.step === steps) return;
    steps = order.step;
    line.say(`  retraining ${order.state}${order.reason === '' ? '' : `: ${order.reason}`}`);
    if (order.state !== 'promoted' || second !== null) return;
    second = await trainer.model(order.id);
    line.say(`  version 2 is in service from ${minutesOf(eventTime)} on`);
  };
  return {
    score: (row, time) => {
      const score = second === null ? row.score : predictLoan(second, row);
      return payloadOf({
        id: row.id,
        time,
        model,
        version: second === null ? '1' : '2',
        application: row,
        score,
      });
    },
    look: async (app, eventTime, rows) => {
      await lookAtBaselines(app);
      await lookAtAlerts(app);
      await lookAtOrders(app, eventTime);
      line.update(rows, eventTime, state);
    },
  };
}
