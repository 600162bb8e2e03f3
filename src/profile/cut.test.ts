import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BaselineSubject } from '../domain/baseline.ts';
import type { Inference } from '../domain/inference.ts';
import type { Profile } from '../domain/profile.ts';
import { addProfiles, emptyProfile } from '../stats/profile.ts';
import { createCoding } from './codes.ts';
import { cutSubjects } from './cut.ts';
import { blockOfRows, type LabelledRow } from './row-block.ts';
import { statusCodeOf } from './subjects.ts';
import { createTabulation } from './tabulate.ts';
import { createUpload } from './upload.ts';

function inference(id: string, time: number, over: Partial<Inference> = {}): Inference {
  return {
    model: 'm',
    environment: '',
    version: '1',
    id,
    time,
    timeSource: 'payload',
    numNames: [],
    numValues: [],
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
    position: id,
    ...over,
  };
}

const rowOf = (inferenceOf: Inference, label: LabelledRow['label'] = null): LabelledRow => ({
  inference: inferenceOf,
  label,
});

function subjectsOf(rows: readonly Inference[]): Map<string, BaselineSubject> {
  return new Map(
    cutSubjects([blockOfRows(rows.map(r => rowOf(r)))]).subjects.map(s => [s.binning.subject, s]),
  );
}

/** Rows with one numeric and one text feature each. */
function featureRows(count: number, num: (i: number) => number, cat: (i: number) => string): Inference[] {
  return Array.from({ length: count }, (_, i) =>
    inference(`r${i}`, i * 1000, {
      numNames: ['x'],
      numValues: [num(i)],
      catNames: ['c'],
      catValues: [cat(i)],
    }),
  );
}

const arbitraryRow = fc.record({
  id: fc.uuid(),
  time: fc.integer({ min: 0, max: 2_000_000 }),
  version: fc.constantFrom('', '1', '2'),
  x: fc.option(fc.oneof(fc.double(), fc.integer({ min: 0, max: 5 }), fc.constantFrom('abc', 'd')), {
    nil: null,
  }),
  c: fc.option(fc.oneof(fc.constantFrom('p', 'q', 'new', ''), fc.integer()), { nil: null }),
  predicted: fc.constantFrom('', 'yes', 'no'),
  label: fc.option(fc.constantFrom('yes', 'no', 'other'), { nil: null }),
});

const rowsArb = fc.array(
  arbitraryRow.map(({ x, c, label, ...r }): LabelledRow => {
    const given: readonly [string, unknown][] = [
      ['x', x],
      ['c', c],
    ];
    const nums = given.flatMap(([name, value]) => (typeof value === 'number' ? [{ name, value }] : []));
    const cats = given.flatMap(([name, value]) => (typeof value === 'string' ? [{ name, value }] : []));
    return rowOf(
      inference(r.id, r.time, {
        version: r.version,
        predicted: r.predicted,
        numNames: nums.map(({ name }) => name),
        numValues: nums.map(({ value }) => value),
        catNames: cats.map(({ name }) => name),
        catValues: cats.map(({ value }) => value),
      }),
      label === null ? null : { label: NaN, labelled: label },
    );
  }),
  { maxLength: 60 },
);

const coding = createCoding(
  [
    ['feature:x', 'numeric', [0, 1.5, 4], []],
    ['feature:c', 'categorical', [], ['p', 'q']],
    ['prediction', 'categorical', [], ['no', 'yes']],
    ['label', 'categorical', [], ['no', 'yes']],
    ['status', 'categorical', [], ['ok', 'client-error', 'server-error', 'no-answer']],
  ].map(([subject, kind, edges, categories]) => ({ subject, kind, edges, categories }) as never),
);

function profilesOf(blocks: readonly (readonly LabelledRow[])[]): Map<string, Profile> {
  const tabulation = createTabulation(coding, []);
  for (const rows of blocks) tabulation.add(blockOfRows(rows));
  const found = new Map<string, Profile>();
  for (const { bucket, version, profiles } of tabulation.cells())
    for (const [i, profile] of profiles.entries())
      found.set(`${bucket} ${version} ${coding.subjects[i]}`, profile);
  return found;
}

