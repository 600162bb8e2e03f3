import { type PayloadKind, payloadKinds } from './faults.ts';
import { createLatencies, type Latencies } from './latencies.ts';
import type { Payload } from './payload.ts';
import type { Answer } from './ports.ts';

/** Payloads of one kind, or of all. */
export interface Count {
  sent: number;
  /** Taken by the service. Where it does not tell, what the transport took. */
  accepted: number;
  rejected: number;
  failed: number;
  readonly bytes: { sum: number };
  readonly latencies: Latencies;
}

/** Everything counted in a run, in bounded memory. */
export interface Tally {
  readonly all: Count;
  readonly kinds: ReadonlyMap<PayloadKind, Count>;
  /** Since `interval` was last called. */
  readonly recent: Count;
  readonly rejected: ReadonlyMap<string, number>;
  readonly failed: ReadonlyMap<string, number>;
  /** Answers of the kind "not now", and the time waited for them, milliseconds. */
  readonly deferrals: { count: number; milliseconds: number; readonly reasons: ReadonlyMap<string, number> };
  readonly requests: number;
  /** What is known of acceptance: of each payload, of all together, or only that the transport took them. */
  readonly told: 'each' | 'all' | 'nothing';
  /** Payloads that came to an end. */
  settle(
    payloads: readonly Payload[],
    answer: Extract<Answer, { kind: 'taken' | 'failed' }>,
    milliseconds: number,
  ): void;
  defer(reason: string, milliseconds: number): void;
  /** What the service has refused of all payloads, learnt afterwards where the answers do not tell. */
  learn(refused: ReadonlyMap<string, number>): void;
  interval(): void;
}

/** Different reasons that are told apart; texts of other programs are not bounded. */
const mostReasons = 40;

export function createTally(): Tally {
  const counts = { all: newCount(), recent: newCount() };
  const kinds = new Map(payloadKinds.map(kind => [kind, newCount()]));
  const reasons = { rejected: new Map<string, number>(), failed: new Map<string, number>() };
  const waits = new Map<string, number>();
  const deferrals = { count: 0, milliseconds: 0, reasons: waits };
  let told: Tally['told'] = 'each';
  let requests = 0;
  return {
    ...counts,
    ...reasons,
    kinds,
    deferrals,
    get requests() {
      return requests;
    },
    get told() {
      return told;
    },
    settle: (payloads, answer, milliseconds) => {
      requests++;
      if (answer.kind === 'taken' && answer.refused === null) told = 'nothing';
      const outcomeOf = outcomes(answer);
      for (const [index, payload] of payloads.entries()) {
        const { outcome, reason } = outcomeOf(index);
        if (outcome !== 'accepted') addReason(reasons[outcome], reason);
        for (const count of [counts.all, counts.recent, kinds.get(payload.kind)!])
          addPayload(count, outcome, { bytes: payload.body.length, milliseconds });
      }
    },
    defer: (reason, milliseconds) => {
      deferrals.count++;
      deferrals.milliseconds += milliseconds;
      addReason(waits, reason);
    },
    learn: refused => {
      for (const [reason, n] of refused) {
        reasons.rejected.set(reason, n);
        counts.all.accepted -= n;
        counts.all.rejected += n;
      }
      told = 'all';
    },
    interval: () => {
      Object.assign(counts.recent, { sent: 0, accepted: 0, rejected: 0, failed: 0 });
      counts.recent.bytes.sum = 0;
      counts.recent.latencies.reset();
    },
  };
}

type Outcome = 'accepted' | 'rejected' | 'failed';

/** What became of each payload of a request, by its place. */
function outcomes(answer: Parameters<Tally['settle']>[1]) {
  if (answer.kind === 'failed') return () => ({ outcome: 'failed' as const, reason: answer.reason });
  const refused = new Map((answer.refused ?? []).map(({ index, reason }) => [index, reason]));
  return (index: number): { readonly outcome: Outcome; readonly reason: string } => {
    const reason = refused.get(index);
    return { outcome: reason === undefined ? 'accepted' : 'rejected', reason: reason ?? '' };
  };
}

function addPayload(
  count: Count,
  outcome: Outcome,
  { bytes, milliseconds }: { readonly bytes: number; readonly milliseconds: number },
): void {
  count.sent++;
  count[outcome]++;
  count.bytes.sum += bytes;
  count.latencies.record(milliseconds);
}

function newCount(): Count {
  return { sent: 0, accepted: 0, rejected: 0, failed: 0, bytes: { sum: 0 }, latencies: createLatencies() };
}

function addReason(reasons: Map<string, number>, reason: string): void {
  const key = reasons.has(reason) || reasons.size < mostReasons ? reason : 'other';
  reasons.set(key, (reasons.get(key) ?? 0) + 1);
}
