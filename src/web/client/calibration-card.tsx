import type { LengthCalibration, ModelDetail } from './answers.ts';
import { PlainTable } from './data-table.tsx';
import { hours, machineTime, moment } from './format.ts';
import { Limits } from './limits.tsx';
import { calibrationWords } from './verdict-words.ts';

/** From when drift and latency can page, by window length, and what verdicts can and cannot say. */
export function CalibrationCard({ detail, now }: { readonly detail: ModelDetail; readonly now: number }) {
  const judged = detail.baselines.some(b => b.active);
  return (
    <section class="card" aria-labelledby="calibration">
      <h2 id="calibration">From when drift and latency can page</h2>
      <p class="muted">
        They are held against what the stream does by itself, which takes 7 and 28 days of its history to
        learn. The other checks page in windows of every length as soon as there is a baseline.
      </p>
      <PlainTable
        stack
        caption="Calibration by window length, times in UTC"
        columns={[
          { name: 'Windows' },
          { name: 'Noise of the stream' },
          { name: 'Drift and latency page (UTC)' },
          { name: 'Calibrated, may order a retraining (UTC)' },
        ]}
        rows={detail.calibration.map(each => [
          hours(each.windowSeconds),
          calibrationWords[each.calibration] ?? each.calibration,
          pagesText(each, judged, now),
          <From key="c" at={each.calibratedFrom} now={now} />,
        ])}
      />
      <Limits />
    </section>
  );
}

function pagesText({ calibration, pagesFrom }: LengthCalibration, judged: boolean, now: number) {
  if (pagesFrom > now) return <From at={pagesFrom} now={now} />;
  if (!judged) return 'with the first baseline';
  return calibration === 'learning' ? 'yes, at twice the usual effect until calibrated' : 'yes';
}

function From({ at, now }: { readonly at: number; readonly now: number }) {
  const time = <time dateTime={machineTime(at)}>{moment(at)}</time>;
  return at > now ? <span>from {time}</span> : <span>since {time}</span>;
}
