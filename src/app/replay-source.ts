import { basename, resolve } from 'node:path';
import type { ReplaySourceConfig } from '../config/schema.ts';
import { parsePointer, resolve as resolvePointer } from '../decode/pointer.ts';
import { parseTime } from '../decode/time.ts';
import type { Clock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';
import type { Events } from '../lib/events.ts';
import { createReplay, type Replay } from '../source/replay.ts';
import { openReplayFile, type ReplayFile } from '../source/replay-file.ts';
import { replayPartition } from '../source/replay-steps.ts';
import { epochOf, type ReplayTimes } from '../source/replay-times.ts';
import type { Database } from '../store/database.ts';
import { createFileRows } from '../store/file-rows.ts';
import { payloadOfTable } from './uploads.ts';

export interface ReplaySourceDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly events: Events;
  readonly database: Database;
  /** How far earlier runs have read. */
  readonly progress: {
    all(): Promise<
      readonly { readonly source: string; readonly partition: string; readonly position: string }[]
    >;
  };
  /** Called after each step of event time: resolves when the jobs have caught up. */
  readonly gate: (eventTime: number) => Promise<void>;
}

type Values = Readonly<Record<string, unknown>>;

/** Event time that a replay delivers at once: an hour, the shortest window. */
const stepSeconds = 3600;
const hour = 3_600_000;
const day = 24 * hour;

/**
 * The replay of a configured file; null when an earlier run has replayed it to its end.
 *
 * @throws LeewayError LW_FILE_INVALID; LW_REPLAY_UNFINISHED when an earlier run was stopped in the middle of a file
 * whose times are made up: they depend on when it was started, so the same rows would be written at other times.
 */
export async function createFileReplay(
  deps: ReplaySourceDeps,
  source: ReplaySourceConfig,
): Promise<Replay | null> {
  const { clock, events } = deps;
  const file = await openReplayFile(resolve(source.file), createFileRows(deps.database));
  const spread = source.spreadDays > 0;
  const read = await readBefore(deps, source.name, file);
  if (read >= file.rowCount) {
    const detail = `${basename(source.file)} was replayed before: nothing to do`;
    events.sourceFinished({ source: source.name, detail });
    return null;
  }
  if (read > 0 && spread)
    throw new LeewayError(
      'LW_REPLAY_UNFINISHED',
      `The replay of ${source.file} was stopped after ${read} of ${file.rowCount} rows and cannot go on.`,
    );
  const to = spread ? Math.floor(clock.now() / hour) * hour : clock.now();
  const from = spread ? to - source.spreadDays * day : await firstHour(source, file);
  const times: ReplayTimes = spread ? { kind: 'even' } : { kind: 'own', timeOf: timeOf(source) };
  let began: number | null = null;
  const replay: Replay = createReplay({
    ...deps,
    name: source.name,
    rows: file.rows(),
    rowCount: file.rowCount,
    from,
    to,
    times,
    stepSeconds,
    speed: Number.POSITIVE_INFINITY,
    gate: async time => {
      began ??= clock.now();
      const due =
        source.rowsPerSecond > 0 ? began + (replay.rowsStored / source.rowsPerSecond) * 1000 : began;
      if (due > clock.now()) await clock.sleep(due - clock.now());
      await deps.gate(time);
    },
    toRecord: ({ values }, time) => recordOf(source, values, time),
  });
  return replay;
}

/** Rows of this file that earlier runs have stored. */
async function readBefore(
  deps: Pick<ReplaySourceDeps, 'progress'>,
  name: string,
  file: ReplayFile,
): Promise<number> {
  const rows = (await deps.progress.all()).filter(p => p.source === name && p.partition === replayPartition);
  const own = rows.filter(p => p.position.startsWith(`${file.hash}/`));
  return Math.max(0, ...own.map(p => Number(p.position.slice(file.hash.length + 1)) + 1));
}

/** Start of the hour of the first row: where event time begins. */
async function firstHour(source: ReplaySourceConfig, file: ReplayFile): Promise<number> {
  for await (const row of file.rows()) {
    const time = timeOf(source)(row.values);
    if (time !== null) return Math.floor(time / hour) * hour;
    const place = source.mapping?.['time'] ?? '/time';
    throw new LeewayError(
      'LW_FILE_INVALID',
      `${source.file}: the first row has no time at ${String(place)}. Set spreadDays of the source ${source.name} to give the rows times.`,
    );
  }
  throw new LeewayError('LW_FILE_INVALID', `${source.file} has no rows.`);
}

/** The row's own time: where the mapping says, else its `time`. Text without a zone is UTC. */
function timeOf(source: ReplaySourceConfig): (values: Values) => number | null {
  const place = source.mapping?.['time'];
  const pointer = parsePointer(typeof place === 'string' ? place : '/time') ?? ['time'];
  return values => {
    const value = resolvePointer(values, pointer);
    if (typeof value !== 'number') return epochOf(value);
    const time = parseTime(value);
    return Number.isNaN(time) ? null : time;
  };
}

/** What the decoder gets: the record's time is the replay's, so a mapping of a replay does without its own. */
function recordOf({ mapping, file }: ReplaySourceConfig, values: Values, time: number): Values {
  if (mapping !== undefined) return values;
  const table = /\.(csv|parquet)(\.gz)?$/i.test(file);
  return { ...(table ? payloadOfTable(values) : values), time };
}
