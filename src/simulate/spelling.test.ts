import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDrift } from './drift.ts';
import { durationOf, parseDuration } from './duration.ts';
import { parseFeatures } from './feature.ts';
import { parseLatency, parseLatencyStep } from './latency-shape.ts';
import { limitText, measure, parseLimit } from './limits.ts';
import { momentIn, parseMoment } from './moment.ts';
import { parseShare } from './share.ts';
import { createTally } from './tally.ts';

/** How people write things on the command line. */
describe('durations, shares and moments', () => {
  it.each([
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['250ms', 250],
    ['1.5h', 5_400_000],
    ['2w', 1_209_600_000],
  ])('%s is %d ms', (text, milliseconds) => {
    expect(durationOf(text)).toBe(milliseconds);
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', '5', 'm', '5 m', '-5m', '5mm', '0s'])('%j is no duration of an option', text => {
    expect(() => parseDuration(text)).toThrow('is no duration');
  });

  it('a share is written as a number or in per cent', () => {
    expect([parseShare('0.02'), parseShare('2%'), parseShare('.5'), parseShare('100%')]).toEqual([
      0.02, 0.02, 0.5, 1,
    ]);
    for (const text of ['2', '101%', '-0.1', 'x', '']) expect(() => parseShare(text)).toThrow('is no share');
  });

  it('a moment is a share of the run, a time after its start, or a time', () => {
    const span = { from: 1_000_000, to: 2_000_000 };
    const at = (text: string) => momentIn(parseMoment(text), span);
    expect([at('60%'), at('10s'), at('0'), at('1970-01-01T00:25:00Z')]).toEqual([
      1_600_000, 1_010_000, 1_000_000, 1_500_000,
    ]);
    expect(() => parseMoment('soon')).toThrow('is no moment');
    expect(() => momentIn(parseMoment('60%'), { from: 0, to: Number.POSITIVE_INFINITY })).toThrow(
      '--run-time',
    );
  });
});

describe('a drift', () => {
  it('names kind, features, amount, moment, end and ramp', () => {
    expect(parseDrift('shift:age,income:0.5sd@60%..80%~2h')).toEqual({
      kind: 'shift',
      features: ['age', 'income'],
      amount: 0.5,
      inDeviations: true,
      from: { kind: 'share', share: 0.6 },
      to: { kind: 'share', share: 0.8 },
      ramp: { kind: 'after', milliseconds: 7_200_000 },
      text: 'shift:age,income:0.5sd@60%..80%~2h',
    });
    expect(parseDrift('scale:*:1.3@2026-11-21T10:00:00Z')).toMatchObject({
      features: null,
      amount: 1.3,
      inDeviations: false,
      from: { kind: 'at', time: Date.UTC(2026, 10, 21, 10) },
      to: null,
      ramp: null,
    });
    expect(parseDrift('missing:income:30%@1d')).toMatchObject({ kind: 'missing', amount: 0.3 });
    expect(parseDrift('vanished:income@1d')).toMatchObject({ kind: 'vanished', amount: 1 });
  });

  it.each([
    ['melt:age:1@1h', 'its kind must be one of shift, scale, missing, new-category, vanished'],
    ['shift:age@1h', 'write it as shift:FEATURE:0.5sd@WHEN'],
    ['shift:age:0.5sd', 'write it as shift:'],
    ['shift:age:much@1h', 'write it as shift:'],
    ['scale:age:2sd@1h', 'write it as scale:'],
    ['missing:age:130%@1h', 'is no share'],
    ['vanished:age:1@1h', 'write it as vanished:FEATURE@WHEN'],
    ['shift:age:1@', 'is no moment'],
    ['shift:age:1@1h~2026-11-21', 'a ramp is a length'],
  ])('%s is refused with what is right', (text, message) => {
    expect(() => parseDrift(text)).toThrow(message);
  });
});

describe('features', () => {
  it.each([
    ['age:normal:41', 'write it as age:normal:MEAN:SD'],
    ['age:normal:41:0', 'write it as age:normal:MEAN:SD'],
    ['x:uniform:3:1', 'write it as x:uniform:LOW:HIGH'],
    ['x:integers:0.5:3', 'write it as x:integers:LOW:HIGH'],
    ['x:few:1', 'write it as x:few:VALUE,VALUE,...'],
    ['x:zipf:1:1', 'write it as x:zipf:CATEGORIES:EXPONENT'],
    ['x:constructor:1', 'write NAME:KIND:...'],
    ['x:correlated:y:0.5:0:1', 'x is correlated with y, which is no feature'],
  ])('%s is refused', (text, message) => {
    expect(() => parseFeatures([text])).toThrow(message);
  });

  it('a name may be given once', () => {
    expect(() => parseFeatures(['a:normal:0:1', 'a:uniform:0:1'])).toThrow('The feature a is given twice.');
  });
});

describe('latencies and limits', () => {
  it('are read, and refused with an example', () => {
    expect(parseLatency('40ms:250ms')).toEqual({ median: 40, p99: 250 });
    expect(parseLatencyStep('x3@60%')).toEqual({ factor: 3, from: { kind: 'share', share: 0.6 } });
    expect(parseLimit('p95=50ms')).toEqual({ name: 'p95', bound: 50 });
    expect(parseLimit('failures=1%')).toEqual({ name: 'failures', bound: 0.01 });
    expect(parseLimit('rate=180')).toEqual({ name: 'rate', bound: 180 });
    for (const text of ['40ms', '250ms:40ms', 'x:y']) expect(() => parseLatency(text)).toThrow('40ms:250ms');
    expect(() => parseLatencyStep('3@60%')).toThrow('x3@60%');
    for (const text of ['p97=1ms', 'p95=fast', 'rate=0', 'rate'])
      expect(() => parseLimit(text)).toThrow('p95=50ms');
  });

  it('a limit holds or does not, and says by how much', () => {
    const tally = createTally();
    const payload = { kind: 'inference', id: 'a', time: 0, body: new Uint8Array(10) } as const;
    for (let i = 0; i < 99; i++) tally.settle([payload], { kind: 'taken', refused: [] }, 20);
    tally.settle([payload], { kind: 'failed', reason: 'ECONNREFUSED' }, 80);
    const limits = ['p95=50ms', 'max=50ms', 'failures=1%', 'failures=0.5%', 'rate=90', 'rate=100'].map(
      parseLimit,
    );
    const measured = measure(limits, tally, 1);
    expect(measured.map(limit => limit.held)).toEqual([true, false, true, false, true, false]);
    expect(limitText(measured[1]!)).toBe('max 80 ms, over the limit of 50 ms');
    expect(limitText(measured[5]!)).toBe('rate 99 payloads/s, below the limit of 100 payloads/s');
  });
});

it('no text makes a parser throw anything but a usage error', () => {
  const parsers = [
    parseDrift,
    parseDuration,
    parseShare,
    parseMoment,
    parseLatency,
    parseLatencyStep,
    parseLimit,
  ];
  const texts = fc.oneof(
    fc.string(),
    fc.stringMatching(/^(shift|vanished|x3|p95=|60%|\d+)?[:@=.~%0-9a-z]{0,12}$/),
  );
  fc.assert(
    fc.property(fc.constantFrom(...parsers), texts, (parse, text) => {
      try {
        parse(text);
      } catch (error) {
        expect((error as { code?: string }).code).toBe('LW_USAGE');
      }
    }),
    { numRuns: 500 },
  );
});
