import type { Clock } from '../../lib/clock.ts';
import { LeewayError } from '../../lib/errors.ts';
import { retry } from '../../lib/retry.ts';
import type { FileAnswer, FileBatch, FileDesk } from './ports.ts';
import { mayPass } from './remote.ts';

export interface SendDeps {
  readonly desk: FileDesk;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal?: AbortSignal | undefined;
  /** Told before each wait. */
  readonly waiting: (reason: string) => void;
}

const backoff = { first: 500, most: 10_000 };
/** Tries until it is given up: about four minutes. */
const mostTries = 30;

/** Sends a batch until it is stored; in halves when the service takes fewer rows or bytes at a time. */
export async function sendBatch(deps: SendDeps, batch: FileBatch): Promise<FileAnswer[]> {
  try {
    return [await patiently(deps, () => deps.desk.take(batch))];
  } catch (error) {
    const tooLarge = error instanceof LeewayError && error.code === 'LW_BODY_TOO_LARGE';
    if (!tooLarge || batch.rows.length < 2) throw error;
    const half = Math.ceil(batch.rows.length / 2);
    const [first, second] = [batch.rows.slice(0, half), batch.rows.slice(half)];
    return [
      ...(await sendBatch(deps, { ...batch, rows: first, left: batch.left + second.length })),
      ...(await sendBatch(deps, { ...batch, rows: second, from: batch.from + half })),
    ];
  }
}

async function patiently<T>(deps: SendDeps, work: () => Promise<T>): Promise<T> {
  let tries = 0;
  return retry(
    {
      clock: deps.clock,
      random: deps.random,
      backoff,
      retriable: error => mayPass(error) && tries < mostTries,
      onRetry: error => {
        tries++;
        deps.waiting((error as Error).message);
      },
      ...(deps.signal === undefined ? {} : { signal: deps.signal }),
    },
    work,
  );
}
