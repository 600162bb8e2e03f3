import { judge } from '../../src/detect/judge.ts';
import type { BaselineSubject } from '../../src/domain/baseline.ts';
import type { Inference } from '../../src/domain/inference.ts';
import type { Profile } from '../../src/domain/profile.ts';
import { createCoding } from '../../src/profile/codes.ts';
import { cutSubjects } from '../../src/profile/cut.ts';
import { blockOfRows, type LabelledRow, type RowBlock } from '../../src/profile/row-block.ts';
import { createTabulation } from '../../src/profile/tabulate.ts';
import { addProfiles, emptyProfile } from '../../src/stats/profile.ts';
import { createRandom, type Random } from './random.ts';
import { type Calibration, repeatsAt, type Table } from './table.ts';

/** What one repeat found. */
interface Row {
  /** Verdicts compared, and those whose verdict, p or effect was not the same to the last bit. */
  readonly compared: number;
  readonly differ: number;
  /** Largest stored profile of a window, bytes. */
  readonly bytes: number;
  readonly drifted: number;
}

const referenceRows = 2000;
const windowRows = 600;
const pieces = 24;
const levels = [1e-5, 1e-3, 0.05, 0.5];

export const sameAnswer: Calibration<Row> = { name: 'same-answer', run, assert };

function run(scale: number, say: (line: string) => void): Table<Row> {
  const repeats = repeatsAt(scale, 1000, 20);
  const data: Row[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    data.push(compare(createRandom(`same answer ${repeat}`)));
    if (repeat % 250 === 249) say(`same-answer: ${repeat + 1} of ${repeats}`);
  }
  const sum = (key: keyof Row) => data.reduce((all, row) => all + row[key], 0);
  const widest = Math.max(widestBytes(), ...data.map(row => row.bytes));
  return {
    name: sameAnswer.name,
    title: 'The same answer from raw rows and from stored profiles',
    scale,
    about: [
      `${repeats} windows of ${windowRows} rows, a number with tails and missing values, a number with 70 % zeros and a category, some of them changed. Once all rows at once in one order, once cut at random into ${pieces} profiles, each taken to the stored form and back, added up in a random order and grouping. Verdicts at levels ${levels.join(', ')}.`,
    ],
    sections: [
      {
        caption: 'Verdicts',
        head: ['compared', 'drift', 'different verdict, p or effect', 'largest stored subject-window'],
        rows: [[String(sum('compared')), String(sum('drifted')), String(sum('differ')), `${widest} bytes`]],
      },
    ],
    findings: [
      `${sum('differ')} of ${sum('compared')} verdicts differ; a subject-window of 1,024 bins and all sub-bins takes ${widest} bytes (limit 16,384).`,
    ],
    data,
  };
}

function compare(random: Random): Row {
  const subjects = cutSubjects([blockOfRows(rowsOf(referenceRows, random, 0))]).subjects.filter(
    ({ binning }) => binning.subject.startsWith('feature:'),
  );
  const rows = rowsOf(windowRows, random, random.uniform() < 0.5 ? 0 : random.uniform());
  const whole = profilesOf(subjects, [blockOfRows(rows)]);
  const parts = Array.from({ length: pieces }, () => [] as LabelledRow[]);
  for (const row of rows) parts[Math.floor(random.uniform() * pieces)]!.push(row);
  const stored = parts
    .filter(part => part.length > 0)
    .map(part => profilesOf(subjects, [blockOfRows(part)]).map(restored));
  const merged = mergedAtRandom(stored, random);
  let [differ, drifted, bytes] = [0, 0, 0];
  for (const [i, subject] of subjects.entries()) {
    bytes = Math.max(bytes, bytesOf(merged[i]!));
    for (const alpha of levels) {
      const [raw, kept] = [whole, merged].map(of => judge({ subject, current: of[i]!, alpha }));
      const same = (['verdict', 'p', 'by', 'effect', 'effectLow', 'effectHigh'] as const).every(
        key => raw![key] === kept![key],
      );
      if (!same) differ++;
      if (raw!.verdict === 'drift') drifted++;
    }
  }
  return { compared: subjects.length * levels.length, differ, bytes, drifted };
}

