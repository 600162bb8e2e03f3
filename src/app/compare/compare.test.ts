import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { page } from '../../report/page.ts';
import { type CompareRequest, compareFiles } from './compare.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-compared-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const write = (name: string, content: string | Uint8Array) => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};
const compare = (reference: string, current: string, options: Partial<CompareRequest> = {}) =>
  compareFiles(
    { reference, current, columns: null, ignore: [], falseAlarms: 0.05, tolerance: 0.02, ...options },
    { version: '1.2.3', now: () => 0, progress: () => undefined },
  );
const verdicts = async (reference: string, current: string, options: Partial<CompareRequest> = {}) => {
  const { columns } = await compare(reference, current, options);
  return Object.fromEntries(columns.map(c => [c.name, c.reason === '' ? c.verdict : c.reason]));
};
/** CSV of columns that are functions of the row. */
const csv = (rows: number, columns: Readonly<Record<string, (i: number) => string | number>>) =>
  [
    Object.keys(columns).join(','),
    ...Array.from({ length: rows }, (_, i) =>
      Object.values(columns)
        .map(of => of(i))
        .join(','),
    ),
  ].join('\n');
/** A number that looks random, from 0 to 1. */
const noise = (i: number, seed = 1) => {
  const x = Math.sin(i * 12.9898 + seed * 78.233) * 43758.5453;
  return x - Math.floor(x);
};

describe('the car-loan files', () => {
  const data = join(import.meta.dirname, '../../../examples/data/car-loan');
  it('drift in the four features that changed, and in no other', async () => {
    const comparison = await compare(
      join(data, 'car_loan_reference.parquet'),
      join(data, 'car_loan_analysis.parquet'),
      { ignore: ['repaid', 'y_pred', 'y_pred_proba'] },
    );
    const of = (verdict: string) =>
      comparison.columns
        .filter(c => c.verdict === verdict)
        .map(c => c.name)
        .sort();
    expect(of('drift')).toEqual(['car_value', 'loan_length', 'repaid_loan_on_prev_car', 'salary_range']);
    expect(of('stable')).toEqual(['debt_to_income_ratio', 'driver_tenure', 'size_of_downpayment']);
    expect(of('aside')).toEqual(['id', 'repaid', 'timestamp', 'y_pred', 'y_pred_proba']);
    expect(comparison).toMatchObject({ tested: 7, alpha: 0.05 / 7, reference: { rows: 50_000 } });
    const car = comparison.columns[0]!;
    expect(car.sentence).toMatch(/^car_value: 2\d % of rows moved: fewer values below /);
    expect(Object.keys(car.measured!.measures).length).toBeGreaterThan(10);
    expect(page(comparison)).toContain('4 of 7 columns drifted');
  });
});

describe('formats', () => {
  const columns = { x: (i: number) => noise(i) * 10, k: (i: number) => `k${i % 3}` };
  const rows = (shift: number) =>
    Array.from({ length: 2000 }, (_, i) => ({ x: columns.x(i) + shift, k: columns.k(i) }));
  const ndjson = (shift: number) =>
    rows(shift)
      .map(row => JSON.stringify(row))
      .join('\n');

  it('CSV, NDJSON and gzip of the same rows are the same', async () => {
    const reference = write('same.csv', csv(2000, columns));
    for (const path of [write('same.ndjson', ndjson(0)), write('same.csv.gz', gzipSync(csv(2000, columns)))])
      expect(await verdicts(reference, path)).toEqual({ x: 'stable', k: 'stable' });
    expect(await verdicts(reference, write('moved.jsonl', ndjson(1)))).toEqual({ x: 'drift', k: 'stable' });
  });

  it('reads members of objects, whatever the path is called', async () => {
    const of = (shift: number) =>
      Array.from({ length: 1000 }, (_, i) =>
        JSON.stringify({ features: { age: noise(i) + shift }, tags: [i] }),
      ).join('\n');
    const found = await verdicts(write('a*{b}.ndjson', of(0)), write('c?.ndjson', of(0.5)));
    expect(found).toEqual({
      'features.age': 'drift',
      tags: 'it holds lists or objects, or has braces in its name',
    });
  });
});

