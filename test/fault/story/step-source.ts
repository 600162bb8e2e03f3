import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { systemClock } from '../../../src/lib/clock.ts';
import { createRecordedEvents } from '../../../src/lib/events.ts';
import type { Intake, Source, SourceState } from '../../../src/source/ports.ts';
import { storeAgain } from '../../../src/source/storing.ts';
import { type History, hourMs, stepHours } from './history.ts';

/** Records of one batch. */
const batchRecords = 150;

export interface StepSource extends Source {
  /** Event time reached, epoch milliseconds: the end of the last step that was stored wholly. */
  readonly eventTime: number;
  /** Resolves when everything was read and the jobs have caught up. */
  readonly done: Promise<void>;
}

export interface StepSourceOptions {
  readonly history: History;
  /** Where the history begins, epoch milliseconds. */
  readonly start: number;
  /** File that holds the committed offset: the number of records stored. */
  readonly offsetFile: string;
  /** Awaited at the start and after every step. */
  readonly gate: () => Promise<void>;
  readonly committed: () => void;
}

/**
 * A source with a committed offset, as Kafka has: a batch is committed after it is stored, and reading goes on behind
 * the last commit after a restart. Event time is what was read, so it needs no storage of its own.
 */
export function createStepSource(options: StepSourceOptions): StepSource {
  const { history, offsetFile, start } = options;
  let offset = readOffset(offsetFile);
  let state: SourceState = 'stopped';
  let finish: () => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const done = new Promise<void>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  const eventTime = () => start + history.steps.filter(end => end <= offset).length * stepHours * hourMs;
  const play = async (intake: Intake) => {
    await options.gate();
    for (const end of history.steps) {
      if (end <= offset) continue;
      while (offset < end) {
        const next = Math.min(end, offset + batchRecords);
        await store(history, { from: offset, to: next }, intake);
        commit(offsetFile, next);
        offset = next;
        options.committed();
      }
      await options.gate();
    }
    state = 'finished';
  };
  return {
    name: 'file',
    done,
    get state() {
      return state;
    },
    get eventTime() {
      return eventTime();
    },
    start: async intake => {
      state = 'running';
      void play(intake).then(finish, fail);
    },
    pause: () => undefined,
    resume: () => undefined,
    stop: async () => {
      state = 'stopped';
    },
  };
}

async function store(history: History, { from, to }: { from: number; to: number }, intake: Intake) {
  const records = history.lines.slice(from, to).map((line, i) => ({
    source: 'file',
    position: `history/${from + i}`,
    body: Buffer.from(line),
    time: null,
    fallbackId: `history/${from + i}`,
  }));
  const batch = {
    source: 'file',
    partition: 'history',
    records,
    lag: history.lines.length - to,
    lastPosition: `history/${to - 1}`,
  };
  const deps = {
    store: intake.store,
    clock: systemClock,
    random: Math.random,
    events: createRecordedEvents(),
  };
  await storeAgain(deps, batch, new AbortController().signal);
}

function readOffset(file: string): number {
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
}

/** All of it or nothing. */
function commit(file: string, offset: number): void {
  writeFileSync(`${file}.new`, String(offset));
  renameSync(`${file}.new`, file);
}
