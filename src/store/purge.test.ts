import { describe, expect, it } from 'vitest';
import { createFakeDatabase } from '../../test/rig/fake-database.ts';
import { createManualClock } from '../lib/clock.ts';
import type { Params } from './database.ts';
import { purgeDeleted } from './purge.ts';

const minute = 60_000;

/** An engine with three partitions of deleted rows; `takes` says how long each is rewritten, milliseconds. */
function start(takes: Readonly<Record<string, number>>) {
  const clock = createManualClock(0);
  const sleep = async (milliseconds: number, signal?: AbortSignal) => {
    signal?.throwIfAborted();
    clock.advance(milliseconds);
  };
  const masked = new Set(Object.keys(takes));
  const ends = new Map<string, number>();
  const commands: string[] = [];
  const idOf = (text: string) => /ID '(\w+)'/.exec(text)![1]!;
  const { database } = createFakeDatabase();
  const rows = async (sql: string, params: Params = {}) => {
    for (const [id, end] of ends) if (end <= clock.now() && ends.delete(id)) masked.delete(id);
    if (sql.includes('system.mutations'))
      return ends.has(idOf(String(params['what']))) ? [{ reason: '' }] : [];
    return [...masked]
      .filter(id => params['id'] === '' || params['id'] === id)
      .map(id => ({ table: 'inferences', id }));
  };
  const command = async (sql: string) => {
    commands.push(sql);
    const id = idOf(sql);
    if (takes[id] === 0) throw new Error('no space left');
    ends.set(id, clock.now() + takes[id]!);
  };
  const deps = {
    db: 'd',
    database: { ...database, command, rows: rows as never },
    clock: { ...clock, sleep },
  };
  return { deps, commands };
}

describe('a purge', () => {
  it('goes on past a partition that fails and one that is slow, and says what is left', async () => {
    const { deps, commands } = start({ a: 0, b: 60 * minute, c: minute, d: 2 * minute });
    const { rewritten, left } = await purgeDeleted(deps, { each: 10 * minute, together: 60 * minute });
    expect(rewritten).toBe(2);
    expect(left).toEqual([
      'inferences a: no space left',
      'inferences b: the engine has not ended rewriting it yet',
    ]);
    // No statement waits for the engine: an answer may take a minute at most.
    expect(commands.filter(sql => !sql.includes('mutations_sync = 0'))).toEqual([]);
  });

  it('begins nothing anew that is under way', async () => {
    const { deps, commands } = start({ a: 15 * minute });
    const limits = { each: 10 * minute, together: 60 * minute };
    expect((await purgeDeleted(deps, limits)).rewritten).toBe(0);
    expect(await purgeDeleted(deps, limits)).toEqual({ rewritten: 1, left: [] });
    expect(commands).toHaveLength(1);
  });

  it('ends with its time', async () => {
    const { deps } = start({ a: 9 * minute, b: 9 * minute, c: 9 * minute });
    const { rewritten, left } = await purgeDeleted(deps, { each: 10 * minute, together: 10 * minute });
    expect(rewritten).toBe(1);
    expect(left).toHaveLength(2);
  });

  it('ends when it is told to', async () => {
    const { deps } = start({ a: minute });
    const signal = AbortSignal.abort(new Error('the service is stopping'));
    await expect(purgeDeleted(deps, { each: minute, together: minute, signal })).rejects.toThrow('stopping');
  });
});
