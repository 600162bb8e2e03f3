import type { Command } from 'commander';
import { examples, modelPath, print, serviceCommand, wholeNumber } from '../command.ts';
import type { CliContext } from '../context.ts';
import { connect, type ServiceOptions } from '../service.ts';
import { table, timeText } from '../table.ts';
import { printable } from '../terminal.ts';
import { userName } from '../user-name.ts';

interface ModelOptions extends ServiceOptions {
  readonly model: string;
}

interface Subject {
  readonly subject: string;
  readonly kind: string;
  readonly aside: string;
  readonly rows: number;
  readonly missing: number;
  readonly bins: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly mean: number | null;
  readonly categories: readonly string[];
}

interface Shown {
  readonly baseline: number;
  readonly active: boolean;
  readonly origin: string;
  readonly rows: number;
  readonly from: number;
  readonly to: number;
  readonly created: number;
  readonly note: string;
  readonly subjects: readonly Subject[];
}

const baselineNumber = wholeNumber(1, 4_294_967_295);

/** `leeway baseline show N`. */
export function showBaseline(context: CliContext): Command {
  return serviceCommand('show', 'show one baseline with its subjects')
    .argument('<number>', 'number of the baseline', baselineNumber)
    .requiredOption('--model <name>', 'the model')
    .addHelpText('after', examples('leeway baseline show 2 --model churn'))
    .action(async (number: number, options: ModelOptions) => {
      const path = modelPath(options.model, `/baselines/${number}`);
      const found = await connect(context, options).get<Shown>(path);
      const rows = found.subjects.map(s => [
        s.subject,
        s.kind,
        s.aside === '' ? 'yes' : s.aside,
        s.bins,
        percentText(s.missing),
        s.kind === 'numeric'
          ? `${numberText(s.low)} to ${numberText(s.high)}, mean ${numberText(s.mean)}`
          : s.categories.join(', '),
      ]);
      const head = ['subject', 'kind', 'tested', 'bins', 'missing', 'values'];
      const period =
        found.to === 0 ? 'without times' : `${timeText(found.from)} to ${timeText(found.to)} UTC`;
      const about = `Baseline ${found.baseline} of ${printable(options.model)} (${found.origin}, ${found.active ? 'active' : 'not active'}): ${found.rows} rows, ${period}.`;
      const note = found.note === '' ? '' : `\n${printable(found.note)}`;
      const next = `Next: leeway baseline compare A B --model ${printable(options.model)}`;
      const list = table(context, { head, rows, nothing: 'It has no subjects.' });
      print(context, options, found, `${about}${note}\n${list}\n${next}`);
    });
}

interface Compared {
  readonly subject: string;
  readonly state: string;
  readonly effect: number | null;
  readonly effectLow: number | null;
  readonly effectHigh: number | null;
  readonly p: number | null;
  readonly missing: number | null;
  readonly missingBefore: number | null;
}

/** `leeway baseline compare A B`. */
export function compareBaselines(context: CliContext): Command {
  return serviceCommand('compare', 'show how baseline B differs from baseline A, by subject')
    .argument('<a>', 'number of the baseline to compare with', baselineNumber)
    .argument('<b>', 'number of the baseline that is compared', baselineNumber)
    .requiredOption('--model <name>', 'the model')
    .addHelpText('after', examples('leeway baseline compare 1 2 --model churn'))
    .action(async (a: number, b: number, options: ModelOptions) => {
      const path = modelPath(options.model, `/baselines/${b}/against/${a}`);
      const found = await connect(context, options).get<{ subjects: Compared[] }>(path);
      const rows = found.subjects.map(s => [
        s.subject,
        s.state,
        s.effect === null ? null : percentText(s.effect),
        s.effectLow === null ? null : `${percentText(s.effectLow)} to ${percentText(s.effectHigh ?? 1)}`,
        s.p === null ? null : s.p < 1e-4 ? s.p.toExponential(1) : numberText(s.p),
        s.missing === null ? null : `${percentText(s.missingBefore ?? 0)} to ${percentText(s.missing)}`,
      ]);
      const head = ['subject', `${b} against ${a}`, 'rows moved', '95 % limits', 'p', 'missing'];
      const differ = found.subjects.filter(({ state }) => state === 'differs').length;
      const list = table(context, { head, rows, nothing: 'Neither has a subject.' });
      const words = `${differ === 0 ? 'No subject differs' : `${differ} of ${rows.length} subjects differ`} beyond chance and tolerance; rows count as independent.`;
      const next = `Next: leeway baseline activate --model ${printable(options.model)} --baseline ${b}`;
      print(context, options, found, `${list}\n${words}\n${next}`);
    });
}

interface RolledBack {
  readonly from: number;
  readonly to: number;
  readonly at: number;
  readonly done: boolean;
}

/** `leeway baseline rollback`. */
export function rollBackBaseline(context: CliContext): Command {
  return serviceCommand('rollback', 'judge a model by the baseline that was active before the present one')
    .requiredOption('--model <name>', 'the model')
    .option('--dry-run', 'only say what would happen')
    .option('--by <name>', 'who decides', userName())
    .addHelpText(
      'after',
      examples('leeway baseline rollback --model churn --dry-run', 'leeway baseline rollback --model churn'),
    )
    .action(async (options: ModelOptions & { readonly dryRun?: boolean; readonly by: string }) => {
      const { model, by, dryRun = false } = options;
      const service = connect(context, options);
      const order = (dry: boolean) =>
        service.post<RolledBack>(modelPath(model, '/rollback'), { by, dryRun: dry });
      // What will happen is said before it happens.
      const plan = await order(true);
      const name = printable(model);
      const words = `${name} is judged by baseline ${plan.from}; going back means baseline ${plan.to} for windows that end from now on. What was judged stays.`;
      if (dryRun) {
        print(context, options, plan, `${words}\nNext: leeway baseline rollback --model ${name}`);
        return;
      }
      if (options.json !== true) context.terminal.out(words);
      const done = await order(false);
      print(
        context,
        options,
        done,
        `${name} is judged by baseline ${done.to} from ${timeText(done.at)} UTC on. Undo: leeway baseline activate --model ${name} --baseline ${done.from}`,
      );
    });
}

function percentText(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

function numberText(value: number | null): string {
  return value === null ? '-' : String(Number(value.toPrecision(4)));
}
