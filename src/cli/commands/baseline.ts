import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { LeewayError } from '../../lib/errors.ts';
import { type AddCommand, examples, modelPath, print, serviceCommand, wholeNumber } from '../command.ts';
import type { CliContext } from '../context.ts';
import { knownModel } from '../known-model.ts';
import { connect, type ServiceOptions } from '../service.ts';
import { table, timeText } from '../table.ts';
import { compareBaselines, rollBackBaseline, showBaseline } from './baseline-history.ts';

interface Baseline {
  readonly baseline: number;
  readonly origin: string;
  readonly created: number;
  readonly rows: number;
  readonly from: number;
  readonly to: number;
  readonly note: string;
  readonly active: boolean;
}

const types: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
  jsonl: 'application/x-ndjson',
  json: 'application/json',
  parquet: 'application/vnd.apache.parquet',
};

/** `leeway baseline create|list|show|compare|activate|rollback`. */
export const baseline: AddCommand = (program, context) => {
  const group = new Command('baseline')
    .alias('baselines')
    .description('baselines: what a model is compared with');
  for (const make of [create, list, showBaseline, compareBaselines, activate, rollBackBaseline])
    group.addCommand(make(context));
  program.addCommand(group);
};

interface CreateOptions extends ServiceOptions {
  readonly model: string;
  readonly file?: string;
  readonly text?: string;
  readonly from?: string;
  readonly to?: string;
  readonly environment?: string;
  readonly note: string;
  readonly activate: boolean;
}

function create(context: CliContext): Command {
  return serviceCommand('create', 'make a baseline from a file of rows, or from a period of stored ones')
    .requiredOption('--model <name>', 'the model')
    .option('--file <path>', 'CSV, NDJSON, JSON or Parquet, one row per inference (.gz is read)')
    .option('--text <columns>', 'columns of the file that are text though they look like numbers')
    .option('--from <time>', 'start of the period, RFC 3339')
    .option('--to <time>', 'end of the period, RFC 3339')
    .option('--environment <name>', 'environment of the period')
    .option('--note <text>', 'a note', '')
    .option('--no-activate', 'do not judge by it yet')
    .addHelpText(
      'after',
      examples(
        'leeway baseline create --model churn --file train.csv',
        'leeway baseline create --model churn --file train.csv --text postcode,plan',
        'leeway baseline create --model churn --from 2026-11-01 --to 2026-11-08',
      ),
    )
    .action(async (options: CreateOptions) => {
      const made = await send(context, options);
      const state = made.active ? 'and is active' : 'and is not active yet';
      const command = `leeway baseline activate --model ${options.model} --baseline ${made.baseline}`;
      const next = made.active ? '' : `\nJudge by it: ${command}`;
      print(
        context,
        options,
        made,
        `Baseline ${made.baseline} of ${options.model} is made from ${made.rows} rows ${state}.${next}`,
      );
    });
}

async function send(context: CliContext, options: CreateOptions): Promise<Baseline> {
  const service = connect(context, options);
  const query = new URLSearchParams({ activate: String(options.activate), note: options.note });
  if (options.environment !== undefined) query.set('environment', options.environment);
  if (options.text !== undefined) query.set('text', options.text);
  const path = modelPath(options.model, `/baselines?${query}`);
  if (options.file !== undefined && options.from === undefined && options.to === undefined) {
    const headers = headersOf(options.file);
    return service.upload<Baseline>(path, readFile(options.file), headers);
  }
  if (
    options.file === undefined &&
    options.text === undefined &&
    options.from !== undefined &&
    options.to !== undefined
  ) {
    return service.post<Baseline>(path, { from: options.from, to: options.to });
  }
  throw new LeewayError('LW_USAGE', 'Give either --file (and --text with it), or --from and --to.');
}

function headersOf(file: string): Record<string, string> {
  const [, ending = '', zipped] = /\.([a-z]+?)(\.gz)?$/i.exec(file) ?? [];
  const type = types[ending.toLowerCase()];
  if (type === undefined)
    throw new LeewayError(
      'LW_FILE_INVALID',
      `The ending of ${file} tells no format: it must be .csv, .ndjson, .jsonl, .json or .parquet (or with .gz).`,
    );
  return { 'content-type': type, ...(zipped === undefined ? {} : { 'content-encoding': 'gzip' }) };
}

function readFile(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : message;
    throw new LeewayError('LW_FILE_INVALID', `Cannot read ${file}: ${reason}.`, error);
  }
}

function list(context: CliContext): Command {
  return serviceCommand('list', 'list the baselines of a model')
    .requiredOption('--model <name>', 'the model')
    .addHelpText('after', examples('leeway baseline list --model churn'))
    .action(async (options: ServiceOptions & { model: string }) => {
      const service = connect(context, options);
      const path = modelPath(options.model, '/baselines');
      const answer = await service.get<{ baselines: Baseline[] }>(path);
      const learning = answer.baselines.length > 0 ? [] : await knownModel(service, options.model);
      const rows = answer.baselines.map(b => [
        b.baseline,
        b.active,
        b.origin,
        b.rows,
        timeText(b.from),
        timeText(b.to),
        timeText(b.created),
        b.note,
      ]);
      const head = ['baseline', 'active', 'origin', 'rows', 'from (UTC)', 'to', 'made', 'note'];
      const nothing = [`${options.model} has no baseline yet.`, ...learning.map(m => m.learning ?? '')];
      print(
        context,
        options,
        answer,
        table(context, { head, rows, nothing: nothing.filter(Boolean).join('\n') }),
      );
    });
}

function activate(context: CliContext): Command {
  return serviceCommand('activate', 'judge a model by another of its baselines')
    .requiredOption('--model <name>', 'the model')
    .requiredOption('--baseline <number>', 'number of the baseline', wholeNumber(1, 4_294_967_295))
    .option('--only-version <name>', 'only for this version of the model')
    .option('--from <time>', 'from this moment on, RFC 3339 (default: now)')
    .addHelpText('after', examples('leeway baseline activate --model churn --baseline 2'))
    .action(
      async (
        options: ServiceOptions & { model: string; baseline: number; onlyVersion?: string; from?: string },
      ) => {
        const { baseline: number, onlyVersion: version, from } = options;
        const order = { baseline: number, version, from, by: 'cli' };
        const answer = await connect(context, options).post<{ from: number }>(
          modelPath(options.model, '/activations'),
          order,
        );
        print(
          context,
          options,
          answer,
          `${options.model} is judged by baseline ${number} from ${timeText(answer.from)} UTC on.`,
        );
      },
    );
}
