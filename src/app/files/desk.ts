import type { RawRecord } from '../../domain/record.ts';
import type { Outcome, Reject } from '../../domain/reject.ts';
import type { Intake } from '../../store/intake.ts';
import type { KnownRows } from '../../store/known-rows.ts';
import type { ProgressStore } from '../../store/progress.ts';
import type { Decoders } from '../decoders.ts';
import {
  type FileAnswer,
  type FileBatch,
  type FileDesk,
  type FileKey,
  type FileRefusal,
  fileSource,
} from './ports.ts';

export interface FileDeskDeps {
  readonly where: string;
  readonly intake: Pick<Intake, 'write'>;
  readonly decoders: Pick<Decoders, 'forFile'>;
  readonly progress: Pick<ProgressStore, 'all' | 'write'>;
  readonly known: KnownRows;
  /** Rejects that are kept of positions that begin so. */
  readonly rejected: (source: string, prefix: string) => Promise<number>;
  readonly rawDays: number;
  /** Wall clock, and the store's. */
  readonly now: () => number;
  readonly storeNow: () => Promise<number>;
}

/**
 * Stores rows of files: decode, look which are there already, write rows, marks and progress. A row's position is the
 * file's content hash and its number, so a batch that comes again is the same rows.
 */
export function createFileDesk(deps: FileDeskDeps): FileDesk {
  return {
    where: deps.where,
    limits: async () => ({ rawDays: deps.rawDays }),
    open: async file => {
      const partition = partitionOf(file);
      const before = (await deps.progress.all()).find(
        p => p.source === fileSource && p.partition === partition,
      );
      const rejected = await deps.rejected(fileSource, `${file.file}/`);
      if (before !== undefined) {
        const time = file.now ? before.watermark : null;
        return { rows: Number(before.position.slice(file.file.length + 1)) + 1, rejected, time };
      }
      if (!file.now) return { rows: 0, rejected, time: null };
      // Fixed before the first row is stored: a second run makes the same rows.
      const time = deps.now();
      const first = { source: fileSource, partition, position: `${file.file}/-1`, watermark: time, lag: 0 };
      await deps.progress.write([first], await deps.storeNow());
      return { rows: 0, rejected, time };
    },
    take: batch => take(deps, batch),
  };
}

/** One partition a file and way of reading it: a corrected mapping begins at the file's start. */
function partitionOf({ file, layout }: FileKey): string {
  return `${file}/${layout}`;
}

async function take(deps: FileDeskDeps, batch: FileBatch): Promise<FileAnswer> {
  const { file, from, rows, left } = batch;
  const now = deps.now();
  const decoder = deps.decoders.forFile(batch);
  const places = new Map<string, number>();
  const outcomes = rows.flatMap((body, index) => {
    const decoded = decoder.decode(recordOf(batch, body, from + index), now);
    for (const outcome of decoded) places.set(positionOf(outcome), from + index);
    return [...decoded];
  });
  const refusalsOf = (rejects: readonly Reject[]) =>
    rejects
      .map(
        ({ position, reason, detail }): FileRefusal => ({
          row: places.get(position) ?? from,
          reason,
          detail,
        }),
      )
      .sort((a, b) => a.row - b.row);
  const decoded = outcomes.flatMap(o => (o.kind === 'rejected' ? [o.reject] : []));
  if (batch.dry === true) return { ...nothing, refused: refusalsOf(decoded) };
  const inferences = outcomes.flatMap(o => (o.kind === 'inference' ? [o.inference] : []));
  const { distinct, known } = await deps.known.count(inferences);
  const latest = inferences.reduce((most, { time }) => Math.max(most, time), 0);
  const progress = {
    source: fileSource,
    partition: partitionOf(batch),
    position: `${file}/${from + rows.length - 1}`,
    watermark: batch.time ?? Math.min(now, latest),
    lag: left,
  };
  const stored = await deps.intake.write({ outcomes, progress: rows.length === 0 ? [] : [progress] });
  const prefix = fallbackOf(file);
  // Which rows were kept out, as erased ids are, is not told: then those that are there now say how many are new.
  const there = stored.stored < inferences.length ? (await deps.known.count(inferences)).known : distinct;
  const fresh = Math.min(stored.stored, Math.max(0, there - known));
  const positions = new Set(inferences.map(({ position }) => position));
  const refusedLate = stored.refused.filter(({ position }) => positions.has(position)).length;
  return {
    stored: fresh,
    known: stored.stored - fresh,
    labels: stored.labels,
    ignored: Math.max(0, inferences.length - stored.stored - refusedLate),
    nameless: inferences.filter(({ id }) => id.startsWith(prefix)).length,
    refused: refusalsOf([...decoded, ...stored.refused]),
  };
}

const nothing = { stored: 0, known: 0, labels: 0, ignored: 0, nameless: 0 };

function fallbackOf(file: string): string {
  return `${fileSource}/${file}/`;
}

function recordOf({ file, time }: FileBatch, body: Uint8Array, number: number): RawRecord {
  const position = `${file}/${number}`;
  return { source: fileSource, position, body, time, fallbackId: `${fallbackOf(file)}${number}` };
}

/** Where an outcome came from; '' for what was passed over. */
export function positionOf(outcome: Outcome): string {
  if (outcome.kind === 'inference') return outcome.inference.position;
  if (outcome.kind === 'label') return outcome.label.position;
  return outcome.kind === 'rejected' ? outcome.reject.position : '';
}
