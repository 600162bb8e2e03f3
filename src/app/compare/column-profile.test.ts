import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutSubjects } from '../../profile/cut.ts';
import { blockOfRows } from '../../profile/row-block.ts';
import { profileNumbers, profileTexts } from './column-profile.ts';

/** The baseline that a stream of the same rows would get. */
function streamed(values: readonly (number | string)[]) {
  const numeric = typeof values[0] === 'number';
  const rows = values.map((value, i) => ({
    label: null,
    inference: {
      model: 'm',
      environment: '',
      version: '',
      id: String(i),
      time: i,
      timeSource: 'server' as const,
      numNames: numeric ? ['x'] : [],
      numValues: numeric ? [value as number] : [],
      catNames: numeric ? [] : ['x'],
      catValues: numeric ? [] : [value as string],
      prediction: NaN,
      predicted: '',
      scoreNames: [],
      scoreValues: [],
      latencySeconds: NaN,
      status: 0,
      error: '',
      requestBytes: NaN,
      responseBytes: NaN,
      segmentNames: [],
      segmentValues: [],
      source: '',
      position: '',
    },
  }));
  return cutSubjects([blockOfRows(rows)]).subjects.find(subject => subject.binning.subject === 'feature:x')!;
}

const sampleOf = (values: readonly number[]) => ({
  values: Float64Array.from(values),
  missing: 0,
  mismatches: 0,
});

describe('profiles of columns', () => {
  it('are those that a stream of the same numbers has', () => {
    const number = fc.oneof(
      fc.double({ noDefaultInfinity: true, min: -1e6, max: 1e6 }),
      fc.integer({ min: 0, max: 5 }),
      fc.constantFrom(NaN, Infinity, -Infinity),
    );
    fc.assert(
      fc.property(fc.array(number, { minLength: 5, maxLength: 300 }), values => {
        const expected = streamed(values);
        const { subject, current } = profileNumbers('x', sampleOf(values), sampleOf(values));
        expect(subject.binning.edges).toEqual(expected.binning.edges);
        expect(subject.reference).toMatchObject({
          n: values.length,
          nNan: expected.reference.nNan,
          bins: expected.reference.bins,
          counts: expected.reference.counts,
        });
        expect(subject.reference.sum).toBeCloseTo(expected.reference.sum, 3);
        expect(current).toEqual(subject.reference);
        for (const [i, centre] of expected.binning.centres.entries())
          expect(Math.abs(subject.binning.centres[i]! - centre)).toBeLessThanOrEqual(1e-9 * Math.abs(centre));
      }),
    );
  });

  it('put what lies beyond the reference into sub-bins with its sum', () => {
    const { current } = profileNumbers('x', sampleOf([0, 0.5, 1]), sampleOf([0.5, 3, 3.01, -7]));
    expect(current.bins).toHaveLength(3);
    expect(current.counts).toEqual([1, 1, 2]);
    expect(current.tailSums).toEqual([-7, 6.01]);
  });

  it('are those that a stream of the same texts has, with the new ones together', () => {
    const counts = new Map([
      ['b', 6],
      ['a', 6],
      ['rare', 1],
    ]);
    const { subject, current } = profileTexts(
      'x',
      { counts, missing: 2 },
      {
        counts: new Map([
          ['a', 1],
          ['new', 4],
          ['newer', 2],
        ]),
        missing: 1,
      },
    );
    const expected = streamed([...'bbbbbbaaaaaa', 'rare']);
    expect(subject.binning).toEqual(expected.binning);
    expect(subject.reference).toMatchObject({ n: 15, nMissing: 2, counts: expected.reference.counts });
    expect(current).toMatchObject({ n: 8, nMissing: 1, bins: [0, 2], counts: [1, 6] });
  });
});
