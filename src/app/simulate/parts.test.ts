import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { openRowFile } from './file-rows.ts';
import { grouped } from './found.ts';
import { waitOf } from './http-sender.ts';
import { targetOfSource } from './kafka-target.ts';
import { scheduleOf } from './schedule.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-simulate-parts-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const file = (name: string, content: string | Buffer) => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};
const day = 86_400_000;
const now = Date.UTC(2026, 10, 21, 10, 20);

describe('when a run is', () => {
  const plan = { eventSpeed: 1, from: null, runTime: null, rate: 100 };
  const iso = (time: number) => new Date(time).toISOString();

  it('at the speed of the clock it is now, and has no end of its own', () => {
    const { span, runTime } = scheduleOf(plan, now, null);
    expect([span.from, span.to, runTime]).toEqual([now, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });

  it('faster it begins at a full hour of the past, and ends at the present', () => {
    const fortnight = scheduleOf({ ...plan, eventSpeed: 3600 }, now, null);
    expect(iso(fortnight.span.from)).toBe('2026-11-07T10:00:00.000Z');
    expect(fortnight.span.to).toBeCloseTo(now + fortnight.runTime, -1);
    expect(fortnight.runTime / 1000).toBeCloseTo((14 * 24 * 3600 + 1200) / 3599, 1);
    const minute = scheduleOf({ ...plan, eventSpeed: 3600, runTime: 60_000 }, now, null);
    expect(iso(minute.span.from)).toBe('2026-11-18T22:00:00.000Z');
    expect(now + 60_000 - minute.span.to).toBeLessThan(3_600_000);
  });

  it('rows that are sent once end it', () => {
    expect(scheduleOf(plan, now, 5000).runTime).toBe(50_000);
    expect(scheduleOf({ ...plan, rate: Number.POSITIVE_INFINITY }, now, 5000).runTime).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  it('what no service would take is refused', () => {
    expect(() => scheduleOf({ ...plan, from: now + 1 }, now, null)).toThrow('lies in the future');
    expect(() => scheduleOf({ ...plan, eventSpeed: 86_400, runTime: 60_000 }, now, null)).toThrow(
      'would cover 60 days',
    );
    expect(() => scheduleOf({ ...plan, runTime: 30 * day }, now, null)).toThrow('at most 20 days');
  });
});

describe('rows of a file', () => {
  const take = async (rows: Awaited<ReturnType<typeof openRowFile>>, count: number) => {
    const taken = [];
    for (let i = 0; i < count; i++) taken.push(await rows.next(0, Math.random));
    await rows.close();
    return taken;
  };
  const lines = [
    { id: 'a', time: 5, model: 'churn', features: { age: 1 }, prediction: 'yes', label: 'no' },
    { id: 'b', features: { age: 2 } },
  ];
  const ndjson = lines.map(line => JSON.stringify(line)).join('\n');

  it('begin again at the end, with ids of their own, or end', async () => {
    const path = file('rows.ndjson', ndjson);
    const options = { path, delayedLabels: true, database: null };
    const looped = await take(await openRowFile({ ...options, once: false }), 3);
    expect(looped.map(row => row?.payload)).toEqual([
      { id: 'a', model: 'churn', features: { age: 1 }, prediction: 'yes' },
      { id: 'b', features: { age: 2 } },
      { id: 'a~1', model: 'churn', features: { age: 1 }, prediction: 'yes' },
    ]);
    expect(looped[0]?.truth).toBe('no');
    const once = await openRowFile({ ...options, once: true });
    expect([once.rowCount, once.sample.length]).toEqual([2, 2]);
    expect((await take(once, 3))[2]).toBeNull();
  });

  it('keep their labels when none are sent apart', async () => {
    const options = { path: file('more.jsonl.gz', gzipSync(ndjson)), once: true, database: null };
    const [first] = await take(await openRowFile({ ...options, delayedLabels: false }), 1);
    expect(first?.payload['label']).toBe('no');
  });

  it('may be flat, or of another format, or none', async () => {
    const flat = { once: true, delayedLabels: false, database: null };
    const [row] = await take(
      await openRowFile({ ...flat, path: file('flat.ndjson', '{"id":1,"age":41}') }),
      1,
    );
    expect(row?.payload).toEqual({ id: '1', features: { age: 41 } });
    await expect(openRowFile({ ...flat, path: file('rows.txt', 'x') })).rejects.toThrow('tells no format');
    await expect(openRowFile({ ...flat, path: file('none.ndjson', '\n') })).rejects.toThrow('has no rows');
    await expect(openRowFile({ ...flat, path: join(directory, 'gone.ndjson') })).rejects.toThrow(
      'cannot be read',
    );
  });
});

it('Retry-After is seconds or a date, and never for ever', () => {
  expect(
    ['5', '0', '86400', undefined, 'soon', new Date(now + 3000).toUTCString()].map(h => waitOf(h, now)),
  ).toEqual([5000, 100, 60_000, 1000, 1000, 3000]);
});

it('a source of the configuration says where to send', () => {
  const source = (name: string, topics: string[]) => ({
    name,
    type: 'kafka' as const,
    brokers: ['b:9092'],
    topics,
    group: name,
  });
  const config = loadConfig(
    null,
    { sources: [source('one', ['t']), source('two', ['t', 'u'])] } as never,
    {},
  );
  expect(targetOfSource(config, 'one', null)).toMatchObject({ brokers: ['b:9092'], topic: 't' });
  expect(targetOfSource(config, 'two', 'u').topic).toBe('u');
  expect(() => targetOfSource(config, 'two', null)).toThrow('reads several topics');
  expect(() => targetOfSource(config, 'three', null)).toThrow('no Kafka source three; it has one, two');
});

it('what was found is told once for each check and subject', () => {
  const finding = (subject: string, hour: number) => ({
    check: 'drift',
    subject,
    verdict: 'drift',
    windowStart: hour * 3600,
    windowSeconds: 3600,
    sentence: `${subject} ${hour}`,
  });
  expect(grouped([finding('b', 5), finding('a', 9), finding('b', 7), finding('b', 6)])).toEqual([
    { check: 'drift', subject: 'b', windows: 3, first: 21_600_000, last: 28_800_000, sentence: 'b 7' },
    { check: 'drift', subject: 'a', windows: 1, first: 36_000_000, last: 36_000_000, sentence: 'a 9' },
  ]);
});
