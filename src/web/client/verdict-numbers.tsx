import type { ComponentChildren } from 'preact';
import type { Distribution, FindingEntry, SideCounts } from './answers.ts';
import { count, effectText, probability, quantity, share } from './format.ts';
import { type PagingRule, pagingRule, pagingTolerance } from './paging.ts';
import { calibrationText, detailNumber, fitText, placeText } from './verdict-words.ts';

interface Props {
  readonly finding: FindingEntry;
  readonly distribution: Distribution | null;
}

/** Everything a person needs to check a verdict by hand. */
export function VerdictNumbers({ finding, distribution }: Props) {
  const { check, detail } = finding;
  const place = placeText(detail);
  const calibration = calibrationText(finding);
  return (
    <>
      <dl class="numbers">
        <Measured finding={finding} />
        <Entry name={check === 'performance' ? 'Loss' : 'Effect'}>
          {effectText(check, finding.effect)}
          {finding.effectLow !== null && finding.effectHigh !== null && (
            <span class="muted">
              {' '}
              ({effectText(check, finding.effectLow)} to {effectText(check, finding.effectHigh)})
            </span>
          )}
          {place !== null && <span class="sub">{place}</span>}
        </Entry>
        <Entry name="Tolerance">
          {effectText(check, finding.tolerance)}
          {detail['part'] === 'body' && <span class="muted"> body of the distribution</span>}
          {detail['part'] === 'rare' && <span class="muted"> for what is rare</span>}
          <span class="sub">{pagingText(finding)}</span>
        </Entry>
        {finding.p !== null && (
          <Entry name="p">
            {probability(finding.p)}
            <span class="muted">
              {' '}
              {significance(finding)} alpha {probability(finding.alpha)}
            </span>
          </Entry>
        )}
        <Entry name="Rows">
          {count(finding.n)} <span class="muted">against {count(finding.nReference)} in the baseline</span>
        </Entry>
        <Missing finding={finding} distribution={distribution} />
        {finding.smallestDetectable !== null && (
          <Entry name="Smallest detectable">
            {check === 'performance'
              ? `a loss of ${share(finding.smallestDetectable)}`
              : `a shift of ${share(finding.smallestDetectable)} of the rows`}
          </Entry>
        )}
        <Entry name="Baseline">{finding.baseline === 0 ? 'none' : finding.baseline}</Entry>
        {finding.p !== null && check !== 'volume' && check !== 'performance' && (
          <Entry name="Fit of the noise">{fitText(finding)}</Entry>
        )}
      </dl>
      {calibration !== null && <p class="calibration">{calibration}</p>}
    </>
  );
}

/** What was measured on labelled rows, with its limits, beside the baseline's. */
function Measured({ finding: { check, detail } }: Pick<Props, 'finding'>) {
  const [value, low, high, before] = ['value', 'valueLow', 'valueHigh', 'reference'].map(name =>
    detailNumber(detail, name),
  );
  if (check !== 'performance' || value == null) return null;
  return (
    <Entry name="Measured">
      {quantity(value)}
      {low != null && high != null && (
        <span class="muted">
          {' '}
          ({quantity(low)} to {quantity(high)})
        </span>
      )}
      {before != null && <span class="sub">baseline {quantity(before)}</span>}
    </Entry>
  );
}

export function Entry({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const ruleWords: Readonly<Record<Exclude<PagingRule, 'effect'>, string>> = {
  verdict: 'pages by its verdict',
  'not-yet': 'does not page in windows of this length yet',
  never: 'does not page',
};

function pagingText(finding: FindingEntry): string {
  const rule = pagingRule(finding);
  return rule === 'effect'
    ? `pages from ${effectText(finding.check, pagingTolerance(finding))}`
    : ruleWords[rule];
}

function significance({ p, alpha }: FindingEntry): string {
  if (p === null || alpha === null) return 'against';
  return p <= alpha ? 'inside' : 'above';
}

/** Missing values in the window and in the baseline: the finding's own shares, else those of the distribution. */
function Missing({ finding, distribution }: Props) {
  const own = detailNumber(finding.detail, 'missing');
  const now = own ?? partOf(distribution?.current);
  const then =
    own === null ? partOf(distribution?.reference) : detailNumber(finding.detail, 'missingReference');
  if (now === null || then === null) return null;
  const { nNan = 0, nMismatch = 0 } = distribution?.current ?? {};
  return (
    <Entry name="Missing">
      {share(now)} <span class="muted">baseline {share(then)}</span>
      {nNan + nMismatch > 0 && (
        <span class="sub">
          {count(nNan)} not a number, {count(nMismatch)} of another type
        </span>
      )}
    </Entry>
  );
}

const partOf = (side: SideCounts | undefined) =>
  side !== undefined && side.n > 0 ? side.nMissing / side.n : null;