const exact = (profiles: Map<string, Profile>) =>
  [...profiles]
    .map(([key, p]) => [key, { ...p, sum: 0, sum2: 0, tailSums: p.tailSums.length }])
    .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));

/** The same counts bit for bit, and sums of sub-bins (all of one sign here) within rounding. */
function expectSame(found: Map<string, Profile>, whole: Map<string, Profile>): void {
  expect(exact(found)).toEqual(exact(whole));
  for (const [key, { tailSums }] of whole)
    tailSums.forEach((sum, i) => {
      const other = found.get(key)!.tailSums[i]!;
      if (other !== sum) expect(Math.abs(other - sum)).toBeLessThanOrEqual(1e-12 * Math.abs(sum));
    });
}

describe('profiles of rows', () => {
  it('binning(a ++ b) = binning(a) + binning(b), wherever the rows are cut and in any order', () => {
    fc.assert(
      fc.property(rowsArb, fc.nat(60), (rows, at) => {
        const whole = profilesOf([rows]);
        expectSame(profilesOf([rows.slice(at), rows.slice(0, at)]), whole);
        const sums = new Map<string, Profile>();
        for (const part of [rows.slice(0, at), rows.slice(at)])
          for (const [key, p] of profilesOf([part]))
            sums.set(key, addProfiles(sums.get(key) ?? emptyProfile, p));
        expectSame(sums, whole);
      }),
    );
  });

  it('count every row in every subject, and labelled rows alone in label', () => {
    fc.assert(
      fc.property(rowsArb, rows => {
        const total = (subject: string) =>
          [...profilesOf([rows])].filter(([key]) => key.endsWith(`  ${subject}`)).map(([, p]) => p);
        for (const subject of ['feature:x', 'feature:c', 'prediction', 'status'])
          expect(total(subject).reduce((sum, p) => sum + p.n, 0)).toBe(rows.length);
        expect(total('label').reduce((sum, p) => sum + p.n, 0)).toBe(
          rows.filter(r => r.label !== null).length,
        );
        for (const p of profilesOf([rows]).values())
          expect(p.n).toBe(p.counts.reduce((s, c) => s + c, 0) + p.nMissing + p.nNan + p.nMismatch);
        const x = rows.map(({ inference: r }) => r.numValues[r.numNames.indexOf('x')]);
        expect(total('feature:x').reduce((sum, p) => sum + p.nNan, 0)).toBe(
          x.filter(v => v !== undefined && !Number.isFinite(v)).length,
        );
      }),
    );
  });

  it('count a name that comes twice in a row once', () => {
    const twice = inference('a', 0, {
      numNames: ['x', 'x'],
      numValues: [1, 9],
      catNames: ['x'],
      catValues: ['t'],
    });
    expect(profilesOf([[rowOf(twice)]]).get('0 1 feature:x')).toMatchObject({
      n: 1,
      sum: 1,
      bins: [1],
      counts: [1],
    });
  });
});

