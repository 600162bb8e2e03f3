import type { StoreError } from './failures.ts';

interface RefusedRow<T> {
  readonly row: T;
  readonly error: StoreError;
}

/** So many rows refused alone, one after the other and none taken: the statement is to blame, not they. */
const mostAlike = 16;

/**
 * Inserts rows; what is refused for its content or size is halved, down to the row. Rows that are refused alone come
 * back with the reason; all others are stored. When the first rows are all refused with class `refuse`, for which the
 * rows need not be to blame, that error is thrown: none of them may be given up for it.
 *
 * `insert` throws StoreError of class `halve` or `refuse` for refusals; whatever else it throws ends the work.
 */
export async function insertHalving<T>(
  rows: readonly T[],
  insert: (rows: readonly T[]) => Promise<void>,
  isRefusal: (error: unknown) => error is StoreError,
): Promise<RefusedRow<T>[]> {
  const refused: RefusedRow<T>[] = [];
  let taken = false;
  const put = async (part: readonly T[]): Promise<void> => {
    if (part.length === 0) return;
    try {
      await insert(part);
      taken = true;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (part.length > 1) {
        const half = part.length >> 1;
        await put(part.slice(0, half));
        await put(part.slice(half));
        return;
      }
      refused.push({ row: part[0]!, error });
      if (!taken && error.failure === 'refuse' && refused.length >= mostAlike) throw error;
    }
  };
  await put(rows);
  return refused;
}
