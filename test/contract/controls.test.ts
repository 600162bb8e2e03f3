import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlTwins, createControlTwins } from '../../src/act/control-twins.ts';
import type { Acknowledgement, Pause, Silence } from '../../src/domain/control.ts';
import { createAcknowledgements } from '../../src/store/acknowledgements.ts';
import type { Database } from '../../src/store/database.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { migrate } from '../../src/store/migrate.ts';
import { createPauses } from '../../src/store/pauses.ts';
import { createSilences } from '../../src/store/silences.ts';

let wall = Date.UTC(2026, 9, 1);
const clock = { now: () => wall++ };
const directory = mkdtempSync(join(tmpdir(), 'leeway-controls-'));
let database: Database;

beforeAll(async () => {
  database = await openEmbedded(directory);
  await migrate(database, { database: 'leeway', cluster: '', retention: null });
});
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});

const embedded = (): ControlTwins => ({
  silences: createSilences({ database }),
  acknowledgements: createAcknowledgements({ database, clock }),
  pauses: createPauses({ database, clock }),
});

const start = Date.UTC(2026, 5, 1);

const silence = (over: Partial<Silence> = {}): Silence => ({
  id: 'si_1',
  match: { models: ["it's {x}", 'b*'], environments: [''], policies: [], checks: ['drift'], subjects: ['*'] },
  from: start,
  to: start + 3_600_001,
  recurrence: null,
  by: 'ann "a"',
  note: 'Zeile 1\nZeile 2 – ok',
  created: start - 5,
  ended: null,
  endedBy: '',
  ...over,
});

const alert = { policy: 'default', model: 'm', environment: 'prod' };

const taken = (over: Partial<Acknowledgement> = {}): Acknowledgement => ({
  ...alert,
  episode: 1,
  acknowledged: true,
  by: 'ann',
  note: '',
  at: start,
  ...over,
});

const pause = (over: Partial<Pause> = {}): Pause => ({
  ...alert,
  paused: true,
  until: null,
  by: 'ann',
  note: "it's {x}",
  at: start,
  ...over,
});

const byName = (a: { model: string; environment: string; policy: string }, b: typeof a) =>
  JSON.stringify([a.model, a.environment, a.policy]) < JSON.stringify([b.model, b.environment, b.policy])
    ? -1
    : 1;

describe.each([
  ['in memory', createControlTwins],
  ['chDB', embedded],
])('what people ask of alerts, %s', (_, open) => {
  it('silences come back as they were written, those that count longest first', async () => {
    const { silences } = open();
    expect(await silences.find('si_1')).toBeNull();
    expect(await silences.list(10)).toEqual([]);
    const once = silence();
    const recurring = silence({
      id: 'si_2',
      to: null,
      recurrence: { cron: '0 2 * * *', durationSeconds: 7200, timeZone: 'Europe/Berlin' },
    });
    const later = silence({ id: 'si_3', to: start + 9_000_000 });
    for (const one of [once, recurring, later]) await silences.write(one);
    expect(await silences.find('si_1')).toEqual(once);
    expect(await silences.list(10)).toEqual([recurring, later, once]);
    expect(await silences.list(1)).toEqual([recurring]);
  });

  it('a silence that was ended stays ended, and says by whom', async () => {
    const { silences } = open();
    const id = 'si_ended';
    await silences.write(silence({ id, to: null }));
    const ended = silence({ id, to: null, ended: start + 7, endedBy: 'bob' });
    await silences.write(ended);
    expect(await silences.find(id)).toEqual(ended);
    // A clock that went back does not bring it back to life.
    const early = silence({ id: 'si_early', ended: start - 999, endedBy: 'bob' });
    await silences.write(silence({ id: 'si_early' }));
    await silences.write(early);
    expect(await silences.find('si_early')).toEqual(early);
  });

  it('of acknowledgements every word is kept, and the last on the newest episode counts', async () => {
    const { acknowledgements } = open();
    const words = [
      taken(),
      taken({ acknowledged: false, by: 'bob', at: start + 1 }),
      taken({ episode: 2, note: 'mine', at: start + 2 }),
      taken({ model: 'n', at: start + 9 }),
    ];
    for (const word of words) await acknowledgements.append(word);
    expect([...(await acknowledgements.latest())].sort(byName)).toEqual([words[2], words[3]]);
    expect(await acknowledgements.of(alert, 1)).toEqual(words.slice(0, 3));
    expect(await acknowledgements.of(alert, 2)).toEqual([words[2]]);
    expect(await acknowledgements.of({ ...alert, policy: 'other' }, 0)).toEqual([]);
  });

  it('of pauses every word is kept, and the last counts', async () => {
    const { pauses } = open();
    const words = [
      pause(),
      pause({ paused: false, by: 'bob', at: start + 1 }),
      pause({ until: start + 1000, at: start + 2 }),
      pause({ environment: '', at: start + 3 }),
    ];
    for (const word of words) await pauses.append(word);
    expect([...(await pauses.latest())].sort(byName)).toEqual([words[3], words[2]]);
    expect(await pauses.of(alert, 10)).toEqual(words.slice(0, 3));
    expect(await pauses.of(alert, 2)).toEqual(words.slice(1, 3));
  });

  it('of two words at the same moment the one said later counts', async () => {
    const { pauses } = open();
    const other = { ...alert, model: 'same' };
    await pauses.append(pause({ ...other }));
    await pauses.append(pause({ ...other, paused: false }));
    expect((await pauses.latest()).find(({ model }) => model === 'same')?.paused).toBe(false);
  });
});
