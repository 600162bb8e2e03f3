import type { FindingEntry } from './answers.ts';
import { PlainTable } from './data-table.tsx';
import { count, quantity, share } from './format.ts';
import { measureTitle } from './measure-words.ts';
import { isOwnMeasure } from './paging.ts';
import { formatRoute, type ModelRoute } from './route.ts';
import { StateMark } from './state-mark.tsx';
import { verdictLook } from './verdict.ts';
import { Entry } from './verdict-numbers.tsx';
import { detailNumber } from './verdict-words.ts';

const titleOf = ({ check }: FindingEntry) => measureTitle(check.slice('drift:'.length));

/** Measures with thresholds of the user's own on one subject, beside the calibrated verdict. */
export function OwnMeasures({
  findings,
  route,
}: {
  readonly findings: readonly FindingEntry[];
  readonly route: ModelRoute;
}) {
  const own = findings.filter(f => isOwnMeasure(f.check) && f.version === '' && f.segment === '');
  if (own.length === 0) return null;
  return (
    <>
      <h3>Your own measures</h3>
      <p class="hint">Uncalibrated: their thresholds are yours and stand outside the false-alarm budget.</p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Your own measures">
        <PlainTable
          caption="Measures with thresholds of your own on this subject in this window, uncalibrated"
          columns={[
            { name: 'Measure' },
            { name: 'Verdict' },
            { name: 'Value', numeric: true },
            { name: 'Fires', numeric: true },
            { name: 'By chance', numeric: true },
          ]}
          rows={own.map(f => [
            <a key="m" href={formatRoute({ ...route, check: f.check })}>
              {titleOf(f)}
            </a>,
            <StateMark key="v" look={verdictLook(f.verdict)} />,
            quantity(f.effect),
            thresholdText(f),
            chanceText(f),
          ])}
        />
      </div>
    </>
  );
}

/** The numbers of one such finding, in place of those of a calibrated verdict. */
export function OwnMeasureNumbers({ finding }: { readonly finding: FindingEntry }) {
  return (
    <>
      <dl class="numbers">
        <Entry name={titleOf(finding)}>{quantity(finding.effect)}</Entry>
        <Entry name="Threshold">fires {thresholdText(finding)}</Entry>
        <Entry name="Fires by chance">
          {chanceText(finding)}
          <span class="sub">of windows of this size with nothing changed</span>
        </Entry>
        <Entry name="Rows">
          {count(finding.n)} <span class="muted">against {count(finding.nReference)} in the baseline</span>
        </Entry>
        <Entry name="Baseline">{finding.baseline === 0 ? 'none' : finding.baseline}</Entry>
        <Entry name="Calibration">Uncalibrated</Entry>
      </dl>
      <p class="calibration">
        Uncalibrated: the threshold is set in the configuration. It judges beside the calibrated test, takes
        no part in the false-alarm budget, and pages by its verdict. The chance of firing holds for
        independent rows.
      </p>
    </>
  );
}

const thresholdText = ({ tolerance, detail }: FindingEntry) =>
  `${detail['alarmsWhen'] === 'below' ? 'below' : 'above'} ${quantity(tolerance)}`;

function chanceText({ detail }: FindingEntry): string {
  const chance = detailNumber(detail, 'chance');
  return `${chance !== null && detail['chanceAtMost'] === true ? 'at most ' : ''}${share(chance)}`;
}
