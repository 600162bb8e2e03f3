import { fileURLToPath } from 'node:url';
import { defaultPolicy, severityOf } from '../../src/act/policy.ts';
import { type Judgement, judge } from '../../src/detect/judge.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { alarmLevel } from '../../src/stats/budget.ts';
import { type Column, profiled, readColumns, rowsOf } from './columns.ts';
import { electricity } from './electricity.ts';
import { type Calibration, fixed, type Table } from './table.ts';

/** One chunk of a data set with known truth. */
export interface ChunkRow {
  readonly data: string;
  readonly chunk: number;
  /** Columns whose verdict is drift, and those that page. */
  readonly drifted: readonly string[];
  readonly paged: readonly string[];
}

const loans = fileURLToPath(new URL('../../examples/data/car-loan/', import.meta.url));
const data = fileURLToPath(new URL('data/', import.meta.url));
const notFeatures = [
  'id',
  'year',
  'timestamp',
  'prediction',
  'predicted_probability',
  'employed',
  'repaid',
  'y_pred',
  'y_pred_proba',
];
const changed = ['car_value', 'salary_range', 'loan_length', 'repaid_loan_on_prev_car'];
const harmful = [26, 27, 28];

export const knownData: Calibration<ChunkRow> = { name: 'known-data', run, assert };

async function run(scale: number, say: (line: string) => void): Promise<Table<ChunkRow>> {
  const chunks = [
    ...chunksOf(
      'car loan',
      5000,
      files(`${loans}car_loan_reference.parquet`, `${loans}car_loan_analysis.parquet`),
    ),
    ...chunksOf(
      'census',
      5000,
      files(`${data}employment_ma_reference.parquet`, `${data}employment_ma_analysis.parquet`),
    ),
    ...chunksOf('sea', 1000, halves(`${data}sea_stream.csv.gz`, 10_000)),
  ];
  say('known-data: electricity');
  // All of the year before the onset is what takes the time.
  const onset = await electricity(`${data}elec.csv.gz`, scale < 1 ? 24 * 60 : undefined);
  const of = (name: string) => chunks.filter(row => row.data === name);
  const loan = truthOf(of('car loan'));
  return {
    name: knownData.name,
    title: 'Data with a known truth',
    scale: Math.min(1, scale),
    about: [
      'Files cut into chunks and judged as 24 h windows of a model with a budget of one false alarm a month, rows taken as independent; paging by the default policy. Licences: examples/data and bench/calibration/data.',
      'Electricity: half-hourly rows as a stream, judged by the detector itself; columns feat_4, feat_5 and feat_6 are constant up to row 17,423.',
    ],
    sections: [
      {
        caption: 'Chunks',
        head: ['data', 'truth', 'drift', 'pages'],
        rows: [
          [
            'car loan, 10 chunks of 5,000, 7 features',
            '20 changed, 50 unchanged',
            `${loan.found} of 20; ${loan.wrong} of 50 unchanged`,
            `${loan.paged} of 20; ${loan.wrongPages} of 50`,
          ],
          [
            'census, 41 chunks of 5,000, 16 features',
            `harm in chunks ${harmful.join(', ')}; yearly changes elsewhere`,
            `${of('census').filter(row => row.drifted.length > 0).length} chunks`,
            `chunks ${paging(of('census')).join(', ')}`,
          ],
          [
            'sea, 30 chunks of 1,000, 4 columns',
            'no change',
            `${count(of('sea'), 'drifted')} of 120`,
            `${count(of('sea'), 'paged')}`,
          ],
        ],
      },
      {
        caption: 'Electricity: first window with drift of a column that was constant',
        head: [
          'window',
          'hours from the onset to the end of the window',
          'first possible',
          'false before the onset (feat_4 to 6)',
        ],
        rows: onset.map(({ hours, delay, possible, before }) => [
          `${hours} h`,
          fixed(delay, 0),
          fixed(possible, 0),
          String(before),
        ]),
      },
    ],
    findings: [
      `Car loan: ${loan.found} of 20 changed feature-chunks are drift, ${loan.wrong} of 50 unchanged ones.`,
      `Census: the chunks that page are ${paging(of('census')).join(', ')}.`,
    ],
    data: chunks,
  };
}

