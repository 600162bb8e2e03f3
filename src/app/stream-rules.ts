import { budgetOf, type StreamBudget } from '../config/budget.ts';
import { type StreamRules, streamRules } from '../config/overrides.ts';
import type { Config } from '../config/schema.ts';

interface Stream {
  readonly model: string;
  readonly environment: string;
}

/** What detect is told of one stream; null: it is not judged. */
export interface StreamSettings {
  /** Expected false alarms in 30 days. */
  readonly budget: number;
  readonly latenessSeconds: number;
  /** Checks that are not judged. */
  readonly off: ReadonlySet<string>;
}

/** The configuration as it holds for one model in one environment, now. */
export interface StreamRulesReader {
  of(stream: Stream): StreamRules;
  /** Its share of the fleet's budget depends on which streams there are. */
  budget(stream: Stream, all: readonly Stream[]): StreamBudget;
  settings(stream: Stream, all: readonly Stream[]): StreamSettings | null;
}

export function createStreamRules(
  config: Pick<Config, 'budget' | 'environments' | 'latenessSeconds' | 'models'>,
): StreamRulesReader {
  const of = ({ model, environment }: Stream) => streamRules(config, model, environment);
  const shared = (stream: Stream) => {
    const rules = of(stream);
    return !rules.ignore && rules.budget === null;
  };
  // One list is asked about once for each of its streams: counted anew each time it would be the square of their number.
  const shares = new WeakMap<readonly Stream[], number>();
  const budget = (stream: Stream, all: readonly Stream[]) => {
    const own = of(stream).budget;
    if (own !== null || config.budget.fleetFalseAlarmsPerWeek === undefined)
      return budgetOf(config.budget, own, 1);
    const sharing = shares.get(all) ?? all.filter(shared).length;
    shares.set(all, sharing);
    return budgetOf(config.budget, null, sharing);
  };
  return {
    of,
    budget,
    settings: (stream, all) => {
      const { ignore, latenessSeconds, off } = of(stream);
      if (ignore) return null;
      return {
        budget: budget(stream, all).falseAlarmsPerMonth,
        latenessSeconds: latenessSeconds ?? config.latenessSeconds,
        off,
      };
    },
  };
}
