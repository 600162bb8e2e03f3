import type { Policy } from '../../act/policy.ts';
import { loadConfig } from '../../config/load.ts';
import type { PolicyConfig } from '../../config/policies.ts';
import type { Config } from '../../config/schema.ts';
import type { BacktestAnswer, BacktestAsk, BacktestDesk } from '../../http/backtest.ts';
import { LeewayError } from '../../lib/errors.ts';
import { measuresOf, policiesOf } from '../policies.ts';
import { railsOf } from '../retraining-rules.ts';
import { createStreamRules } from '../stream-rules.ts';
import { runBacktest, type Scenario } from './backtest.ts';
import { storedWindows } from './history.ts';
import { type JudgeDeps, judgePeriod } from './judge.ts';
import { type RowHistory, rowCounts } from './row-counts.ts';

export interface BacktestDeskDeps {
  readonly config: Config;
  readonly storage: RowHistory & {
    readonly findings: Parameters<typeof storedWindows>[0];
    readonly alerts: { promotions(model: string): Promise<readonly number[]> };
  };
  readonly judging: () => Omit<JudgeDeps, 'measures'>;
  /** The default policy, where it is not the built-in one. */
  readonly policy?: Policy | undefined;
  /** Lets other work have its turn. */
  readonly rest: () => Promise<unknown>;
}

/** Longest period of one backtest: as long as findings are kept by default. */
const mostDays = 400;
const dayMs = 86_400_000;

/** Answers what the alerts and orders of a model would have been. One at a time: it reads a lot. */
export function createBacktestDesk(deps: BacktestDeskDeps): BacktestDesk {
  let running = false;
  return {
    run: async ask => {
      if (running) throw new LeewayError('LW_CONFLICT', 'another backtest is running');
      running = true;
      try {
        return await run(deps, ask);
      } finally {
        running = false;
      }
    },
  };
}

async function run(deps: BacktestDeskDeps, ask: BacktestAsk): Promise<BacktestAnswer> {
  const { config, storage } = deps;
  const { model, from, to } = ask;
  if (!(from < to)) throw invalid('`from` must lie before `to`');
  if (to - from > mostDays * dayMs) throw invalid(`the period must be at most ${mostDays} days long`);
  const streams = await storage.windows.streams();
  const environment = environmentOf(streams, ask);
  const stream = { model, environment };
  const rules = createStreamRules(config);
  const settings = rules.settings(stream, streams);
  if (settings === null) throw invalid(`environment "${environment}" is ignored by the configuration`);
  const ratio = ask.budget === null ? 1 : ask.budget / settings.budget;
  const own = ask.policies === null ? config : withPolicies(config, ask.policies);
  const other = ask.compare === null ? null : withPolicies(config, ask.compare);
  const budget = ask.judgeAgain ? { ...settings, budget: ask.budget ?? settings.budget } : settings;
  const scenario = (name: string, from_: Config): Scenario => ({
    name,
    policies: policiesOf(from_, stream, deps.policy),
    budgetRatio: ask.judgeAgain ? 1 : ratio,
  });
  const period = { model, environment, from, to };
  const measures = [own, ...(other === null ? [] : [other])].flatMap(measuresOf);
  const result = await runBacktest({
    from,
    to,
    windows: ask.judgeAgain
      ? judgePeriod({ ...deps.judging(), measures }, { ...period, settings: budget })
      : storedWindows(storage.findings, period),
    scenarios: [
      scenario(ask.policies === null ? 'configured' : 'given', own),
      ...(other === null ? [] : [scenario('compared', other)]),
    ],
    rails: kind => railsOf(config, kind),
    counts: await rowCounts(storage, period),
    promotions: await storage.alerts.promotions(model),
    schedules: (config.retraining?.schedules ?? []).filter(
      schedule => schedule.model === model && schedule.environment === environment,
    ),
    latenessSeconds: settings.latenessSeconds,
    rest: deps.rest,
  });
  return {
    model,
    environment,
    from,
    to,
    budget: ask.budget ?? settings.budget,
    judged: ask.judgeAgain,
    ...result,
  };
}

function environmentOf(
  streams: readonly { readonly model: string; readonly environment: string; readonly first: number }[],
  { model, environment }: BacktestAsk,
): string {
  const known = streams.filter(stream => stream.model === model);
  const found =
    environment === null ? known.length === 1 : known.some(each => each.environment === environment);
  if (found) return environment ?? known[0]!.environment;
  if (known.length === 0) throw new LeewayError('LW_NOT_FOUND', `there is no model "${model}"`);
  const names = known.map(each => `"${each.environment}"`).join(', ');
  throw invalid(
    environment === null
      ? `model "${model}" has rows in several environments: say which of ${names}`
      : `model "${model}" has no rows in environment "${environment}", only in ${names}`,
  );
}

/** The configuration with other policies, checked as a file is; who is told does not matter here. */
function withPolicies(config: Config, given: readonly unknown[]): Config {
  const policies = given.map(each =>
    each !== null && typeof each === 'object' ? { ...each, routes: undefined } : each,
  ) as unknown as readonly PolicyConfig[];
  const { measures, models, environments, outbound, retraining } = config;
  const context = {
    measures,
    models,
    environments,
    outbound,
    ...(retraining === undefined ? {} : { retraining }),
  };
  try {
    const checked = loadConfig(null, { ...context, policies } as never, {});
    return { ...config, policies: checked.policies };
  } catch (error) {
    throw invalid(`the policies cannot be used: ${(error as Error).message}`);
  }
}

function invalid(message: string): LeewayError {
  return new LeewayError('LW_REQUEST_INVALID', message);
}
