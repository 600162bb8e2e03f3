import type { ComponentChildren } from 'preact';
import type { Distribution, FindingEntry, SideCounts } from './answers.ts';
import { count, effectText, probability, share } from './format.ts';
import { pagingTolerance } from './verdict.ts';

interface Props {
  readonly finding: FindingEntry;
  readonly distribution: Distribution | null;
}

const calibrationWords: Readonly<Record<string, string>> = {
  learning: 'not fitted: rows count as independent',
  provisional: 'provisional (7 to 28 days of noise known)',
  calibrated: 'calibrated (28 days of noise known)',
};

/** Everything a person needs to check a verdict by hand. */
export function VerdictNumbers({ finding, distribution }: Props) {
  const { check } = finding;
  return (
    <dl class="numbers">
      <Entry name="Effect">
        {effectText(check, finding.effect)}
        {finding.effectLow !== null && finding.effectHigh !== null && (
          <span class="muted">
            {' '}
            ({effectText(check, finding.effectLow)} to {effectText(check, finding.effectHigh)})
          </span>
        )}
      </Entry>
      <Entry name="Tolerance">
        {effectText(check, finding.tolerance)}
        <span class="muted"> pages from {effectText(check, pagingTolerance(finding))}</span>
      </Entry>
      <Entry name="p">
        {probability(finding.p)}
        <span class="muted">
          {' '}
          {significance(finding)} alpha {probability(finding.alpha)}
        </span>
      </Entry>
      <Entry name="Rows">
        {count(finding.n)} <span class="muted">against {count(finding.nReference)} in the baseline</span>
      </Entry>
      {distribution !== null && <Entry name="Missing">{missing(distribution)}</Entry>}
      <Entry name="Could have seen">
        {finding.smallestDetectable === null
          ? '–'
          : `a shift of ${share(finding.smallestDetectable)} of the rows`}
      </Entry>
      <Entry name="Baseline">{finding.baseline === 0 ? 'none' : finding.baseline}</Entry>
      <Entry name="Noise">{calibrationWords[finding.calibration] ?? finding.calibration}</Entry>
    </dl>
  );
}

function Entry({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function significance({ p, alpha }: FindingEntry): string {
  if (p === null || alpha === null) return 'against';
  return p <= alpha ? 'inside' : 'above';
}

function missing({ reference, current }: Distribution) {
  const odd = current.nNan + current.nMismatch;
  return (
    <>
      {part(current, current.nMissing)}{' '}
      <span class="muted">baseline {part(reference, reference.nMissing)}</span>
      {odd > 0 && (
        <span class="muted">
          {' · '}
          {count(current.nNan)} not a number, {count(current.nMismatch)} of another type
        </span>
      )}
    </>
  );
}

const part = (side: SideCounts, n: number) => (side.n > 0 ? share(n / side.n) : '–');
