import { LeewayError } from '../../lib/errors.ts';
import type { ProgressStore } from '../../store/progress.ts';
import type { NotedRange } from './reingest-plan.ts';

export interface NoteDeps {
  readonly progress: Pick<ProgressStore, 'all' | 'write'>;
  readonly storeNow: () => Promise<number>;
}

interface NoteOf {
  readonly source: string;
  readonly model: string;
}

/** Name under which the positions of an unfinished reingest stand in `progress`; no configured source can have it. */
export const noteOf = (source: string) => `reingest:${source}`;

/** Writes down what is being done: `lag` is what is left to be read, 0 once it is over. */
export async function note(
  deps: NoteDeps,
  { source, model }: NoteOf,
  of: { readonly ranges: readonly NotedRange[]; readonly open: boolean },
): Promise<void> {
  const rows = of.ranges.map(({ prefix, first, last, moment, since }) => ({
    source: noteOf(source),
    partition: prefix.slice(0, -1),
    position: `${first}-${last}@${Math.round(moment)} ${model}`,
    watermark: since,
    lag: of.open ? last - first + 1 : 0,
  }));
  if (rows.length > 0) await deps.progress.write(rows, await deps.storeNow());
}

/**
 * What an interrupted reingest has left.
 *
 * @throws LeewayError LW_REINGEST_REFUSED when it was one of another model.
 */
export async function pendingOf(deps: NoteDeps, { source, model }: NoteOf): Promise<NotedRange[]> {
  const rows = (await deps.progress.all()).filter(row => row.source === noteOf(source) && row.lag > 0);
  return rows.map(({ partition, position, watermark, at }) => {
    const [, first = '', last = '', moment, of = ''] = /^(\d+)-(\d+)(?:@(\d+))? (.*)$/s.exec(position) ?? [];
    if (of !== model)
      throw new LeewayError(
        'LW_REINGEST_REFUSED',
        `A reingest of ${source} ${of === '' ? 'without --model' : `with --model ${of}`} was interrupted, and some of its rows are removed and not read again yet. Type that command again first.`,
      );
    const [, topic = '', number = ''] = /^[^/]*\/(.*)\/(\d+)$/s.exec(partition) ?? [];
    return {
      prefix: `${partition}/`,
      topic,
      partition: Number(number),
      first: Number(first),
      last: Number(last),
      moment: moment === undefined ? at : Number(moment),
      since: watermark,
    };
  });
}
