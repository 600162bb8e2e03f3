import { readFileSync } from 'node:fs';
import { LeewayError } from '../../lib/errors.ts';
import { parseIdList } from '../../lib/id-list.ts';
import { type AddCommand, examples, modelPath, print, serviceCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { knownModel } from '../known-model.ts';
import { createRowProgress } from '../row-progress.ts';
import { connect, type Service, type ServiceOptions } from '../service.ts';
import { table } from '../table.ts';

interface Erased {
  readonly ids: number;
  readonly rows: number;
  readonly labels: number;
  readonly rejects: number;
  readonly purged: number | null;
}

interface EraseOptions extends ServiceOptions {
  readonly id?: readonly string[];
  readonly purge?: boolean;
}

/** Ids of one request: a few seconds of work, so that progress is seen. */
const idsAtOnce = 1000;

/** `leeway erase`: removes what is stored of ids and keeps them out. */
export const erase: AddCommand = (program, context) => {
  const command = serviceCommand(
    'erase',
    'remove the inferences of ids with their labels, and keep them out for ever',
  )
    .argument('<model>', 'the model')
    .argument('[file]', 'ids, one a line, or NDJSON with `id`')
    .option('--id <id...>', 'ids, instead of a file')
    .option('--purge', 'rewrite the files of the store at once, instead of in the night')
    .addHelpText(
      'after',
      examples(
        'leeway erase churn --id customer-17',
        'leeway erase churn left-us.txt',
        'leeway erase churn left-us.ndjson --purge --json',
      ),
    )
    .action(async (model: string, file: string | undefined, options: EraseOptions) => {
      const ids = idsOf(file, options.id);
      const service = connect(context, options);
      await knownModel(service, model);
      const erased = await eraseAll(context, service, { model, ids, purge: options.purge === true });
      print(context, options, { model, ...erased }, textOf(context, model, erased));
    });
  program.addCommand(command);
};

function idsOf(file: string | undefined, given: readonly string[] | undefined): string[] {
  if ((file === undefined) === (given === undefined))
    throw new LeewayError('LW_USAGE', 'Give either a file of ids or --id.');
  if (file === undefined)
    return parseIdList(given!.map(id => JSON.stringify(id)).join('\n'), 'LW_FILE_INVALID');
  const ids = parseIdList(readText(file), 'LW_FILE_INVALID');
  if (ids.length === 0) throw new LeewayError('LW_FILE_INVALID', `${file} holds no id.`);
  return ids;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : message;
    throw new LeewayError('LW_FILE_INVALID', `Cannot read ${file}: ${reason}.`, error);
  }
}

interface Order {
  readonly model: string;
  readonly ids: readonly string[];
  readonly purge: boolean;
}

async function eraseAll(
  context: CliContext,
  service: Service,
  { model, ids, purge }: Order,
): Promise<Erased> {
  const progress = createRowProgress(context);
  const started = context.clock.now();
  let all: Erased = { ids: 0, rows: 0, labels: 0, rejects: 0, purged: null };
  try {
    for (let from = 0; from < ids.length; from += idsAtOnce) {
      const part = ids.slice(from, from + idsAtOnce);
      const last = from + part.length === ids.length;
      const path = modelPath(model, `/erasures${purge && last ? '?purge=true' : ''}`);
      const lines = part.map(id => JSON.stringify({ id })).join('\n');
      const one = await service.upload<Erased>(path, Buffer.from(lines), {
        'content-type': 'application/x-ndjson',
      });
      all = {
        ids: all.ids + one.ids,
        rows: all.rows + one.rows,
        labels: all.labels + one.labels,
        rejects: all.rejects + one.rejects,
        purged: one.purged,
      };
      const seconds = Math.max(0.001, (context.clock.now() - started) / 1000);
      progress.step({ done: all.ids, of: ids.length, perSecond: all.ids / seconds, text: model });
    }
  } finally {
    progress.stop();
  }
  return all;
}

function textOf(context: CliContext, model: string, { ids, rows, labels, rejects, purged }: Erased): string {
  const head = ['ids kept out', 'rows removed', 'labels', 'rejects'];
  const files =
    purged === null
      ? 'The files are rewritten in the night (from 02:00 UTC); --purge does it at once.'
      : `${purged} partition(s) rewritten: the files hold the rows no longer once old parts are dropped (8 minutes at most).`;
  return `${table(context, { head, rows: [[ids, rows, labels, rejects]], nothing: '' })}
Profiles of the touched buckets are made again as long as raw rows are kept. ${files}
Next: leeway findings --model ${model}`;
}
