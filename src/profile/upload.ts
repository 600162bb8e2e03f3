import { blockOfRows, keyHashOf, type LabelledRow, type RowBlock } from './row-block.ts';

/** Rows of an upload, bounded: above the limit a sample by key hash. */
export interface Upload {
  add(row: LabelledRow): void;
  finish(): { readonly blocks: readonly RowBlock[]; readonly note: string };
}

const chunk = 10_000;

/**
 * Keeps the rows whose key hash lies below a threshold, which is halved whenever more than `most` are held: which rows
 * remain depends on the rows alone, not on their order.
 */
export function createUpload(most: number): Upload {
  let kept: LabelledRow[] = [];
  let seen = 0;
  let parts = 1;
  const stays = ({ inference }: LabelledRow) => keyHashOf(inference.id)[1] < 2 ** 32 / parts;
  return {
    add: row => {
      seen++;
      if (parts > 1 && !stays(row)) return;
      kept.push(row);
      while (kept.length > most && parts < 2 ** 31) {
        parts *= 2;
        kept = kept.filter(stays);
      }
    },
    finish: () => {
      const blocks: RowBlock[] = [];
      for (let i = 0; i < kept.length; i += chunk) blocks.push(blockOfRows(kept.slice(i, i + chunk)));
      const note =
        parts > 1
          ? `a sample of ${kept.length} of ${seen} rows, chosen by key hash (1 of ${parts} parts)`
          : '';
      return { blocks, note };
    },
  };
}
