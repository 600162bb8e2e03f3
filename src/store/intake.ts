import type { Progress } from '../domain/record.ts';
import type { Reject } from '../domain/reject.ts';
import type { Clock } from '../lib/clock.ts';
import type { LeewayError } from '../lib/errors.ts';
import type { Events } from '../lib/events.ts';
import { type Admitted, admit, type IntakeBatch } from './admission.ts';
import type { Database, StoreClock } from './database.ts';
import { createErasures } from './erasures.ts';
import { createFlush, type Failpoint } from './flush.ts';
import { createGroupCommit } from './group-commit.ts';
import { createModelGate } from './model-gate.ts';
import { createSteady } from './steady.ts';
import { createTouchedStore } from './touched.ts';

export type { IntakeBatch } from './admission.ts';

export interface IntakeAnswer {
  /** Inferences stored (again). */
  readonly stored: number;
  readonly labels: number;
  /** Refused by the store's side: `too-many-models`, `store-refused`. The decoder's rejects are not repeated here. */
  readonly refused: readonly Reject[];
}

export interface WriteOptions {
  /**
   * Wait up to `lingerMs` for more rows. For sources that deliver small batches and have time (Kafka, files): fewer,
   * larger inserts. Without it a write is flushed at once when nothing is in flight, and joins the next flush
   * otherwise, so that a caller who waits for an answer waits for two flushes at most.
   */
  readonly linger?: boolean;
}

/** The way of every row into the store. */
export interface Intake {
  /**
   * Resolves once rejects, rows, labels, marks and progress of this batch are stored, in that order. Never drops: it
   * waits while the store is away. Rejects with LeewayError LW_STORE_FATAL or LW_STORE_REFUSED when waiting is no use,
   * LW_STORE_AWAY or LW_NOT_READY when the intake is being stopped; nothing was acknowledged then, so send it again.
   */
  write(batch: IntakeBatch, options?: WriteOptions): Promise<IntakeAnswer>;
  /** Outcomes taken and not stored yet. */
  readonly waitingRows: number;
  /** Sources should pause: `maxWaitingRows` are waiting. */
  readonly full: boolean;
  /** False while the store is away. */
  readonly healthy: boolean;
  /** Models that take a place of `limits.autoModels`, once for each environment. */
  readonly models: number;
  /** Stores what waits, then refuses. With the store away the waiting writes are rejected instead. */
  stop(): Promise<void>;
}

export interface IntakeLimits {
  /** Models that may exist before new ones are refused. */
  readonly autoModels: number;
  /** Rows of one insert, and what a lingering write waits for. */
  readonly batchRows: number;
  readonly lingerMs: number;
  readonly maxWaitingRows: number;
}

export interface IntakeDeps {
  readonly database: Database;
  readonly db: string;
  readonly storeClock: StoreClock;
  readonly clock: Clock;
  readonly events: Events;
  readonly random: () => number;
  readonly limits: IntakeLimits;
  readonly failpoint?: (name: Failpoint) => void;
  /** Told once, when the store has failed for good: the process should end. */
  readonly onFatal?: (error: LeewayError) => void;
}

/** Loads known models and erased ids, and opens the intake. */
export async function createIntake(deps: IntakeDeps): Promise<Intake> {
  const { clock, events, limits } = deps;
  const steady = createSteady(deps);
  const gate = createModelGate(
    await steady.run(() => createTouchedStore(deps).streams()),
    limits.autoModels,
    events,
  );
  const erasures = await steady.run(() => createErasures(deps));
  const flush = createFlush({ ...deps, steady, batchRows: limits.batchRows });
  const rules = { isErased: erasures.has, admitsRow: gate.admits, knowsModel: gate.knows };

  const store = async (batches: readonly IntakeBatch[], since: number): Promise<IntakeAnswer[]> => {
    const started = clock.now();
    // Another process may have erased an id since: what it keeps out must not come in here.
    await steady.run(() => erasures.refresh());
    const parts = batches.map(batch => admit(batch, rules));
    const all = join(parts);
    const { refused } = await flush(
      all,
      batches.flatMap<Progress>(batch => batch.progress),
      since,
    );
    const inferences = refused.size === 0 ? all.inferences : all.inferences.filter(row => !refused.has(row));
    gate.confirm(inferences);
    events.batchStored({
      inferences,
      labels: all.labels.filter(row => !refused.has(row)).length,
      seconds: (clock.now() - started) / 1000,
    });
    for (const reject of [...all.rejects, ...refused.values()]) events.recordRejected(reject);
    for (const ignored of all.ignored) events.recordIgnored(ignored);
    return parts.map(part => answer(part, refused));
  };
  return createGroupCommit({ clock, limits, store, steady, gate, onFatal: deps.onFatal });
}

function join(parts: readonly Admitted[]): Admitted {
  if (parts.length === 1) return parts[0]!;
  return {
    inferences: parts.flatMap(p => p.inferences),
    labels: parts.flatMap(p => p.labels),
    rejects: parts.flatMap(p => p.rejects),
    refused: parts.flatMap(p => p.refused),
    ignored: parts.flatMap(p => p.ignored),
  };
}

function answer(part: Admitted, refused: ReadonlyMap<unknown, Reject>): IntakeAnswer {
  const of = (rows: readonly unknown[]) => rows.flatMap(row => refused.get(row) ?? []);
  const inferences = of(part.inferences);
  const labels = of(part.labels);
  return {
    stored: part.inferences.length - inferences.length,
    labels: part.labels.length - labels.length,
    refused: [...part.refused, ...inferences, ...labels],
  };
}
