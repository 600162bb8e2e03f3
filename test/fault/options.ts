import { parseArgs } from 'node:util';
import type { Over } from './story/lives.ts';

/** What `npm run fault` is asked to do. */
export interface Options {
  readonly seed: number;
  /** Kills at random moments, over all transports. */
  readonly kills: number;
  /** Kills at each named point, over all transports. */
  readonly points: number;
  readonly overs: readonly Over[];
  /** Names of runs; empty for all. */
  readonly only: readonly string[];
  /** Runs side by side. */
  readonly lanes: number;
}

export const usage = `Kills Leeway, and the ClickHouse behind it, again and again, and compares what is left with an undisturbed run.

npm run fault -- [--kills N] [--points K] [--over embedded|http|both] [--seed S] [--only RUN,...] [--lanes L]

  --kills N    SIGKILLs at random moments (default 40); over HTTP a third of them hits ClickHouse
  --points K   SIGKILLs at each named point, and after a step (default 0)
  --over       chDB in the process, ClickHouse over HTTP, or half of the kills each (default both)
  --seed S     the same kills again (default: from the clock; printed)
  --only RUN   only these runs, by the names the progress lines show, e.g. http-random-3
  --lanes L    runs side by side (default 2)

Examples:
  npm run fault -- --kills 40
  npm run fault -- --kills 1000 --points 100
  npm run fault -- --kills 1000 --seed 7 --over http --only http-random-3`;

/** The command line was not understood. */
export class UsageError extends Error {}

/** Reads the command line; null when help is asked for. `now` seeds what no seed is given for. */
export function readOptions(args: readonly string[], now: number): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: 'string', default: '40' },
      points: { type: 'string', default: '0' },
      over: { type: 'string', default: 'both' },
      seed: { type: 'string', default: String(now % 1_000_000) },
      only: { type: 'string', default: '' },
      lanes: { type: 'string', default: '2' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  return {
    seed: whole('seed', values.seed),
    kills: whole('kills', values.kills),
    points: whole('points', values.points),
    overs: oversOf(values.over),
    only: values.only === '' ? [] : values.only.split(','),
    lanes: Math.max(1, whole('lanes', values.lanes)),
  };
}

function whole(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--${name} takes a whole number, not "${text}"`);
  return Number(text);
}

function oversOf(text: string): readonly Over[] {
  if (text === 'both') return ['embedded', 'http'];
  if (text === 'embedded' || text === 'http') return [text];
  throw new UsageError(`--over takes embedded, http or both, not "${text}"`);
}
