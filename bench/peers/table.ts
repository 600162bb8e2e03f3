import { type Outcome, type PeerCell, type Share, shareFlagged } from './outcome.ts';
import type { Results } from './results.ts';
import { columnTitles } from './streams.ts';

/** One line of the tables: a tool with one of its settings. */
interface Line {
  readonly title: string;
  readonly tool: string;
  readonly setting: string;
}

const lines: readonly Line[] = [
  { title: 'Leeway', tool: 'leeway', setting: 'default' },
  { title: 'Leeway, p alone, no tolerance', tool: 'leeway', setting: 'p alone' },
  { title: 'Leeway, paging tolerance', tool: 'leeway', setting: 'paging' },
  { title: 'Evidently, default', tool: 'evidently', setting: 'default' },
  { title: 'Evidently, ks and chisquare', tool: 'evidently', setting: 'ks, chisquare' },
  { title: 'NannyML, default', tool: 'nannyml', setting: 'default' },
  { title: 'NannyML, Wasserstein and L-infinity', tool: 'nannyml', setting: 'Wasserstein, L-infinity' },
  { title: 'alibi-detect, default (Bonferroni)', tool: 'alibi-detect', setting: 'default (Bonferroni)' },
  { title: 'alibi-detect, by feature', tool: 'alibi-detect', setting: "drift_type='feature'" },
  { title: 'whylogs, default', tool: 'whylogs', setting: 'default' },
  { title: 'whylogs, Hellinger (numbers only)', tool: 'whylogs', setting: 'Hellinger' },
  { title: 'scipy, p < .05', tool: 'scipy', setting: 'p < .05' },
  { title: 'scipy, p <= 2.8e-5', tool: 'scipy', setting: 'p <= 2.8e-5' },
];

/** Where Leeway gives no verdict, because it says that the window is too small for one. */
const cannotTell: Line = { title: 'Leeway says it cannot tell', tool: 'leeway', setting: 'cannot tell' };

/** Fewest chunks of reference that NannyML's documentation calls reasonable. */
const advisedChunks = 6;
/** Window sizes at which power is shown. */
const powerRows = [1_000, 5_000];
/** Window sizes at which false alarms are shown by column. */
const columnRows = [200, 1_000, 5_000];

/** False alarms and power, for one size of the reference. */
export function mainTable({ manifest, outcomes }: Results, reference: number): string {
  const nulls = manifest.columns.filter(column => column.change === undefined).map(column => column.name);
  const changed = manifest.columns.filter(column => column.change !== undefined);
  const head = [
    'share of windows flagged, %',
    ...manifest.windows.map(({ rows }) => `nothing wrong, ${count(rows)}`),
    ...changed.map(({ change }) => `${change}, ${powerRows.map(count).join(' / ')}`),
  ];
  const body = present(outcomes, [...lines, cannotTell]).map(({ line, cells }) => {
    const at = (columns: readonly string[], rows: number) =>
      shareText(pick(cells, { columns, reference, rows })) + mark(line, reference, rows);
    return [
      line.title,
      ...manifest.windows.map(({ rows }) => at(nulls, rows)),
      ...changed.map(({ name }) =>
        line === cannotTell ? '' : powerRows.map(rows => at([name], rows)).join(' / '),
      ),
    ];
  });
  return markdown(head, body);
}

/** False alarms column by column, for one size of the reference. */
export function columnTable({ manifest, outcomes }: Results, reference: number): string {
  const nulls = manifest.columns.filter(column => column.change === undefined);
  const head = [
    `nothing wrong, ${columnRows.map(count).join(' / ')} rows`,
    ...nulls.map(({ name }) => columnTitles[name] ?? name),
  ];
  const body = present(outcomes, lines).map(({ line, cells }) => [
    line.title,
    ...nulls.map(({ name }) =>
      columnRows
        .map(
          rows => plainText(pick(cells, { columns: [name], reference, rows })) + mark(line, reference, rows),
        )
        .join(' / '),
    ),
  ]);
  return markdown(head, body);
}

/** What one comparison costs. */
export function timeTable({ timed }: Results): string {
  const head = ['tool', 'version', 'CPU seconds', 'of it for another window', 'peak memory, MB'];
  const seconds = (values: readonly number[] = []) => Number(Math.min(...values).toPrecision(2)).toString();
  const body = timed.map(({ tool, version, seconds: all, again, megabytes }) => [
    tool,
    version,
    seconds(all),
    seconds(again),
    megabytes.toFixed(0),
  ]);
  return markdown(head, body);
}

/** The whole page, with what the reader has to know. */
export function page(results: Results): string {
  const { manifest, outcomes } = results;
  const each = (manifest.windows[0]?.count ?? 0) * manifest.repeats;
  const parts = [
    `${each} windows of each size in ${manifest.repeats} independent repeats, each with its own reference; every tool reads the same rows. A cell is the share of windows in which the tool flags the column, in percent ± one standard error (over repeats). Under "nothing wrong" it is the mean over the eight columns that nothing happens to, and every number is a false alarm; the other columns show real changes at two window sizes. ± 0 means that all repeats agree: 0 of ${each} is a rate under ${(300 / each).toFixed(1)} % with 95 % confidence. * fewer than the six chunks of reference that NannyML asks for. Versions, settings and how to run it: bench/peers/README.md.`,
    ...manifest.references.map(rows => `### Reference of ${count(rows)} rows\n\n${mainTable(results, rows)}`),
    ...manifest.references.map(
      rows => `### False alarms by column, reference of ${count(rows)} rows\n\n${columnTable(results, rows)}`,
    ),
    `### Cost of one comparison\n\n100,000 reference and 100,000 current rows of 20 columns, from data in memory to verdicts; the best of three runs in a process of its own; NannyML's default cuts them into ten chunks. Another window: what was made from the reference is kept where the tool can keep it. ${results.machine}\n\n${timeTable(results)}`,
    `### Notes\n\n${outcomes.flatMap(({ tool, notes = [] }) => notes.map(note => `- ${tool}: ${note}`)).join('\n')}`,
  ];
  return `${parts.join('\n\n')}\n`;
}

function present(outcomes: readonly Outcome[], wanted: readonly Line[]) {
  return wanted
    .map(line => ({
      line,
      cells: (outcomes.find(({ tool }) => tool === line.tool)?.cells ?? []).filter(
        ({ setting }) => setting === line.setting,
      ),
    }))
    .filter(({ cells }) => cells.length > 0);
}

function pick(
  cells: readonly PeerCell[],
  at: { readonly columns: readonly string[]; readonly reference: number; readonly rows: number },
): Share | null {
  const found = cells.filter(
    ({ column, reference, rows }) =>
      at.columns.includes(column) && reference === at.reference && rows === at.rows,
  );
  return found.length === 0 ? null : shareFlagged(found);
}

/** A star where NannyML has fewer chunks of reference than it asks for. */
function mark({ tool }: Line, reference: number, rows: number): string {
  return tool === 'nannyml' && reference / rows < advisedChunks ? '*' : '';
}

function shareText(share: Share | null): string {
  // One repeat has no spread.
  if (share === null || Number.isNaN(share.error)) return plainText(share);
  return `${percent(share.share)} ± ${percent(share.error)}`;
}

function plainText(share: Share | null): string {
  return share === null ? '-' : percent(share.share);
}

function percent(share: number): string {
  const value = share * 100;
  if (value === 0 || value === 100) return value.toString();
  return value >= 9.95 && value < 99.5 ? value.toFixed(0) : value.toFixed(1);
}

function count(rows: number): string {
  return rows.toLocaleString('en-US');
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
