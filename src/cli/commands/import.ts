import { Command } from 'commander';
import { type AddCommand, examples, print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { createRowProgress } from '../row-progress.ts';
import { stoppable } from '../stoppable.ts';
import { table } from '../table.ts';

interface ImportOptions {
  readonly config?: string;
  readonly data?: string;
  readonly json?: boolean;
}

/** `leeway import PATH`: fills an empty store from an export. */
export const importStore: AddCommand = (program, context) => {
  const command = new Command('import')
    .description('fill an empty store from what `leeway export` has written; no service may run on it')
    .argument('<path>', 'directory or .tar file of an export')
    .option('--config <file>', 'configuration of the store; with clickhouse, that server')
    .option('--data <directory>', 'data directory (default: .leeway)')
    .option('--json', 'print JSON, for scripts')
    .addHelpText(
      'after',
      examples(
        'leeway import backup-2026-11-21.tar --data .leeway',
        'leeway import moving --config leeway.yaml',
      ),
    );
  command.action((path: string, options: ImportOptions) => run(context, path, options));
  program.addCommand(command);
};

async function run(context: CliContext, path: string, options: ImportOptions): Promise<void> {
  const { loadConfig } = await import('../../config/load.ts');
  const overrides = options.data === undefined ? {} : { data: options.data };
  const config = loadConfig(options.config ?? null, overrides, context.terminal.environment);
  const { openDumpFiles } = await import('../../app/files/dump-files.ts');
  const { importStore: fill } = await import('../../app/files/import.ts');
  const { localImport } = await import('../../app/files/dump-source.ts');
  const files = await openDumpFiles(path);
  const progress = createRowProgress(context);
  const { clock } = context;
  try {
    const opened = await localImport({ config, clock, say: progress.say });
    try {
      const result = await stoppable(
        context,
        stop => fill({ ...opened, files, shown: path, clock, stop, progress: progress.step }),
        () => progress.say('Stopping; the store stays empty.'),
      );
      progress.stop();
      const rows = result.tables.filter(each => each.rows > 0).map(each => [each.table, each.rows]);
      const list = table(context, { head: ['table', 'rows'], rows, nothing: 'The export is empty.' });
      const erased =
        result.erased === 0
          ? ''
          : ` ${result.erased.toLocaleString('en-US')} of them were of erased ids, and were removed.`;
      const data = options.data === undefined ? '' : ` --data ${options.data}`;
      const settings = options.config === undefined ? '' : ` --config ${options.config}`;
      print(
        context,
        options,
        { ...result, where: opened.where },
        `${list}\n${result.rows.toLocaleString('en-US')} rows in ${result.seconds.toFixed(1)} s; counts and checksums are those of the export.${erased} Next: leeway start${settings}${data}`,
      );
    } finally {
      await opened.close();
    }
  } finally {
    progress.stop();
    await files.close();
  }
}
