/** What stands behind a verdict, in words. */
import type { Calibration } from '../../domain/finding.ts';
import type { FindingEntry } from './answers.ts';
import { day, hours, moment, quantity, share } from './format.ts';
import { isNoisy, pagingRule } from './paging.ts';

type Detail = FindingEntry['detail'];

/** A number of a finding's detail; null where there is none. */
export function detailNumber(detail: Detail, name: string): number | null {
  const value = detail[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export interface Component {
  readonly name: string;
  readonly words: string;
  readonly p: number;
  /** The level it has to reach: its part of alpha. */
  readonly level: number | null;
  readonly decided: boolean;
}

const componentWords: Readonly<Record<string, string>> = {
  z1: 'Location: higher or lower values',
  z2: 'Spread: wider or narrower',
  z3: 'Skew: lopsided',
  z4: 'Kurtosis: middle against both ends',
  tail: 'Tails: the most extreme values',
  local: 'Shape: bumps and gaps',
  null: 'Missing values',
  atom: 'The dominant value',
  cell: 'A single category',
  omnibus: 'All categories together',
};
/** Share of alpha of each part, of the numeric test and of the categorical one; a test keeps them the library's. */
export const componentWeights: Readonly<Record<string, number>> = {
  z1: 0.3,
  z2: 0.15,
  z3: 0.05,
  z4: 0.05,
  tail: 0.15,
  local: 0.15,
  null: 0.15,
  atom: 0.3,
  cell: 0.5,
  omnibus: 0.5,
};

/** The parts of a test, in the order they were computed, each with its part of alpha; [] where a check has none. */
export function componentsOf({
  detail,
  alpha,
}: Pick<FindingEntry, 'detail' | 'alpha'>): readonly Component[] {
  const found = detail['components'];
  if (typeof found !== 'object' || found === null) return [];
  const known = Object.entries(found).filter((e): e is [string, number] => typeof e[1] === 'number');
  const total = known.reduce((sum, [name]) => sum + (componentWeights[name] ?? 0), 0);
  return known.map(([name, p]) => {
    const weight = componentWeights[name];
    return {
      name,
      words: componentWords[name] ?? name,
      p,
      level: alpha === null || weight === undefined ? null : (alpha * weight) / total,
      decided: name === detail['by'],
    };
  });
}

/** Where the effect lies: "more rows at 48,750 and above (31 % of the baseline's rows)"; null when nowhere. */
export function placeText(detail: Detail): string | null {
  const place = categoryText(detail['category']) ?? intervalText(detail['interval']);
  const direction = detailNumber(detail, 'direction') ?? 0;
  if (place === null || direction === 0) return null;
  const before = detailNumber(detail, 'referenceShare');
  const part = before === null ? '' : ` (${share(before)} of the baseline's rows)`;
  return `${direction > 0 ? 'more' : 'fewer'} rows ${place}${part}`;
}

function categoryText(category: unknown): string | null {
  if (typeof category !== 'string') return null;
  if (category === '(missing)') return 'without a value';
  return category === '(unseen)' ? 'in values the baseline does not list' : `in “${category}”`;
}

function intervalText(interval: unknown): string | null {
  if (typeof interval !== 'object' || interval === null) return null;
  const low = detailNumber(interval as Detail, 'low');
  const high = detailNumber(interval as Detail, 'high');
  if (low === null) return high === null ? null : `below ${quantity(high)}`;
  return high === null ? `at ${quantity(low)} and above` : `from ${quantity(low)} to ${quantity(high)}`;
}

/** The state of calibration as one word with its meaning. */
export const calibrationWords: Readonly<Record<Calibration, string>> = {
  learning: 'Learning',
  provisional: 'Provisional',
  calibrated: 'Calibrated',
};

/** What the state of calibration means for this finding, with dates; null for a check that has no p. */
export function calibrationText(finding: FindingEntry): string | null {
  const { check, calibration, detail, windowSeconds } = finding;
  if (finding.p === null) return null;
  const weeks = detailNumber(detail, 'weeks');
  if (check === 'volume')
    return weeks === null ? null : `Held against the same hours of the week in ${weeks} earlier weeks.`;
  const end = (finding.windowStart + windowSeconds) * 1000;
  const from = detailNumber(detail, 'calibratedFrom');
  const later = from !== null && from > end ? from : null;
  const until = later === null ? '' : ` Calibrated from ${dayAndTime(later)}.`;
  if (calibration === 'calibrated')
    return 'Calibrated: held against 28 days or more of what this stream does by itself.';
  if (calibration === 'provisional')
    return `Provisional: held against 7 to 28 days of what this stream does by itself. May page, orders no retraining.${until}`;
  if (isNoisy(finding)) return learningText(finding, later, end);
  if (pagingRule(finding) === 'never') return null;
  return `Rows count as independent. ${checkPages(check)} in windows of every length.`;
}

function learningText(finding: FindingEntry, later: number | null, end: number): string {
  const rule = 'pages in windows of 24 h and longer, at twice the paging tolerance';
  const own = hours(finding.windowSeconds);
  const lead = `Learning, rows count as independent: ${rule}`;
  if (later === null)
    return `${lead}. 28 days of history are there, but nothing could be fitted for this subject: it has too few rows of its own.`;
  const pagesFrom = detailNumber(finding.detail, 'pagesFrom');
  const short = pagingRule(finding) === 'not-yet';
  if (!short) return `${lead}. Windows of ${own} are calibrated from ${dayAndTime(later)}.`;
  const starts =
    pagesFrom !== null && pagesFrom > end
      ? `page from ${dayAndTime(pagesFrom)}`
      : 'page once the noise is fitted';
  return `${lead}; windows of ${own} ${starts}, calibrated from ${dayAndTime(later)}.`;
}

const checkPages = (check: string) => (check === 'errors' ? 'Pages by its verdict' : 'Pages');

/** `12 Dec 14:00 UTC`. */
const dayAndTime = (at: number) => `${moment(at)}\u00a0UTC`;

/** Which fit of the stream's noise was used. */
export function fitText({ noiseVersion }: Pick<FindingEntry, 'noiseVersion'>): string {
  if (!(noiseVersion > 0)) return 'none, rows count as independent';
  const at = noiseVersion * 86_400_000;
  return `history before ${day(at)} ${new Date(at).getUTCFullYear()}`;
}
