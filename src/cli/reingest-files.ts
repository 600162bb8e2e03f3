import type { Inputs } from '../app/files/inputs.ts';
import type { FileCounts } from '../app/files/remover.ts';
import { LeewayError } from '../lib/errors.ts';
import { print } from './command.ts';
import { type IngestOptions, ingestPaths, type Run, requestOf, withDesk } from './commands/ingest.ts';
import { confirmed } from './confirm.ts';
import type { CliContext } from './context.ts';
import { createRowProgress, type RowProgress } from './row-progress.ts';
import type { Target } from './target.ts';
import { printable } from './terminal.ts';

export interface ReingestOptions extends IngestOptions {
  readonly from?: string;
  readonly to?: string;
  readonly otherModels?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/**
 * Ingested files: what was stored of them is removed, then they are read as if for the first time. With --model, what
 * was stored of them under other models stays.
 */
export async function againFiles(
  context: CliContext,
  of: { readonly paths: readonly string[]; readonly options: ReingestOptions; readonly target: Target },
): Promise<void> {
  const { paths, options, target } = of;
  if (paths.includes('-'))
    throw new LeewayError('LW_USAGE', 'stdin is gone when it has been counted: give files.');
  if (options.from !== undefined || options.to !== undefined)
    throw new LeewayError('LW_USAGE', 'Files are removed and read whole: leave out --from and --to.');
  // Before anything is removed: a wrong option would leave nothing of the files.
  await lookAt(context, of);
  const counted = await removeStored(context, { paths, options, target }, true);
  const text = planText(counted, paths);
  if (options.dryRun === true)
    return print(context, options, counted, `${text}\nNext: the same command without --dry-run`);
  if (!(await confirmed(context, text.replace('would be', 'are'), options.yes ?? false)))
    return context.terminal.err('Nothing was changed.');
  await removeStored(context, { paths, options, target }, false);
  await ingestPaths(context, { paths, options: { ...options, again: true }, target });
}

function planText({ rows, labels, rejects, models, others }: FileCounts, paths: readonly string[]): string {
  const list = (some: FileCounts['models']) =>
    some.map(({ model, rows: count }) => `${printable(model)}: ${count.toLocaleString('en-US')}`).join(', ');
  const of = models.length === 0 ? '' : ` (${list(models)})`;
  const stay =
    others.length === 0
      ? ''
      : ` Rows of the files under other models stay (${list(others)}); --other-models removes them too.`;
  return `${rows} rows${of}, ${labels} labels and ${rejects} rejects of ${paths.join(', ')} would be removed, and the files read again.${stay}`;
}

async function lookAt(context: CliContext, { paths, options, target }: Run): Promise<void> {
  const { lookAtFiles } = await import('../app/files/look.ts');
  await withInputs(context, { paths, options }, async (inputs, progress) => {
    const { directory, files } = inputs;
    const stop = new AbortController().signal;
    await withDesk(context, { target, directory, progress }, deps =>
      lookAtFiles({ ...deps, stop }, files, requestOf(options)),
    );
  });
}

/** What is stored of files, counted, or (not `dry`) removed. */
async function removeStored(
  context: CliContext,
  { paths, options, target }: Run & { readonly options: ReingestOptions },
  dry: boolean,
): Promise<FileCounts> {
  const { openRemover } = await import('../app/files/remover.ts');
  const model = options.otherModels === true ? '' : (options.model ?? '');
  return withInputs(context, { paths, options }, ({ files }, { say }) =>
    openRemover({ target, clock: context.clock, say }, files, { dry, model }),
  );
}

async function withInputs<T>(
  context: CliContext,
  { paths, options }: Pick<Run, 'paths' | 'options'>,
  work: (inputs: Inputs, progress: RowProgress) => Promise<T>,
): Promise<T> {
  const { openInputs } = await import('../app/files/inputs.ts');
  const inputs = await openInputs(paths, { format: options.format ?? null, stdin: process.stdin });
  const progress = createRowProgress(context);
  try {
    return await work(inputs, progress);
  } finally {
    progress.stop();
    inputs.remove();
  }
}
