import { nearest } from '../../config/nearest.ts';
import { LeewayError } from '../../lib/errors.ts';
import type {
  ColumnVerdict,
  ComparedColumn,
  ComparedFile,
  Comparison,
  ComparisonOptions,
} from '../../report/comparison.ts';
import type { FileTable } from '../../store/file-columns.ts';
import { type ColumnPair, pairOf } from './column-pair.ts';
import { type ProfiledColumn, profileNumbers, profileTexts } from './column-profile.ts';
import { type OpenFiles, withFiles } from './files.ts';
import { measure } from './measured.ts';
import { sentenceOf } from './sentence.ts';
import { categoricalShape, numericShape } from './shape.ts';

/** Two files and how they are compared. */
export interface CompareRequest {
  readonly reference: string;
  readonly current: string;
  /** Columns to compare; null is all. */
  readonly columns: readonly string[] | null;
  readonly ignore: readonly string[];
  /** Expected false alarms of the whole comparison. */
  readonly falseAlarms: number;
  /** Share of rows that has to move before anybody cares; rare parts have a quarter of it. */
  readonly tolerance: number;
}

export interface CompareDeps {
  readonly version: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told how far it is. */
  readonly progress: (step: { readonly done: number; readonly of: number; readonly text: string }) => void;
}

/** What a missing value, a tail or a single value has to move by, as a part of the tolerance. */
const rarePart = 0.25;

/**
 * Compares two files column by column: the same verdicts as for a stream, without a service. Each tested column has the
 * false alarms over the number of tested columns as its level, so the expected number of false alarms of the whole
 * comparison is at most that, whatever hangs together.
 *
 * @throws LeewayError LW_FILE_INVALID for what cannot be read, LW_USAGE for columns that are not there.
 */
export function compareFiles(request: CompareRequest, deps: CompareDeps): Promise<Comparison> {
  return withFiles(request, async files => {
    const options = optionsOf(request, files);
    refuseStrangers(request, files);
    const prepared = await prepare(files, options, deps);
    const tested = prepared.filter(column => column.profiled !== null).length;
    const alpha = Math.min(1, options.falseAlarms / Math.max(1, tested));
    const columns = prepared.map(column => conclude(column, alpha, options)).sort(worstFirst);
    const fileOf = (name: string, table: FileTable): ComparedFile => ({
      name,
      rows: table.rows,
      columns: table.columns.length,
    });
    return {
      version: deps.version,
      at: deps.now(),
      reference: fileOf(request.reference, files.reference),
      current: fileOf(request.current, files.current),
      options,
      tested,
      alpha,
      columns,
    };
  });
}

function optionsOf(request: CompareRequest, files: OpenFiles): ComparisonOptions {
  const { columns, ignore, falseAlarms, tolerance } = request;
  const known = [...new Set([...files.reference.columns, ...files.current.columns].map(c => c.name))];
  for (const name of [...(columns ?? []), ...ignore]) {
    if (known.includes(name)) continue;
    const like = nearest(name, known);
    const hint = like === null ? `The columns are ${known.join(', ')}.` : `Did you mean "${like}"?`;
    throw new LeewayError('LW_USAGE', `Neither file has a column "${name}". ${hint}`);
  }
  return { falseAlarms, tolerance, rareTolerance: tolerance * rarePart, columns, ignore };
}

/** Files without a single column in common are no two states of the same data. */
function refuseStrangers({ reference, current }: CompareRequest, files: OpenFiles): void {
  const known = new Set(files.reference.columns.map(column => column.name));
  if (files.current.columns.some(column => known.has(column.name))) return;
  const listed = (table: FileTable) => {
    const names = table.columns.slice(0, 5).map(column => `"${column.name}"`);
    return `${names.join(', ')}${table.columns.length > names.length ? ', ...' : ''}`;
  };
  throw new LeewayError(
    'LW_FILE_INVALID',
    `No column could be compared: the files have none in common. ${reference} has ${listed(files.reference)}; ` +
      `${current} has ${listed(files.current)}.`,
  );
}

/** A column before it is judged, which needs to know how many there are. */
interface Prepared extends Pick<ComparedColumn, 'name' | 'verdict' | 'kind' | 'reason' | 'shape'> {
  /** null for a column without a test. */
  readonly profiled: ProfiledColumn | null;
}

