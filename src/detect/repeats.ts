import type { Window } from '../domain/window.ts';
import type { RepeatedIds, Stream, WindowReader } from './ports.ts';
import { daySeconds } from './windows.ts';

/** Whether a window is a whole day: the ones that repeated ids are looked for in. */
export function isWholeDay({ start, end }: Window): boolean {
  return end - start === daySeconds && end % daySeconds === 0;
}

/** Looks through the raw rows of whole days for repeated ids; where no raw rows are left nothing is known. */
export async function repeatsIn(
  reader: Pick<WindowReader, 'repeatedIds'>,
  stream: Stream,
  { window, rows }: { readonly window: Window; readonly rows: number },
): Promise<RepeatedIds | null> {
  if (!isWholeDay(window) || rows === 0) return null;
  const found = await reader.repeatedIds(stream, { from: window.start, to: window.end });
  return found.rows === 0 ? null : found;
}
