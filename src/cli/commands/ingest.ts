import { Command, InvalidArgumentError, Option } from 'commander';
import { fileFormats, type RowFormat } from '../../app/files/formats.ts';
import type { IngestDeps, IngestRequest, IngestResult } from '../../app/files/ingest.ts';
import { LeewayError } from '../../lib/errors.ts';
import { type AddCommand, examples, print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { ingestText } from '../ingest-text.ts';
import { Outcome } from '../outcome.ts';
import { createRowProgress, type RowProgress } from '../row-progress.ts';
import { stoppable } from '../stoppable.ts';
import { resolveTarget, type Target, type TargetOptions } from '../target.ts';

/** Exit codes: more rows were refused than --max-rejects allows; stopped by a signal. */
const refusedExit = 3;
const stoppedExit = 130;

/** What the fields of payload version 1 are called in a file. */
const columnFields = [
  'version',
  'environment',
  'latency_ms',
  'status',
  'error',
  'request_bytes',
  'response_bytes',
];

export interface IngestOptions extends TargetOptions {
  readonly model?: string;
  readonly environment?: string;
  readonly format?: RowFormat;
  readonly time?: string;
  readonly id?: string;
  readonly prediction?: string;
  readonly label?: string;
  readonly column?: Readonly<Record<string, string>>;
  readonly ignore: readonly string[];
  readonly text: readonly string[];
  readonly utc?: boolean;
  readonly now?: boolean;
  readonly source?: string;
  readonly again?: boolean;
  readonly maxRejects: number;
}

/** `leeway ingest FILE...`: rows of files, into the running service or the store itself. */
export const ingest: AddCommand = (program, context) => {
  const command = addFileOptions(new Command('ingest'))
    .description('store the rows of files: NDJSON, CSV or Parquet, - is stdin; safe to run twice')
    .argument('<file...>', 'files (.ndjson, .jsonl, .csv, .tsv, .parquet; all but Parquet also .gz), or -')
    .option('--again', 'read files again that were read to their end')
    .addHelpText(
      'after',
      examples(
        'leeway ingest --model churn october.csv november.csv',
        'leeway ingest --model churn --time ts --id request_id --prediction score scored.parquet',
        'zcat scored.ndjson.gz | leeway ingest --model churn -',
        'leeway ingest --config leeway.yaml --source orders dump-of-the-topic.ndjson',
      ),
    );
  command.action(async (paths: string[], options: IngestOptions) => {
    const target = await resolveTarget(context, { ...options, dataGiven: options.data !== undefined });
    await ingestPaths(context, { paths, options, target });
  });
  program.addCommand(command);
};

/** The options that say where rows go and how files are read. */
export function addFileOptions(command: Command): Command {
  return command
    .option('--model <name>', 'model of every row (default: the field model of each row)')
    .option('--environment <name>', 'environment of rows that name none')
    .addOption(new Option('--format <format>', 'format, where the ending does not tell').choices(fileFormats))
    .option('--time <column>', 'column of the event time (default: time)')
    .option('--id <column>', 'column of the id (default: id; none: place in the file)')
    .option('--prediction <column>', 'column of the prediction (default: prediction)')
    .option('--label <column>', 'column of the truth (default: label)')
    .option(
      '--column <field=column>',
      `column of another field, of ${columnFields.join(', ')}; may be repeated`,
      pair,
    )
    .option('--ignore <columns>', 'columns to leave out, with commas between', names, [])
    .option('--text <columns>', 'columns that are text though they look like numbers', names, [])
    .option('--utc', 'times without an offset are UTC (they are refused otherwise)')
    .option('--now', 'rows have no time: they are of the moment the file was first given')
    .option('--source <name>', 'read rows by the mapping of this configured source')
    .option(
      '--max-rejects <share>',
      `exit with ${refusedExit} when a larger share of the rows is refused`,
      share,
      0.01,
    )
    .option('--config <file>', 'configuration of the store, when no service runs')
    .option('--data <directory>', 'data directory (default: .leeway)')
    .option('--url <address>', 'address of the service (default: from the data directory)')
    .option('--key-file <file>', 'file with the API key (default: LEEWAY_API_KEY, or none on this machine)')
    .option('--json', 'print JSON, for scripts');
}

export interface Run {
  readonly paths: readonly string[];
  readonly options: IngestOptions;
  readonly target: Target;
}

/** Reads files and closes with the table. */
export async function ingestPaths(context: CliContext, { paths, options, target }: Run): Promise<void> {
  const { openInputs } = await import('../../app/files/inputs.ts');
  const stdin = context.stdin ?? process.stdin;
  const inputs = await openInputs(paths, { format: options.format ?? null, stdin });
  const progress = createRowProgress(context);
  try {
    const { result, desk, rawDays } = await withDesk(
      context,
      { target, directory: inputs.directory, progress },
      deps =>
        stoppable(
          context,
          async stop => {
            const { ingestFiles } = await import('../../app/files/ingest.ts');
            const ended = await ingestFiles({ ...deps, stop }, inputs.files, requestOf(options));
            return { result: ended, desk: deps.desk, rawDays: (await deps.desk.limits()).rawDays };
          },
          () => progress.say('Stopping after the batch in hand; once more ends it at once.'),
        ),
    );
    progress.stop();
    const next = nextCommand(options, target, result);
    const end = { where: desk.where, rawDays, now: context.clock.now(), next };
    print(context, options, jsonOf(result), ingestText(context, result, end));
    exitOf(result, options.maxRejects);
  } finally {
    progress.stop();
    inputs.remove();
  }
}

export interface DeskOf {
  readonly target: Target;
  /** For the engine that reads Parquet. */
  readonly directory: string;
  readonly progress: RowProgress;
}

/** The desk of the service, or of the store opened here, for as long as the work takes. */
export async function withDesk<T>(
  context: CliContext,
  of: DeskOf,
  work: (deps: Omit<IngestDeps, 'stop'>) => Promise<T>,
): Promise<T> {
  const { openFileDesk } = await import('../../app/files/open-desk.ts');
  const { clock } = context;
  const { target, directory, progress } = of;
  const opened = await openFileDesk({ target, clock, directory, say: progress.say });
  try {
    return await work({
      desk: opened.desk,
      tables: opened.tables,
      clock,
      random: Math.random,
      say: progress.say,
      progress: ({ file, done, of: all, perSecond, waiting }) =>
        progress.step({ done, of: all, perSecond, text: waiting === '' ? file : `${file}: ${waiting}` }),
    });
  } finally {
    await opened.close();
  }
}

/** What the options ask for. */
export function requestOf(options: IngestOptions): IngestRequest {
  const { time, id, prediction, label, column } = options;
  const columns = Object.fromEntries(
    Object.entries({ ...column, time, id, prediction, label }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
  if (options.source !== undefined && Object.keys(columns).length > 0)
    throw new LeewayError(
      'LW_USAGE',
      '--source reads the rows by its mapping: it goes with no option that names a column.',
    );
  return {
    model: options.model ?? '',
    environment: options.environment ?? '',
    mapping: options.source ?? '',
    mapped: options.source !== undefined,
    columns,
    ignore: options.ignore,
    text: options.text,
    utc: options.utc ?? false,
    now: options.now ?? false,
    again: options.again ?? false,
  };
}

function nextCommand(options: IngestOptions, target: Target, { tally }: IngestResult): string {
  const data = options.data === undefined ? '' : ` --data ${options.data}`;
  const config = options.config === undefined ? '' : ` --config ${options.config}`;
  if (target.kind === 'store') return `leeway start${config}${data}`;
  const where = options.url === undefined ? data : ` --url ${options.url}`;
  return tally.refused > tally.stored ? `leeway rejects --source file${where}` : `leeway models${where}`;
}

function jsonOf(result: IngestResult): unknown {
  const { reasons, ...counts } = result.tally;
  return { ...counts, reasons: [...reasons.values()], files: result.files, seconds: result.seconds };
}

function exitOf({ tally, files }: IngestResult, most: number): void {
  if (files.some(file => file.outcome === 'stopped')) throw new Outcome(stoppedExit);
  if (tally.read > 0 && tally.refused / tally.read > most) throw new Outcome(refusedExit);
}

function names(text: string): string[] {
  const found = text.split(',').map(name => name.trim());
  if (found.includes('')) throw new InvalidArgumentError('It must hold names, with commas between.');
  return found;
}

function pair(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, field = '', column = ''] = /^([a-z_]+)=(.+)$/s.exec(text) ?? [];
  if (!columnFields.includes(field))
    throw new InvalidArgumentError(`It must be FIELD=COLUMN, the field one of ${columnFields.join(', ')}.`);
  return { ...before, [field]: column };
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a share from 0 to 1.');
}