describe('columns that are not as they were', () => {
  const reference = () =>
    write(
      'reference.csv',
      csv(1000, {
        id: i => i,
        uuid: i => `u-${noise(i)}`,
        day: i => `2026-01-${String((i % 28) + 1).padStart(2, '0')}`,
        constant: () => 7,
        woke: () => 7,
        gone: i => noise(i),
        typed: i => noise(i),
        dirty: i => noise(i),
        holes: i => noise(i, 2),
        emptied: i => noise(i, 3),
        flag: i => (i % 2 === 0 ? 'True' : 'False'),
        never: () => '',
      }),
    );
  const current = () =>
    write(
      'current.csv',
      csv(1000, {
        id: i => i + 1000,
        uuid: i => `v-${noise(i)}`,
        day: i => `2026-02-${String((i % 28) + 1).padStart(2, '0')}`,
        constant: () => 7,
        woke: i => (i % 10 === 0 ? 8 : 7),
        typed: i => `t${i % 5}`,
        dirty: i => (i % 4 === 0 ? 'n/a' : noise(i)),
        holes: i => (i % 10 === 0 ? '' : noise(i, 2)),
        emptied: () => '',
        flag: i => (i % 2 === 0 ? 'True' : 'False'),
        never: () => '',
        fresh: i => noise(i),
      }),
    );

  it('each has a verdict or a reason', async () => {
    const { columns } = await compare(reference(), current());
    const found = Object.fromEntries(columns.map(c => [c.name, `${c.verdict} ${c.reason}`.trim()]));
    expect(found).toEqual({
      gone: 'drift it is gone: only the reference file has it',
      typed: 'drift its type changed: numbers before, text now',
      dirty: 'drift',
      holes: 'drift',
      emptied: 'drift',
      woke: 'drift',
      flag: 'stable',
      constant: 'aside constant: 7 in every row of both files',
      day: 'aside a time',
      fresh: 'aside new: only the current file has it',
      id: 'aside an identifier: whole numbers that count the rows',
      never: 'aside no value in either file',
      uuid: 'aside an identifier: nearly every row has another text',
    });
    const dirty = columns.find(c => c.name === 'dirty')!;
    expect(dirty.measured).toMatchObject({
      by: 'null',
      part: 'rare',
      effect: 0.25,
      current: { mismatches: 250 },
    });
    expect(dirty.sentence).toMatch(/25 % of rows have no usable value, 0 % before; 250 values are text/);
    // Untested ones first, then by effect.
    expect(columns.slice(0, 3).map(c => c.name)).toEqual(['gone', 'typed', 'emptied']);
    expect(page(await compare(reference(), current()))).toContain('no usable value');
  });

  it('not-a-number, infinities and huge numbers are read', async () => {
    const odd = (i: number) =>
      [noise(i), 'nan', 'inf', '1e300', '-1e300'][i % 10 < 6 ? 0 : (i % 10) - 5] as string | number;
    const big = (i: number) => `${9_007_199_254_740_993n + BigInt(Math.floor(noise(i) * 100))}`;
    const path = write('odd.csv', csv(1000, { odd, big }));
    const { columns } = await compare(path, path);
    expect(columns.map(c => c.verdict)).toEqual(['stable', 'stable']);
    const { measured } = columns.find(c => c.name === 'odd')!;
    expect(measured).toMatchObject({ p: 1, current: { rows: 1000, notNumbers: 200, missing: 0 } });
    expect(page(await compare(path, path))).not.toMatch(/NaN|Infinity/);
  });

  it('a text far below many numbers makes a column of text, read as numbers with mismatches', async () => {
    const long = write('long.csv', csv(120_000, { x: i => noise(i) }));
    const late = write('late.csv', `${csv(120_000, { x: i => noise(i) })}\nbad`);
    const { columns } = await compare(long, late);
    expect(columns[0]).toMatchObject({
      verdict: 'stable',
      kind: 'numeric',
      measured: { current: { rows: 120_001, mismatches: 1 } },
    });
  });

  it('one row is too few, and the same row twice is constant', async () => {
    const one = write('one.csv', 'x,y\n1,a\n');
    const other = write('other.csv', 'x,y\n2,a\n');
    expect(await verdicts(one, other)).toMatchObject({
      x: 'insufficient',
      y: expect.stringContaining('constant'),
    });
    expect((await compare(one, one)).tested).toBe(0);
    expect(page(await compare(one, one))).toContain('No column could be compared');
  });
});

describe('files of other separators', () => {
  const rows = (separator: string, sign: string, shift = 0) =>
    [
      ['x', 'y', 'k'].join(separator),
      ...Array.from({ length: 500 }, (_, i) =>
        [String(noise(i) + shift).replace('.', sign), i % 7, i % 3 === 0 ? 'a' : 'b'].join(separator),
      ),
    ].join('\n');
  const comma = write('comma.csv', rows(',', '.'));

  it.each([
    ['semicolons', ';', '.'],
    ['semicolons and decimal commas', ';', ','],
    ['tabs', '\t', '.'],
  ])('%s are read as the same rows, in either file', async (name, separator, sign) => {
    const other = write(`${name}.csv`, rows(separator, sign));
    const all = { x: 'stable', y: 'stable', k: 'stable' };
    expect(await verdicts(comma, other)).toEqual(all);
    expect(await verdicts(other, comma)).toEqual(all);
    const moved = write(`${name} moved.csv.gz`, gzipSync(rows(separator, sign, 0.5)));
    expect(await verdicts(other, moved)).toEqual({ ...all, x: 'drift' });
  });

  it('a semicolon in the only name of a file is no separator', async () => {
    const lone = (name: string, shift: number) => write(name, csv(500, { 'a;b': i => noise(i) + shift }));
    expect(await verdicts(lone('l1.csv', 0), lone('l2.csv', 0.5))).toEqual({ 'a;b': 'drift' });
  });
});

