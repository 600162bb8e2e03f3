import { createHash, randomUUID } from 'node:crypto';
import { splitBody } from '../decode/body.ts';
import type { Decoder } from '../decode/decoder.ts';
import type { RawRecord } from '../domain/record.ts';
import type { Outcome } from '../domain/reject.ts';
import type { Intake as HttpIntake, IntakeAnswer, Refusal } from '../http/ports.ts';
import { LeewayError } from '../lib/errors.ts';
import type { Intake } from '../store/intake.ts';
import type { RequestStore } from '../store/requests.ts';

/** Name of the HTTP door in `source` columns. */
export const httpSource = 'http';

export interface HttpIntakeDeps {
  readonly decode: Decoder['decode'];
  readonly intake: Pick<Intake, 'write'>;
  readonly requests: RequestStore;
  /** Server's clock, epoch milliseconds: the time of rows that have none. */
  readonly now: () => number;
  readonly mostRows: number;
  /** Tells requests to different routes with one key apart. */
  readonly route: string;
  /**
   * Whether field rules are in force: then a body is known again by what is stored of it, for a hash of its bytes would
   * tell what was dropped to whoever can guess it.
   */
  readonly ruled?: boolean;
}

/** Rows by HTTP: split, decode, store, and only then answer. A retry with the same key gets the same answer. */
export function createHttpIntake(deps: HttpIntakeDeps): HttpIntake {
  const inTurn = createTurns();
  return {
    ingest: (body, contentType, key) =>
      key === null
        ? take(deps, { body, contentType, key })
        : inTurn(key, () => take(deps, { body, contentType, key })),
  };
}

/** Requests with one key wait for each other: two at once would both be first, and store their rows twice. */
function createTurns() {
  const running = new Map<string, Promise<unknown>>();
  return async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    for (let other = running.get(key); other !== undefined; other = running.get(key))
      await other.catch(() => undefined);
    const turn = work().finally(() => running.delete(key));
    running.set(key, turn);
    return turn;
  };
}

interface Given {
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly key: string | null;
}

async function take(deps: HttpIntakeDeps, given: Given): Promise<IntakeAnswer> {
  const { body, key } = given;
  const request = await openRequest(deps, key);
  const decoded = deps.ruled === true && key !== null ? decodeBody(deps, given, request) : null;
  const content = key === null ? '' : hashOf(decoded === null ? body : JSON.stringify(decoded.outcomes));
  const known = answerOf(request, content);
  if (known !== null) return { ...known, idempotent: true };
  const { outcomes, places } = decoded ?? decodeBody(deps, given, request);
  const stored = await deps.intake.write({ outcomes, progress: [] });
  const refused = [
    ...outcomes.flatMap(o => (o.kind === 'rejected' ? [o.reject] : [])),
    ...stored.refused,
  ].map(({ position, reason, detail }): Refusal => ({ index: places.get(position) ?? 0, reason, detail }));
  const answer: IntakeAnswer = {
    stored: stored.stored,
    labels: stored.labels,
    refused: refused.sort((a, b) => a.index - b.index),
  };
  if (key !== null)
    await deps.requests.put(request.key, { time: request.time, answer: JSON.stringify({ content, answer }) });
  return answer;
}

interface Decoded {
  readonly outcomes: readonly Outcome[];
  /** Place in the body of each position. */
  readonly places: ReadonlyMap<string, number>;
}

/** The rows of a body as outcomes. A key fixes ids and time, so that a retry decodes to the same. */
function decodeBody(deps: HttpIntakeDeps, { body, contentType, key }: Given, request: Request): Decoded {
  const { rows, refusal } = splitBody(body, contentType, deps.mostRows);
  if (refusal !== null) {
    const code = refusal.reason === 'too-large' ? 'LW_BODY_TOO_LARGE' : 'LW_BODY_INVALID';
    throw new LeewayError(code, refusal.detail);
  }
  const places = new Map<string, number>();
  const outcomes = rows.flatMap((row, index) => {
    const record = recordOf(row, index, request.id, key);
    const decoded = deps.decode(record, request.time);
    for (const outcome of decoded) places.set(positionOf(outcome), index);
    return [...decoded];
  });
  return { outcomes, places };
}

/** What is kept of a request that was answered. */
interface Kept {
  readonly content: string;
  readonly answer: IntakeAnswer;
}

function hashOf(body: Uint8Array | string): string {
  return createHash('sha256').update(body).digest('base64');
}

interface Request {
  /** First part of the rows' positions. */
  readonly id: string;
  readonly key: string;
  readonly time: number;
  /** What was answered; null the first time, and when the first attempt did not get that far. */
  readonly kept: Kept | null;
}

/** The answer given before; null when there is none. @throws LeewayError LW_CONFLICT for another body */
function answerOf({ kept }: Request, content: string): IntakeAnswer | null {
  if (kept === null) return null;
  // The first answer would tell a sender that rows are stored which nobody has read.
  if (kept.content !== content)
    throw new LeewayError(
      'LW_CONFLICT',
      'This Idempotency-Key was used for another body within 24 hours; nothing was stored. Send each body with a key of its own.',
    );
  return kept.answer;
}

/** A key's first request fixes the time of its rows before they are stored, so that a retry makes the same rows. */
async function openRequest(deps: HttpIntakeDeps, key: string | null): Promise<Request> {
  if (key === null) return { id: randomUUID(), key: '', time: deps.now(), kept: null };
  const stored = `${deps.route} ${key}`;
  const known = await deps.requests.get(stored);
  if (known !== null) {
    const kept = known.answer === '' ? null : (JSON.parse(known.answer) as Kept);
    return { id: key, key: stored, time: known.time, kept };
  }
  const time = deps.now();
  await deps.requests.put(stored, { time, answer: '' });
  return { id: key, key: stored, time, kept: null };
}

function recordOf(body: Uint8Array, index: number, request: string, key: string | null): RawRecord {
  const fallbackId = key === null ? randomUUID() : `${key}#${index}`;
  return { source: httpSource, position: `${request}/${index}`, body, time: null, fallbackId };
}

function positionOf(outcome: Outcome): string {
  if (outcome.kind === 'inference') return outcome.inference.position;
  if (outcome.kind === 'label') return outcome.label.position;
  return outcome.kind === 'rejected' ? outcome.reject.position : '';
}
