import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Inference } from '../domain/inference.ts';
import type { Binning } from '../domain/profile.ts';
import { orderedCounts } from '../stats/cells.ts';
import { createTailBins, tailBinOf } from '../stats/tail-bins.ts';
import { createCoding } from './codes.ts';
import { blockOfRows } from './row-block.ts';
import { createTabulation } from './tabulate.ts';

const numeric = (subject: string): Binning => ({
  subject,
  kind: 'numeric',
  edges: [0, 10, 20],
  categories: [],
  centres: [5, 15],
});
const coding = createCoding([numeric('feature:x'), numeric('feature:y'), numeric('label')]);

/** A feature of a row: absent, a number, or not-a-number. */
type Value = number | null;

function row(i: number, features: readonly (readonly [string, Value])[]): Inference {
  const present = features.filter(([, value]) => value !== null);
  return {
    model: 'm',
    environment: '',
    version: '',
    id: `r${i}`,
    time: 1_790_000_100_000 + i,
    timeSource: 'payload',
    numNames: present.map(([name]) => name),
    numValues: present.map(([, value]) => value as number),
    catNames: [],
    catValues: [],
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
    source: 's',
    position: `${i}`,
  };
}

function profilesOf(blocks: readonly (readonly Inference[])[]) {
  const tabulation = createTabulation(coding, []);
  for (const block of blocks)
    tabulation.add(blockOfRows(block.map(inference => ({ inference, label: null }))));
  return [...tabulation.cells()].flatMap(({ profiles }) => profiles);
}

/** Counts by definition, one value at a time: below the range, two bins, above it. */
function binByDefinition(value: number): number {
  if (value < 0) return 0;
  if (value < 10) return 1;
  return value <= 20 ? 2 : 3;
}

const tails = createTailBins([0, 10, 20])!;

const value: fc.Arbitrary<Value> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -5, max: 25 }) },
  fc.constant(null),
  fc.constant(NaN),
  fc.constant(Infinity),
);
/** Rows that all have both features (the fast way), or some of them (the other one). */
const block = fc.oneof(
  fc.array(fc.tuple(fc.integer({ min: -5, max: 25 }), fc.integer({ min: -5, max: 25 })), { maxLength: 30 }),
  fc.array(fc.tuple(value, value), { maxLength: 30 }),
);

describe('a tabulation', () => {
  it('counts each value once, whatever the block before it held', () => {
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 5 }), blocks => {
        fc.pre(blocks.some(rows => rows.length > 0));
        let i = 0;
        const rows = blocks.map(list =>
          list.map(([x, y]) =>
            row(i++, [
              ['x', x],
              ['y', y],
            ]),
          ),
        );
        const [x, , label] = profilesOf(rows);
        const values = blocks.flat().map(([first]) => first);
        const finite = values.filter((v): v is number => v !== null && Number.isFinite(v));
        const counts = [0, 0, 0, 0];
        for (const v of finite) counts[binByDefinition(v)]! += 1;
        expect([...orderedCounts(numeric('x'), x!)]).toEqual(counts);
        const beyond = finite.filter(v => v < 0 || v > 20);
        const bins = [...new Set(beyond.map(v => tailBinOf(tails, v)))].sort((a, b) => a - b);
        expect(x!.bins.filter(bin => bin > 3)).toEqual(bins);
        expect(x!.bins.every(bin => bin !== 0 && bin !== 3)).toBe(true);
        const sums = bins.map(bin =>
          beyond.filter(v => tailBinOf(tails, v) === bin).reduce((sum, v) => sum + v, 0),
        );
        expect(x!.tailSums).toEqual(sums);
        expect(x!.nMissing).toBe(values.filter(v => v === null).length);
        expect(x!.nNan).toBe(values.filter(v => v !== null && !Number.isFinite(v)).length);
        expect(x!.sum).toBe(finite.reduce((sum, v) => sum + v, 0));
        // A row whose truth is not known does not count at all.
        expect(label!.n).toBe(0);
      }),
    );
  });

  it('takes the first of two values of one name', () => {
    const rows = [0, 1, 2].map(i =>
      row(i, [
        ['x', 5],
        ['x', 15],
      ]),
    );
    expect(profilesOf([rows])[0]).toMatchObject({ n: 3, bins: [1], counts: [3], sum: 15 });
  });

  it('gives the same for many rows in one block as for few in many', () => {
    const rows = Array.from({ length: 2500 }, (_, i) =>
      row(i, [
        ['x', (i * 7) % 23],
        ['y', i % 3],
      ]),
    );
    const parts = Array.from({ length: 25 }, (_, i) => rows.slice(i * 100, (i + 1) * 100));
    expect(profilesOf([rows])).toEqual(profilesOf(parts));
  });
});