describe('columns of few values', () => {
  const file = (name: string, of: (i: number) => number | string) => write(name, csv(1000, { v: of }));
  const only = async (before: string, now: string) => (await compare(before, now)).columns[0]!;

  it('the sentence names the values', async () => {
    const flag = await only(
      file('f1.csv', i => (i % 100 < 52 ? 0 : 1)),
      file('f2.csv', i => (i % 100 < 20 ? 0 : 1)),
    );
    expect(flag.sentence).toMatch(
      /^v: 3\d % of rows moved: (more rows with the value 1|fewer rows with the value 0);/,
    );
    const codes = await only(
      file('c1.csv', i => i % 10),
      file('c2.csv', i => (i % 2 === 0 ? 2 + (i % 3) : i % 10)),
    );
    expect(codes.sentence).toMatch(/more rows with the values 2 to 4;/);
    expect(codes.measured!.values).toEqual([2, 3, 4]);
  });

  it('counts texts of the current file, with those of the reference beside them', async () => {
    const some = (share: number, odd: string) => (i: number) => (i % 100 < share ? odd : noise(i));
    const odd = await only(file('o1.csv', some(10, 'nan')), file('o2.csv', some(30, 'nan')));
    expect(odd.sentence).toContain('; 300 values are not-a-number or infinite (100 before);');
    const text = await only(file('t1.csv', some(10, 'bad')), file('t2.csv', some(0, '')));
    expect(text.sentence).toContain('; 0 values are text (100 before);');
  });
});

describe('options', () => {
  const path = write('options.csv', csv(1000, { id: i => i, x: i => noise(i), y: i => noise(i, 2) }));
  it('columns that are named are compared, identifiers too', async () => {
    expect(await verdicts(path, path, { columns: ['id', 'x'] })).toEqual({ id: 'stable', x: 'stable' });
  });

  it('a column that is nowhere is refused with what it may have been', async () => {
    await expect(compare(path, path, { ignore: ['idd'] })).rejects.toMatchObject({
      code: 'LW_USAGE',
      message: 'Neither file has a column "idd". Did you mean "id"?',
    });
  });

  it('the tolerance decides what matters', async () => {
    const moved = write('moved.csv', csv(1000, { id: i => i, x: i => noise(i) + 0.2, y: i => noise(i, 2) }));
    expect(await verdicts(path, moved, { ignore: ['id'] })).toMatchObject({ x: 'drift', y: 'stable' });
    expect(await verdicts(path, moved, { ignore: ['id'], tolerance: 0.9 })).toMatchObject({ x: 'stable' });
  });
});

describe('files that cannot be read', () => {
  const good = write('good.csv', 'x\n1\n2\n');
  const cases: readonly [string, () => string, RegExp][] = [
    ['nothing', () => join(directory, 'none.csv'), /there is no such file/],
    [
      'a directory',
      () => (mkdirSync(join(directory, 'd.csv')), join(directory, 'd.csv')),
      /it is a directory/,
    ],
    ['another ending', () => write('a.xlsx', 'x'), /tells no format/],
    ['an empty file', () => write('empty.csv', ''), /empty\.csv holds no rows/],
    ['a header alone', () => write('header.csv', 'a,b\n'), /header\.csv holds no rows/],
    ['a name twice', () => write('twice.csv', 'a,a\n1,2\n'), /Duplicate column name.*"a"/],
    ['ragged rows', () => write('ragged.csv', 'a,b\n1,2\n3\n'), /different amount of values/],
    [
      'broken JSON',
      () => write('broken.ndjson', '{"x":1}\n{"x":\n'),
      /broken\.ndjson cannot be read \(line 2\): Unexpected EOF/,
    ],
    [
      'JSON that is broken within',
      () => write('within.ndjson', `{"x":1}\n{"x":1,"b" 5}\n${'{"x":"secret"}\n'.repeat(9)}`),
      /within\.ndjson cannot be read \(line 2\): Cannot parse input: expected ':' before: '5\}'$/,
    ],
    [
      'a short row far down',
      () => write('short.csv', `x,y\n${'1,2\n'.repeat(120_000)}3\n${'7,8\n'.repeat(9)}`),
      /short\.csv cannot be read \(line 120002\): Cannot parse input: expected ',' before the end of the line$/,
    ],
    [
      'a truncated Parquet file',
      () => {
        const whole = readFileSync(
          join(import.meta.dirname, '../../../examples/data/car-loan/car_loan_reference.parquet'),
        );
        return write('cut.parquet', whole.subarray(0, 100_000));
      },
      /cut\.parquet cannot be read: Not a Parquet file/,
    ],
  ];
  it.each(cases)('%s', async (_, make, message) => {
    const path = make();
    const failure = { code: 'LW_FILE_INVALID', message: expect.stringMatching(message) };
    await expect(compare(path, good)).rejects.toMatchObject(failure);
    await expect(compare(good, path)).rejects.toMatchObject(failure);
  });
});
