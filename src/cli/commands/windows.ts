import {
  type AddCommand,
  examples,
  modelPath,
  oneNumberOf,
  print,
  serviceCommand,
  wholeNumber,
  windowHours,
} from '../command.ts';
import { knownModel } from '../known-model.ts';
import { connect, type ServiceOptions } from '../service.ts';
import { hoursText, table, timeText } from '../table.ts';
import { printable } from '../terminal.ts';

interface Window {
  readonly environment: string;
  readonly start: number;
  readonly end: number;
  readonly rows: number;
  readonly baseline: number;
  readonly verdicts: Readonly<Record<string, number>>;
}

interface WindowsOptions extends ServiceOptions {
  readonly environment?: string;
  readonly length?: number;
  readonly blind?: boolean;
  readonly limit: number;
}

/** Verdicts in the order of interest. */
const order = ['drift', 'failed', 'blind', 'no-data', 'insufficient', 'learning', 'stable'];

/** `leeway windows MODEL`: the windows that were looked at lately. */
export const windows: AddCommand = (program, context) => {
  const command = serviceCommand('windows', 'list the last windows of a model with their findings by verdict')
    .argument('<model>', 'the model')
    .option('--length <hours>', 'only windows of this length: 1, 6, 24 or 168', oneNumberOf(windowHours))
    .option('--blind', 'only windows that could not be read in time')
    .option('--environment <name>', 'only this environment')
    .option('--limit <number>', 'at most so many', wholeNumber(1, 10_000), 30)
    .addHelpText(
      'after',
      examples(
        'leeway windows churn',
        'leeway windows churn --length 24',
        'leeway windows churn --blind --json',
      ),
    )
    .action(async (model: string, options: WindowsOptions) => {
      const service = connect(context, options);
      const answer = await service.get<{ windows: Window[] }>(modelPath(model, '/windows'), {
        environment: options.environment,
        windowSeconds: options.length === undefined ? undefined : String(options.length * 3600),
        blind: options.blind === true ? 'true' : undefined,
        limit: String(options.limit),
      });
      const rows = answer.windows.map(w => [
        timeText(w.end),
        hoursText((w.end - w.start) / 1000),
        w.environment,
        w.rows,
        w.baseline === 0 ? null : w.baseline,
        verdictsText(w.verdicts),
      ]);
      const head = ['window end (UTC)', 'length', 'environment', 'rows', 'baseline', 'findings'];
      if (rows.length === 0) await knownModel(service, model);
      const nothing =
        options.blind === true
          ? 'No window was blind: everything was read in time.'
          : 'No window yet: the first closes at the full hour and is judged 10 minutes later.';
      const next = rows.length === 0 ? '' : `\nNext: leeway findings --model ${printable(model)}`;
      print(context, options, answer, table(context, { head, rows, nothing }) + next);
    });
  program.addCommand(command);
};

function verdictsText(verdicts: Readonly<Record<string, number>>): string {
  return order
    .filter(verdict => (verdicts[verdict] ?? 0) > 0)
    .map(verdict => `${verdicts[verdict]} ${verdict}`)
    .join(', ');
}