function profilesOf(subjects: readonly BaselineSubject[], blocks: readonly RowBlock[]): Profile[] {
  const tabulation = createTabulation(createCoding(subjects.map(({ binning }) => binning)), []);
  for (const block of blocks) tabulation.add(block);
  let sums: Profile[] = subjects.map(() => emptyProfile);
  for (const { version, profiles } of tabulation.cells())
    if (version === '') sums = sums.map((sum, i) => addProfiles(sum, profiles[i]!));
  return sums;
}

/** To the stored form and back: 16-bit bins, 32-bit counts, 64-bit sums. */
function restored(profile: Profile): Profile {
  return {
    ...profile,
    bins: [...Uint16Array.from(profile.bins)],
    counts: [...Uint32Array.from(profile.counts)],
    tailSums: [...Float64Array.from(profile.tailSums)],
  };
}

/** Adds two at random until one is left: any order, any grouping. */
function mergedAtRandom(stored: readonly (readonly Profile[])[], random: Random): readonly Profile[] {
  const left = [...stored];
  const take = () => left.splice(Math.floor(random.uniform() * left.length), 1)[0]!;
  while (left.length > 1) {
    const [a, b] = [take(), take()];
    left.push(a.map((profile, i) => addProfiles(profile, b[i]!)));
  }
  return left[0]!;
}

/** Bytes of the arrays and sums of a stored row: 2 a bin, 4 a count, 8 a sum. */
function bytesOf({ bins, counts, tailSums }: Profile): number {
  return 2 * bins.length + 4 * counts.length + 8 * tailSums.length + 6 * 8;
}

/** A window that has rows in each of 1,026 bins and in all 128 sub-bins. */
function widestBytes(): number {
  const all = Array.from({ length: 1026 + 128 }, (_, i) => i);
  return bytesOf({
    ...emptyProfile,
    bins: all,
    counts: all.map(() => 1),
    tailSums: Array(128).fill(1) as number[],
  });
}

function rowsOf(count: number, random: Random, change: number): LabelledRow[] {
  return Array.from({ length: count }, (_, i) => {
    const income =
      50 + 12 * random.normal() + 8 * change + (random.uniform() < 0.01 ? 500 * random.uniform() : 0);
    const known = random.uniform() > 0.01;
    const zeros = random.uniform() < 0.7 - 0.2 * change ? 0 : -Math.log(random.uniform());
    const plan = ['free', 'pro', 'team', 'new'][Math.floor(random.uniform() ** 2 * (change > 0 ? 4 : 3))]!;
    return { inference: rowOf(i, known ? [income, zeros] : [zeros], plan), label: null } as LabelledRow;
  });
}

function rowOf(i: number, values: readonly number[], plan: string): Inference {
  return {
    model: 'm',
    environment: 'prod',
    version: '1',
    id: `row-${i}`,
    time: 1_790_000_000_000 + 1000 * i,
    timeSource: 'payload',
    numNames: values.length === 2 ? ['income', 'zeros'] : ['zeros'],
    numValues: values,
    catNames: ['plan'],
    catValues: [plan],
    prediction: Number.NaN,
    predicted: '',
    scoreNames: [],
    scoreValues: [],
    latencySeconds: Number.NaN,
    status: 200,
    error: '',
    requestBytes: Number.NaN,
    responseBytes: Number.NaN,
    segmentNames: [],
    segmentValues: [],
    source: 's',
    position: String(i),
  };
}

/** Exact: nothing may differ. */
function assert({ data }: Table<Row>): string[] {
  const differ = data.reduce((sum, row) => sum + row.differ, 0);
  const broken = differ > 0 ? [`${differ} verdicts differ`] : [];
  if (widestBytes() > 16_384) broken.push('a subject-window takes more than 16 KB');
  return broken;
}
