import { LeewayError } from '../../lib/errors.ts';
import type { Ages, PositionStore } from '../../store/reingest.ts';
import type { GoneRange, PlannedRange } from './reingest-plan.ts';

const dayMs = 86_400_000;

/** Event time from which on decoding takes rows at a moment. Epoch milliseconds. */
export function takenFrom(moment: number, rawDays: number): number {
  return moment - rawDays * dayMs;
}

/** Stored rows that would be refused when they are read again. */
export interface OldRange extends Pick<PlannedRange, 'prefix'>, Ages {}

/** What stands against a reingest. */
export interface Obstacles {
  readonly gone: readonly GoneRange[];
  readonly old: readonly OldRange[];
}

/** What is gone or too old, and from when on everything can be read again. */
export async function refusal(
  deps: { readonly positions: Pick<PositionStore, 'latestBefore'>; readonly rawDays: number },
  request: { readonly source: string; readonly model: string; readonly from: number; readonly to: number },
  of: Obstacles & { readonly possible: (from: number) => Promise<boolean> },
): Promise<LeewayError> {
  const { gone, old } = of;
  const lines = [
    ...gone.map(({ prefix, first, low }) =>
      low === null
        ? `${prefix.slice(0, -1)} is not at these brokers, or no longer read`
        : `${prefix.slice(0, -1)} has rows from offset ${first} on, the brokers hold ${low} and later`,
    ),
    ...old.map(
      each => `${each.prefix.slice(0, -1)}, up to offset ${each.last}: ${tooOld(each, deps.rawDays)}`,
    ),
  ];
  const bounds = [
    ...gone.map(({ prefix, low }) => ({ prefix, position: low ?? Number.MAX_SAFE_INTEGER })),
    ...old.map(({ prefix, last }) => ({ prefix, position: last + 1 })),
  ];
  let from = request.from;
  for (const bound of bounds) {
    const latest = await deps.positions.latestBefore({ ...request, ...bound });
    if (latest !== null) from = Math.max(from, latest + 1);
  }
  const available = from > request.from && from < request.to && (await of.possible(from));
  const rest = available
    ? `Available is --from ${new Date(from).toISOString()} --to ${new Date(request.to).toISOString()}.`
    : 'None of it is available.';
  const raise = old.length > 0 ? ' Or raise retention.rawDays first.' : '';
  return new LeewayError('LW_REINGEST_REFUSED', `${lines.join('; ')}. ${rest}${raise}`);
}

/** Says how old rows are. */
export function tooOld({ old, oldest }: Ages, rawDays: number): string {
  const since = oldest === null ? '' : ` (the oldest row is of ${new Date(oldest).toISOString()})`;
  return `${old} rows are older than retention.rawDays, ${rawDays} days${since}, and would be refused when they are read again`;
}
