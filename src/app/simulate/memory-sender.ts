import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, startApp } from '../../app.ts';
import { loadConfig } from '../../config/load.ts';
import type { Payload } from '../../simulate/payload.ts';
import type { Sender } from '../../simulate/ports.ts';
import type { Intake, Source } from '../../source/ports.ts';

/** A service of its own in this process, without a network between. */
export interface MemoryTarget extends Sender {
  readonly app: App;
  /** Rows of this run refused so far, by reason; a kept directory may hold those of others. */
  rejected(): Promise<ReadonlyMap<string, number>>;
}

const name = 'simulate';
/** Nothing is refused for its age: what is kept is gone with the run. */
const keptDays = 400;

/**
 * Starts Leeway on a data directory: `keep`, or a temporary one that is removed with it. Event time is its clock, so
 * windows are judged as they would be live, however fast it runs.
 */
export async function openMemoryTarget(of: {
  readonly keep: string | null;
  readonly from: number;
}): Promise<MemoryTarget> {
  const directory = of.keep ?? mkdtempSync(join(tmpdir(), 'leeway-simulate-'));
  const remove = () => {
    if (of.keep === null) rmSync(directory, { recursive: true, force: true });
  };
  // A second signal ends the process where it stands.
  process.once('exit', remove);
  // Positions of one run: a kept directory may hold rejects of others.
  const run = randomUUID();
  const { source, send, eventTime } = createSource(of.from, run);
  try {
    const config = loadConfig(
      null,
      {
        data: directory,
        listen: { host: '127.0.0.1', port: 0 },
        retention: { rawDays: keptDays, fiveMinuteDays: keptDays, hourlyDays: keptDays, dailyDays: keptDays },
      },
      {},
    );
    const app = await startApp(config, {
      logs: 'silent',
      sources: [source],
      runClock: { kind: 'event', now: eventTime },
    });
    return {
      target: `memory (${directory})`,
      app,
      send,
      rejected: async () =>
        new Map((await app.storage.rejects.counts(name, `${run}/`)).map(({ reason, n }) => [reason, n])),
      close: async () => {
        await app.stop();
        process.off('exit', remove);
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** A source that hands over what is sent. */
function createSource(from: number, run: string) {
  let intake: Intake | null = null;
  let paused: Promise<void> = Promise.resolve();
  let unpause: () => void = () => undefined;
  let position = 0;
  const eventTime = createEventTime(from);
  const source: Source = {
    name,
    state: 'running',
    start: async given => {
      intake = given;
    },
    pause: () => {
      paused = new Promise(resolve => {
        unpause = resolve;
      });
    },
    resume: () => unpause(),
    stop: async () => unpause(),
  };
  const store = async (payloads: readonly Payload[], signal: AbortSignal): Promise<void> => {
    await paused;
    const first = position;
    position += payloads.length;
    const records = payloads.map(({ body, id }, index) => ({
      source: name,
      position: `${run}/${first + index}`,
      body,
      time: null,
      fallbackId: id,
    }));
    const lastPosition = `${run}/${position - 1}`;
    await intake!.store({ source: name, partition: name, records, lag: 0, lastPosition }, signal);
  };
  const send: Sender['send'] = async (payloads, signal) => {
    const stored = eventTime.begin(payloads);
    try {
      await store(payloads, signal);
      stored(true);
      return { kind: 'taken', refused: null };
    } catch (error) {
      stored(false);
      return { kind: 'failed', reason: (error as Error).message };
    }
  };
  return { source, send, eventTime: eventTime.now };
}

/** Event time up to which everything has been stored. Never goes back: late rows are late. */
function createEventTime(from: number) {
  const underWay = new Set<{ readonly first: number }>();
  let reached = from;
  let clock = from;
  return {
    begin: (payloads: readonly Payload[]) => {
      const times = payloads.map(payload => payload.time);
      const request = { first: Math.min(...times) };
      underWay.add(request);
      return (stored: boolean) => {
        underWay.delete(request);
        if (stored) reached = Math.max(reached, ...times);
      };
    },
    now: () => {
      let least = reached;
      for (const { first } of underWay) least = Math.min(least, first);
      clock = Math.max(clock, least);
      return clock;
    },
  };
}
