import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { parse } from 'yaml';
import { LeewayError } from '../../lib/errors.ts';
import { type BacktestAnswer, backtestText } from '../backtest-text.ts';
import { type AddCommand, collect, examples, modelPath, print, serviceCommand } from '../command.ts';
import { connect, type ServiceOptions } from '../service.ts';
import { minutes } from '../span.ts';

interface BacktestOptions extends ServiceOptions {
  readonly model: string;
  readonly from: string;
  readonly to?: string;
  readonly environment?: string;
  readonly policy?: string;
  readonly compare?: string;
  readonly set: readonly string[];
  readonly judgeAgain?: boolean;
}

/** `leeway backtest`: what alerts and orders would have been. */
export const backtest: AddCommand = (program, context) => {
  const command = serviceCommand(
    'backtest',
    'play stored history through policies and guard rails with sending off: what would have happened',
  )
    .requiredOption('--model <name>', 'the model')
    .requiredOption('--from <moment>', 'windows that end after this: a time, or a duration ago (30d)')
    .option('--to <moment>', 'windows that end by then (default: now)')
    .option('--environment <name>', 'needed where the model has rows in several')
    .option(
      '--policy <file>',
      'policies to try, as section `policies` of a configuration (default: those in use)',
    )
    .option('--compare <file>', 'other policies, played beside the first')
    .option('--set <name=value>', 'budget=N: false alarms in 30 days', collect, [])
    .option(
      '--judge-again',
      'judge windows again from their profiles, not as they were found: minutes, not seconds',
    )
    .addHelpText(
      'after',
      examples(
        'leeway backtest --model churn --from 30d',
        'leeway backtest --model churn --from 2026-10-01 --to 2026-11-01 --policy stricter.yaml',
        'leeway backtest --model churn --from 30d --set budget=2',
        'leeway backtest --model churn --from 30d --compare stricter.yaml --json',
      ),
    )
    .action(async (options: BacktestOptions) => {
      const service = connect(context, options);
      const now = context.clock.now();
      const said = context.terminal.interactive ? waiting(context) : () => undefined;
      try {
        const answer = await service.post<BacktestAnswer>(modelPath(options.model, '/backtest'), {
          from: momentOf(options.from, now, '--from'),
          to: options.to === undefined ? now : momentOf(options.to, now, '--to'),
          environment: options.environment,
          policies: options.policy === undefined ? undefined : policiesIn(options.policy),
          compare: options.compare === undefined ? undefined : policiesIn(options.compare),
          ...settings(options.set),
          judgeAgain: options.judgeAgain === true,
        });
        said();
        print(context, options, answer, backtestText(context, answer));
      } finally {
        said();
      }
    });
  program.addCommand(command);
};

/** Says every other second that it is still at work; returns what ends it. */
function waiting({ clock, terminal }: Parameters<AddCommand>[1]): () => void {
  const began = clock.now();
  const timer = setInterval(
    () => terminal.err(`Playing the history: ${Math.round((clock.now() - began) / 1000)} s`),
    2000,
  );
  return () => clearInterval(timer);
}

function momentOf(text: string, now: number, option: string): number {
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(time)) return time;
  try {
    return now - minutes(text) * 60_000;
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new LeewayError(
      'LW_USAGE',
      `${option} ${text} is no moment: write it as 2026-11-01T00:00:00Z, or 30d for 30 days ago.`,
    );
  }
}

function settings(given: readonly string[]): { readonly budget?: number } {
  const found: { budget?: number } = {};
  for (const text of given) {
    const [name = '', value = ''] = text.split('=', 2);
    const number = Number(value);
    if (name !== 'budget' || !(number > 0))
      throw new LeewayError('LW_USAGE', `--set ${text} is none of: budget=N, with N more than 0.`);
    found.budget = number;
  }
  return found;
}

/** The policies of a file: its section, or the file itself when it is a list. */
function policiesIn(file: string): unknown[] {
  let document: unknown;
  try {
    document = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new LeewayError(
      'LW_CONFIG_UNREADABLE',
      `Cannot read policies from ${file}: ${(error as Error).message}`,
    );
  }
  const found = Array.isArray(document) ? document : (document as { policies?: unknown } | null)?.policies;
  if (Array.isArray(found)) return found;
  throw new LeewayError(
    'LW_CONFIG_INVALID',
    `${file} has no list \`policies\`; \`leeway check-config ${file}\` says more.`,
  );
}
