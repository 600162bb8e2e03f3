/**
 * From which effect a finding pages, by the default policy. The rules are those of the service's own policy; a test
 * holds both together on a grid of findings.
 */
import type { FindingEntry } from './answers.ts';

/** Least effect that pages, by check; the checks that page by their verdict; those that need the stream's noise. */
const effects: Readonly<Record<string, number>> = { drift: 0.1, missing: 0.02, mismatch: 0.02, unseen: 0.02 };
const byVerdict: ReadonlySet<string> = new Set([
  'schema',
  'errors',
  'latency',
  'volume',
  'objective',
  'performance',
]);
const noisy: ReadonlySet<string> = new Set(['drift', 'latency']);
const rare = { effect: 0.02, share: 0.02 };
/** While the noise is learnt: only windows this long, and this many times the usual effect. */
const pooledSeconds = 86_400;
const learningFactor = 2;

type Judged = Pick<
  FindingEntry,
  | 'check'
  | 'verdict'
  | 'calibration'
  | 'windowSeconds'
  | 'effect'
  | 'tolerance'
  | 'p'
  | 'alpha'
  | 'detail'
  | 'version'
  | 'segment'
>;

/** `effect`: above its paging tolerance; `verdict`: whenever it says drift; `not-yet`: at no effect, for now. */
export type PagingRule = 'effect' | 'verdict' | 'not-yet' | 'never';

/** How a finding of this check, window length and state of calibration comes to page. */
export function pagingRule(
  finding: Pick<Judged, 'check' | 'calibration' | 'windowSeconds' | 'version' | 'segment'>,
): PagingRule {
  const { check } = finding;
  if (finding.version !== '' || finding.segment !== '') return 'never';
  const verdictOnly = pagesByVerdict(check);
  if (effects[check] === undefined && !verdictOnly) return 'never';
  if (isNoisy(finding)) return finding.windowSeconds < pooledSeconds ? 'not-yet' : 'effect';
  return verdictOnly ? 'verdict' : 'effect';
}

/** The effect it takes to page; null where the check has no tolerance. It says nothing where the rule is not `effect`. */
export function pagingTolerance(
  finding: Pick<Judged, 'check' | 'calibration' | 'tolerance' | 'detail'>,
): number | null {
  const usual = isRare(finding) ? rare.effect : (effects[finding.check] ?? finding.tolerance);
  return usual !== null && isNoisy(finding) ? learningFactor * usual : usual;
}

/** Whether somebody is told of this finding. */
export function pages(finding: Judged): boolean {
  const { verdict, effect, p, alpha } = finding;
  const rule = pagingRule(finding);
  // No rows where rows were expected is as loud as too few of them.
  if (verdict === 'no-data')
    return rule !== 'never' && pagesByVerdict(finding.check) && p !== null && alpha !== null && p <= alpha;
  if (verdict !== 'drift') return false;
  const tolerance = pagingTolerance(finding);
  return (
    rule === 'verdict' || (rule === 'effect' && effect !== null && tolerance !== null && effect >= tolerance)
  );
}

const pagesByVerdict = (check: string) => byVerdict.has(check) || isOwnMeasure(check);

/** A measure and threshold of the user's own: `drift:psi`. */
export const isOwnMeasure = (check: string) => check.startsWith('drift:');

/** Judged before the noise of its stream was known, by a check that needs to know it. */
export function isNoisy({ check, calibration }: Pick<Judged, 'check' | 'calibration'>): boolean {
  return calibration === 'learning' && noisy.has(check);
}

function isRare({ check, detail }: Pick<Judged, 'check' | 'detail'>): boolean {
  const share = detail['referenceShare'];
  return check === 'drift' && detail['part'] === 'rare' && typeof share === 'number' && share <= rare.share;
}