function files(reference: string, current: string): { reference: Column[]; current: Column[] } {
  const before = readColumns(reference, notFeatures);
  const after = readColumns(current, notFeatures);
  return {
    reference: before,
    current: before.map(column => after.find(({ name }) => name === column.name)!),
  };
}

function halves(path: string, rows: number): { reference: Column[]; current: Column[] } {
  const columns = readColumns(path);
  return {
    reference: columns.map(column => rowsOf(column, 0, rows)),
    current: columns.map(column => rowsOf(column, rows, column.values.length)),
  };
}

function chunksOf(
  name: string,
  size: number,
  { reference, current }: { readonly reference: readonly Column[]; readonly current: readonly Column[] },
): ChunkRow[] {
  const alpha = alarmLevel(1, reference.length, 86_400);
  const rows = current[0]!.values.length;
  return Array.from({ length: Math.floor(rows / size) }, (_, chunk) => {
    const judged = reference.map((column, i) => {
      const { subject, current: profile } = profiled(
        column,
        rowsOf(current[i]!, chunk * size, (chunk + 1) * size),
      );
      return { name: column.name, judgement: judge({ subject, current: profile, alpha }) };
    });
    return {
      data: name,
      chunk,
      drifted: judged.filter(({ judgement }) => judgement.verdict === 'drift').map(one => one.name),
      paged: judged.filter(({ judgement }) => pages(judgement)).map(one => one.name),
    };
  });
}

/** By the default policy, as a calibrated finding. */
function pages({ verdict, effect, part, referenceShare }: Judgement): boolean {
  const finding = {
    check: 'drift',
    version: '',
    segment: '',
    verdict,
    effect,
    calibration: 'calibrated',
    windowSeconds: 86_400,
    detail: { part, referenceShare },
  };
  return severityOf(finding as unknown as Finding, defaultPolicy) === 'page';
}

function truthOf(chunks: readonly ChunkRow[]) {
  const isChanged = (row: ChunkRow, name: string) => row.chunk >= 5 && changed.includes(name);
  const split = (key: 'drifted' | 'paged', real: boolean) =>
    chunks.reduce((sum, row) => sum + row[key].filter(name => isChanged(row, name) === real).length, 0);
  return {
    found: split('drifted', true),
    wrong: split('drifted', false),
    paged: split('paged', true),
    wrongPages: split('paged', false),
  };
}

const paging = (chunks: readonly ChunkRow[]) =>
  chunks.filter(({ paged }) => paged.length > 0).map(({ chunk }) => chunk);
const count = (chunks: readonly ChunkRow[], key: 'drifted' | 'paged') =>
  chunks.reduce((sum, row) => sum + row[key].length, 0);

/** Nothing random here: what is known must be found, exactly. */
function assert({ data: rows, sections }: Table<ChunkRow>): string[] {
  const of = (name: string) => rows.filter(row => row.data === name);
  const loan = truthOf(of('car loan'));
  const broken: string[] = [];
  if (loan.found !== 20 || loan.wrong !== 0)
    broken.push(`car loan: ${loan.found} of 20, ${loan.wrong} of 50`);
  if (paging(of('census')).join() !== harmful.join())
    broken.push(`census pages ${paging(of('census')).join()}`);
  if (count(of('sea'), 'drifted') > 0) broken.push('sea: drift');
  for (const [window, delay, possible, before] of sections[1]!.rows) {
    if (window === '168 h' && !(Number(delay) <= Number(possible)))
      broken.push(`electricity: ${delay} h in windows of ${window}`);
    if (Number(before) > 0) broken.push(`electricity: ${before} false in windows of ${window}`);
  }
  return broken;
}
