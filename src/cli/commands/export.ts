import { Command } from 'commander';
import { type AddCommand, examples, print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { createRowProgress } from '../row-progress.ts';
import { stoppable } from '../stoppable.ts';
import { table } from '../table.ts';
import { resolveTarget, type TargetOptions } from '../target.ts';

interface ExportOptions extends TargetOptions {
  readonly to: string;
}

/** `leeway export --to DIR|FILE.tar`: everything that is stored, for another store or as a backup. */
export const exportStore: AddCommand = (program, context) => {
  const command = new Command('export')
    .description('write everything that is stored into a directory or archive, to be imported elsewhere')
    .requiredOption('--to <path>', 'directory to make, or file whose name ends in .tar')
    .option('--config <file>', 'configuration of the store')
    .option('--data <directory>', 'data directory (default: .leeway)')
    .option('--url <address>', 'address of the service (default: from the data directory)')
    .option('--key-file <file>', 'file with the API key, of the role admin (default: LEEWAY_API_KEY)')
    .option('--json', 'print JSON, for scripts')
    .addHelpText(
      'after',
      examples(
        'leeway export --to backup-2026-11-21.tar',
        'leeway export --config leeway.yaml --to moving',
        'leeway export --url https://leeway.example.org --key-file admin.key --to backup',
      ),
    );
  command.action((options: ExportOptions) => run(context, options));
  program.addCommand(command);
};

async function run(context: CliContext, options: ExportOptions): Promise<void> {
  const target = await resolveTarget(context, { ...options, dataGiven: options.data !== undefined });
  const { createSink } = await import('../../app/files/dump-files.ts');
  const { exportStore: write } = await import('../../app/files/export.ts');
  const { localDump, refuseUnexportable, remoteDump } = await import('../../app/files/dump-source.ts');
  if (target.kind === 'store') refuseUnexportable(target.config);
  const sink = await createSink(options.to);
  const progress = createRowProgress(context);
  const { clock, version } = context;
  const opened =
    target.kind === 'service'
      ? { source: remoteDump(target.service), close: async () => undefined }
      : await localDump({ config: target.config, clock, say: progress.say }).catch(async (error: unknown) => {
          await sink.abandon();
          throw error;
        });
  try {
    const result = await stoppable(
      context,
      stop => write({ source: opened.source, sink, clock, version, stop, progress: progress.step }),
      () => progress.say('Stopping; what was written is removed.'),
    );
    progress.stop();
    const { manifest, rows, bytes, seconds } = result;
    const shown = manifest.tables.filter(each => each.rows > 0).map(each => [each.name, each.rows]);
    const list = table(context, { head: ['table', 'rows'], rows: shown, nothing: 'The store is empty.' });
    const keys =
      'API keys and the configuration are not in it: keep keys.json and your configuration files too.';
    const size = `${rows.toLocaleString('en-US')} rows, ${(bytes / 1e6).toFixed(1)} MB in ${seconds.toFixed(1)} s`;
    print(
      context,
      options,
      { to: options.to, rows, bytes, seconds, at: manifest.at, live: manifest.live, tables: manifest.tables },
      `${list}\n${size}. ${keys}\nNext, where it is to go: leeway import ${options.to} --data DIRECTORY (or --config FILE)`,
    );
  } finally {
    progress.stop();
    await opened.close();
  }
}