async function prepare(files: OpenFiles, options: ComparisonOptions, deps: CompareDeps): Promise<Prepared[]> {
  const { columns, ignore } = options;
  const types = {
    reference: new Map(files.reference.columns.map(({ name, type }) => [name, type])),
    current: new Map(files.current.columns.map(({ name, type }) => [name, type])),
  };
  const prepared: Prepared[] = [];
  const wanted: string[] = [];
  for (const name of new Set([...types.reference.keys(), ...types.current.keys()])) {
    if (columns !== null && !columns.includes(name)) continue;
    const found = untested(types.reference.get(name), types.current.get(name));
    if (ignore.includes(name)) prepared.push(aside(name, 'ignored, as was asked for'));
    else if (found === null) wanted.push(name);
    else prepared.push({ ...aside(name, found.reason), verdict: found.verdict });
  }
  const batch = Math.min(files.reference.perRead, files.current.perRead);
  for (let from = 0; from < wanted.length; from += batch) {
    const names = wanted.slice(from, from + batch);
    const step = (done: number, text: string) => deps.progress({ done, of: wanted.length, text });
    step(from, 'reading');
    const reference = await files.reference.read(names);
    const current = await files.current.read(names);
    for (const [i, name] of names.entries()) {
      const context = {
        types: { reference: types.reference.get(name)!, current: types.current.get(name)! },
        named: columns !== null,
      };
      prepared.push(profile(name, pairOf(reference.get(name)!, current.get(name)!, context)));
      step(from + i + 1, name);
    }
  }
  return prepared;
}

/** Why a column cannot be tested, by its types alone. A column that is gone is drift: the model misses it. */
function untested(
  before: string | undefined,
  now: string | undefined,
): { readonly verdict: ColumnVerdict; readonly reason: string } | null {
  if (now === undefined) return { verdict: 'drift', reason: 'it is gone: only the reference file has it' };
  if (before === undefined) return { verdict: 'aside', reason: 'new: only the current file has it' };
  if (before === 'nested' || now === 'nested')
    return { verdict: 'aside', reason: 'it holds lists or objects, or has braces in its name' };
  const times = [before, now].filter(type => type === 'time').length;
  if (times === 2) return { verdict: 'aside', reason: 'a time' };
  return times === 0 ? null : { verdict: 'drift', reason: `its type changed: ${before} before, ${now} now` };
}

function aside(name: string, reason: string): Prepared {
  return { name, verdict: 'aside', kind: null, reason, shape: null, profiled: null };
}

function profile(name: string, pair: ColumnPair): Prepared {
  if (pair.kind === 'aside') return aside(name, pair.reason);
  if (pair.kind === 'changed')
    return {
      ...aside(name, `its type changed: ${pair.before} before, ${pair.now} now`),
      verdict: 'drift',
    };
  const { kind, reference, current } = pair;
  const base = { name, verdict: 'stable' as const, kind, reason: '' };
  if (kind === 'categorical') {
    const profiled = profileTexts(name, reference, current);
    return { ...base, profiled, shape: categoricalShape(reference, current) };
  }
  const profiled = profileNumbers(name, reference, current);
  const sides = { reference: reference.values, current: current.values };
  return { ...base, profiled, shape: numericShape(profiled, sides) };
}

function conclude(column: Prepared, alpha: number, options: ComparisonOptions): ComparedColumn {
  const { profiled, ...rest } = column;
  if (profiled === null) {
    const sentence = rest.verdict === 'drift' ? `${rest.name}: ${rest.reason}.` : '';
    return { ...rest, sentence, measured: null };
  }
  const tolerance = { body: options.tolerance, rare: options.rareTolerance };
  const { verdict, measured } = measure(profiled, { alpha, tolerance });
  return { ...rest, verdict, measured, sentence: sentenceOf(rest.name, verdict, measured) };
}

const ranks: Readonly<Record<ColumnVerdict, number>> = { drift: 0, insufficient: 1, stable: 2, aside: 3 };

/** Drifted columns by effect, those without a test first; then the others by p; names break ties. */
function worstFirst(a: ComparedColumn, b: ComparedColumn): number {
  const rank = ranks[a.verdict] - ranks[b.verdict];
  if (rank !== 0) return rank;
  const drift = a.verdict === 'drift';
  const by = (column: ComparedColumn) =>
    drift ? -(column.measured?.effect ?? 2) : (column.measured?.p ?? 2);
  return by(a) - by(b) || (a.name < b.name ? -1 : 1);
}
