import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { finding } from '../../../src/act/samples.ts';
import type { Finding } from '../../../src/domain/finding.ts';
import { createArming } from '../../../src/store/arming.ts';
import type { Database } from '../../../src/store/database.ts';
import { createDeliveries } from '../../../src/store/deliveries.ts';
import { createFindingStore } from '../../../src/store/findings.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { type DeliveryPoint, deliveryPoints, type StageOptions } from './stage.ts';

/** What is done to one store. */
export interface CampaignOptions {
  /** The stage as one file. */
  readonly script: string;
  readonly database: Database;
  readonly stage: Omit<StageOptions, 'kill' | 'toTheEnd'>;
  /** Kills at each point; 0 leaves it alone. */
  readonly each: number;
  readonly random: () => number;
}

export interface CampaignResult {
  readonly kills: Readonly<Record<DeliveryPoint, number>>;
  /** Milliseconds from start to death of each life that was killed. */
  readonly lives: readonly number[];
}

const hour = 3600;
const models = 5;

/** An hour with drift and two without, for one of the models: an episode that opens and is resolved. */
function episode(number: number): readonly Finding[] {
  const start = (480_000 + Math.floor(number / models) * 3) * hour;
  return [0.5, 0, 0].map((effect, i) =>
    finding({
      model: `model-${number % models}`,
      windowStart: start + i * hour,
      verdict: effect > 0 ? 'drift' : 'stable',
      effect,
      effectLow: effect,
      effectHigh: effect,
    }),
  );
}

/** So many episodes are found in the course of a campaign. */
export const episodesOf = (each: number) => Math.max(models, each);

/** Makes the tables, and all findings of a run that is left alone. */
export async function prepareStore(database: Database, episodes: number): Promise<void> {
  await makeTables(database);
  const findings = createFindingStore(database);
  await findings.write(Array.from({ length: episodes }, (_, i) => episode(i)).flat());
}

/** The tables, with every model armed. */
async function makeTables(database: Database): Promise<void> {
  await migrate(database, { database: 'leeway', cluster: '', retention: null });
  const arming = createArming({ database });
  for (let i = 0; i < models; i++) await arming.set(`model-${i}`, true, 'test', 1);
}

/** Lives that are killed, each at a hit of its point that is drawn; an episode is found before each that may decide. */
export async function runKills(options: CampaignOptions): Promise<CampaignResult> {
  const { database, each, random } = options;
  await makeTables(database);
  const findings = createFindingStore(database);
  const kills = Object.fromEntries(deliveryPoints.map(point => [point, 0])) as Record<DeliveryPoint, number>;
  const lives: number[] = [];
  let found = 0;
  const find = async () => {
    if (found < episodesOf(each)) await findings.write(episode(found++));
  };
  for (let turn = 0; turn < each; turn++) {
    await find();
    for (const point of deliveryPoints) {
      // What is decided in one life is not decided again: the first or second change that is written.
      const hit = 1 + Math.floor(random() * (point === 'transition-written' ? 1.5 : 3));
      const begun = performance.now();
      for (const tried of [hit, 1]) {
        const killed = await runLife(options, { kill: { point, hit: tried }, toTheEnd: true });
        if (!killed) continue;
        kills[point]++;
        lives.push(performance.now() - begun);
        break;
      }
    }
  }
  while (found < episodesOf(each)) await find();
  return { kills, lives };
}

/** One life; true when it was killed. */
export async function runLife(
  { script, stage }: Pick<CampaignOptions, 'script' | 'stage'>,
  end: Pick<StageOptions, 'kill' | 'toTheEnd'>,
): Promise<boolean> {
  const child = spawn(process.execPath, [script, JSON.stringify({ ...stage, ...end })], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (signal === 'SIGKILL') return true;
  if (code !== 0) throw new Error(`the stage ended with ${code ?? signal}`);
  return false;
}

/** Asks for every message again that has failed. Returns how many. */
export async function askAgain(database: Database, at: number): Promise<number> {
  const deliveries = createDeliveries({ database });
  const failed = await deliveries.list({ endpoint: null, id: null, outcome: 'failed', limit: 100_000 });
  let asked = 0;
  for (const { message, endpoint } of failed) {
    const last = (await deliveries.attempts(message)).filter(each => each.endpoint === endpoint).at(-1)!;
    if (last.outcome !== 'failed') continue;
    await deliveries.record({ ...last, attempt: last.attempt + 1, at, outcome: 'again', status: 0, next: 0 });
    asked++;
  }
  return asked;
}

/** Everything act leaves but times of the wall clock and the attempts themselves. */
export async function readLedger(database: Database): Promise<Readonly<Record<string, readonly string[]>>> {
  const read = async (sql: string) => (await database.rows<object>(sql)).map(row => JSON.stringify(row));
  return {
    transitions: await read(
      `SELECT id, model, environment, policy, episode, from, to, reason, toUnixTimestamp64Milli(at) AS at_ms, window_start,
         window_seconds, notify, routes, subjects, memory, body FROM leeway.transitions FINAL ORDER BY id`,
    ),
    orders: await read(
      `SELECT id, step, model, state, reason, if(step = 1, toUnixTimestamp64Milli(at), 0) AS at_ms, transition, target, body
       FROM leeway.orders FINAL ORDER BY id, step`,
    ),
    ends: await read(
      `SELECT message, endpoint, argMax(outcome, attempt) AS outcome FROM leeway.deliveries FINAL
       GROUP BY message, endpoint ORDER BY message`,
    ),
    endpoints: await read('SELECT name, kind, state, detail FROM leeway.endpoints FINAL ORDER BY name'),
  };
}
