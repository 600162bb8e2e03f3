import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Episode, EpisodeEvent, EventKind } from './alert-answers.ts';
import { alertLook, eventDetail, minutesWords, peopleWords } from './alert-words.ts';
import { laneOf, marksOf, place, spanOf, trackWords } from './episode-track.ts';
import { draftOf, orderOf } from './silence-draft.ts';

const hour = 3_600_000;

const event = (kind: EventKind, at: number, over: Partial<EpisodeEvent> = {}): EpisodeEvent => ({
  kind,
  at,
  reason: kind,
  by: '',
  window: null,
  subjects: [],
  told: false,
  ...over,
});

const episode = (over: Partial<Episode> = {}): Episode => ({
  episode: 1,
  state: 'open',
  severity: 'critical',
  since: 10 * hour,
  opened: 11 * hour,
  resolved: null,
  summary: '',
  subjects: [],
  acknowledged: null,
  events: [event('opened', 11 * hour)],
  messages: [],
  orders: [],
  ...over,
});

describe('the track of an episode', () => {
  it('shows everything that happened, in order, between its edges', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 1, maxLength: 20 }), minutes => {
        const times = [...minutes].sort((a, b) => a - b).map(m => m * 60_000);
        const one = episode({
          since: times[0]!,
          opened: times[0]!,
          events: times.map(at => event('reminded', at)),
        });
        const span = spanOf([one], times.at(-1)!);
        const places = times.map(at => place(span, at));
        expect(places.every(x => x > 0 && x < 100)).toBe(true);
        expect(places).toEqual([...places].sort((a, b) => a - b));
        const marks = marksOf(one.events, span);
        expect(marks.reduce((sum, { count }) => sum + count, 0)).toBe(times.length);
      }),
    );
  });

  it('joins marks that would hide each other, of one kind alone', () => {
    const span = { from: 0, to: 100 * hour };
    const events = [
      event('reminded', 10 * hour),
      event('reminded', 11 * hour),
      event('order', 11 * hour),
      event('reminded', 50 * hour),
    ];
    expect(marksOf(events, span)).toEqual([
      { kind: 'reminded', x: 10, count: 2 },
      { kind: 'order', x: 11, count: 1 },
      { kind: 'reminded', x: 50, count: 1 },
    ]);
    expect([laneOf('acknowledged'), laneOf('opened'), laneOf('order')]).toEqual([
      'people',
      'alert',
      'orders',
    ]);
  });

  it('says in a sentence what it shows', () => {
    const events = [event('opened', 11 * hour), event('reminded', 12 * hour), event('reminded', 13 * hour)];
    expect(trackWords(episode({ events }), 20 * hour)).toBe('Episode 1 open for 10\u00a0h, reminded 2 times');
    expect(trackWords(episode({ resolved: 15 * hour }), 20 * hour)).toBe('Episode 1 lasted 5\u00a0h');
  });
});

describe('words', () => {
  const alert = {
    model: 'churn',
    environment: '',
    policy: 'default',
    state: 'firing' as const,
    open: true,
    severity: 'critical',
    since: 0,
    episode: 1,
    subjects: [],
    summary: '',
    told: true,
    findings: [],
    acknowledged: null,
    paused: null,
    silences: [],
    heard: 1,
  };
  const said = { by: 'ann', note: 'looking', at: 0 };
  it.each([
    [{}, 'Nobody has acknowledged it', 'Firing, critical'],
    [{ told: false, severity: 'warning' }, 'Nobody was told of it', 'Firing, warning'],
    [{ silences: ['a'], heard: 1 }, 'Silenced in part: a', 'Firing, critical'],
    [{ silences: ['a', 'b'], heard: 0 }, 'Silenced: a, b', 'Firing, critical'],
    [{ acknowledged: said }, 'Acknowledged by ann, 1 Jan 1970 00:00 UTC: “looking”', 'Firing, critical'],
    [
      { state: 'paused' as const, paused: { ...said, until: null } },
      'Paused by ann until it is resumed: “looking”',
      'Paused',
    ],
    [{ state: 'ok' as const, open: false }, '', 'Over'],
    [{ state: 'pending' as const, open: false }, '', 'Pending'],
  ])('%j', (over, people, look) => {
    expect(peopleWords({ ...alert, ...over }).replaceAll('\u00a0', ' ')).toBe(people);
    expect(alertLook({ ...alert, ...over }).word).toBe(look);
  });

  it('why, who, what', () => {
    expect(eventDetail(event('opened', 0, { subjects: ['feature:age'], told: true }))).toBe(
      'age · people were told',
    );
    expect(eventDetail(event('opened', 0, { reason: 'silenced' }))).toBe('silenced: nobody was told');
    expect(eventDetail(event('paused', 0, { reason: 'backfill', by: 'ann' }))).toBe('backfill · by ann');
    expect([30, 120, 1440, 4320].map(minutesWords)).toEqual(['30 min', '2 h', '1 day', '3 days']);
  });
});

describe('the form of a silence', () => {
  it('asks for what stands in it', () => {
    const draft = {
      ...draftOf({ model: 'churn', environment: '', policy: 'default' }),
      subjects: ' a, b* ,',
    };
    expect(orderOf(draft, 1000)).toEqual({
      models: ['churn'],
      environments: [],
      policies: ['default'],
      checks: [],
      subjects: ['a', 'b*'],
      to: 1000 + 120 * 60_000,
    });
    const again = { ...draft, again: true, cron: ' 0 2 * * * ', timeZone: 'Europe/Berlin' };
    expect(orderOf(again, 1000)).toMatchObject({
      recurrence: { cron: '0 2 * * *', minutes: 120, timeZone: 'Europe/Berlin' },
    });
    expect(orderOf(again, 1000)).not.toHaveProperty('to');
  });
});