describe('cutSubjects', () => {
  it('infers kinds by majority and counts the rest as mismatch', () => {
    const rows = featureRows(
      600,
      i => i % 7,
      i => `c${i % 4}`,
    ).map((r, i) =>
      i % 10 === 0 ? { ...r, numNames: ['c'], numValues: [i], catNames: ['x'], catValues: ['text'] } : r,
    );
    const subjects = subjectsOf(rows);
    expect(subjects.get('feature:x')).toMatchObject({
      aside: '',
      binning: { kind: 'numeric' },
      reference: { n: 600, nMismatch: 60 },
    });
    expect(subjects.get('feature:c')).toMatchObject({
      binning: { kind: 'categorical' },
      reference: { n: 600, nMismatch: 60 },
    });
    expect([...subjects.keys()].sort()).toEqual(['feature:c', 'feature:x', 'status']);
  });

  it('sets identifiers aside with one bin, and only them', () => {
    const aside = (rows: readonly Inference[]) =>
      [...subjectsOf(rows)].filter(([, s]) => s.aside !== '').map(([name]) => name);
    expect(
      aside(
        featureRows(
          600,
          i => 1000 + i * 3,
          i => `id-${i}`,
        ),
      ).sort(),
    ).toEqual(['feature:c', 'feature:x']);
    expect(
      aside(
        featureRows(
          499,
          i => i,
          i => `id-${i}`,
        ),
      ),
    ).toEqual([]);
    expect(
      aside(
        featureRows(
          600,
          i => (i * 7919) % 100_000,
          i => `c${i % 50}`,
        ),
      ),
    ).toEqual([]);
    expect(
      aside(
        featureRows(
          600,
          i => i + 0.5,
          i => `c${i % 50}`,
        ),
      ),
    ).toEqual([]);
    expect(
      aside(
        featureRows(
          600,
          i => Math.floor(i / 10),
          () => 'one',
        ),
      ),
    ).toEqual([]);
    // Numbered rows in any order, without a time axis.
    expect(
      aside(
        featureRows(
          601,
          i => (i * 7) % 601,
          () => 'one',
        ).map(r => ({ ...r, time: 5 })),
      ),
    ).toEqual(['feature:x']);
    const id = subjectsOf(
      featureRows(
        600,
        i => i,
        i => `id-${i}`,
      ),
    ).get('feature:x')!;
    expect(id.binning.edges).toEqual([]);
    expect(id.reference).toMatchObject({ n: 600, bins: [0], counts: [600] });
  });

  it('keeps a constant, and gives one bin to everything else', () => {
    const constant = subjectsOf(
      featureRows(
        500,
        () => 4,
        () => 'same',
      ),
    ).get('feature:x')!;
    expect(constant).toMatchObject({ aside: '', reference: { n: 500, bins: [1], counts: [500] } });
    expect(constant.binning.edges[0]).toBe(4);
    expect(constant.binning.centres).toEqual([4]);
    expect(constant.reference.tailSums).toEqual([]);
  });

  it('does not depend on the order of the rows', () => {
    const rows = featureRows(
      800,
      i => Math.sin(i) * 100,
      i => `c${i % 1200}`,
    ).map(r => rowOf(r, { label: r.numValues[0]!, labelled: '' }));
    const one = cutSubjects([blockOfRows(rows)]).subjects;
    const other = cutSubjects([
      blockOfRows(rows.slice(300).reverse()),
      blockOfRows(rows.slice(0, 300)),
    ]).subjects;
    expect(other.map(s => [s.binning, s.aside, s.reference.counts])).toEqual(
      one.map(s => [s.binning, s.aside, s.reference.counts]),
    );
  });
});

describe('createUpload', () => {
  it('samples by key hash: the same rows whatever their order, and says so', () => {
    const rows = Array.from({ length: 2000 }, (_, i) => rowOf(inference(`id${i}`, i)));
    const sample = (list: readonly LabelledRow[]) => {
      const upload = createUpload(300);
      for (const row of list) upload.add(row);
      const { blocks, note } = upload.finish();
      return { times: blocks.flatMap(b => [...b.time]).sort((a, b) => a - b), note };
    };
    const one = sample(rows);
    expect(one).toEqual(sample(rows.slice().reverse()));
    expect(one.times.length).toBeLessThanOrEqual(300);
    expect(one.times.length).toBeGreaterThan(100);
    expect(one.note).toMatch(/^a sample of \d+ of 2000 rows, chosen by key hash/);
    expect(sample(rows.slice(0, 300))).toMatchObject({ note: '' });
  });
});

describe('statusCodeOf', () => {
  it('goes by the status, and without one by the error text', () => {
    const cases = [
      [200, 0],
      [399, 1],
      [404, 0],
      [500, 0],
      [599, 1],
      [0, 1],
      [0, 0],
    ] as const;
    expect(cases.map(([status, failed]) => statusCodeOf(status, failed))).toEqual([
      'ok',
      'ok',
      'client-error',
      'server-error',
      'server-error',
      'no-answer',
      'ok',
    ]);
  });
});
