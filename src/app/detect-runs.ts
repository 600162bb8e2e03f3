import type { Detector, DetectorDeps } from '../detect/detector.ts';
import type { Clock } from '../lib/clock.ts';
import type { JobRun, JobRunStore } from '../store/job-runs.ts';

type DetectEvents = DetectorDeps['events'];

/** A stream that goes on failing is written down this often, milliseconds. */
const repeatEvery = 60_000;

/**
 * Keeps a record of judging for each model, for `leeway jobs`: that it fails, and that it works again. A model fails as
 * long as it does in any environment.
 */
export function createDetectRuns(deps: {
  readonly events: DetectEvents;
  readonly runs: Pick<JobRunStore, 'append'>;
  readonly clock: Pick<Clock, 'now'>;
}): { readonly events: DetectEvents; keeping(detector: Detector): Detector } {
  const { events, runs, clock } = deps;
  const failing = new Map<string, Map<string, string>>();
  const written = new Map<string, { readonly outcome: string; readonly at: number }>();
  const pending: JobRun[] = [];
  const note = ({ job, model, environment = '', outcome, seconds, detail }: Finished) => {
    if (outcome === 'skipped') return;
    const broken = failing.get(model) ?? new Map<string, string>();
    failing.set(model, broken);
    if (outcome === 'failed') broken.set(environment, detail);
    else broken.delete(environment);
    const now = clock.now();
    const state = broken.size > 0 ? 'failed' : 'done';
    const last = written.get(model);
    if (last?.outcome === state && (state === 'done' || now - last.at < repeatEvery)) return;
    written.set(model, { outcome: state, at: now });
    const why = [...broken].map(([name, text]) => `${name}: ${text}`).join('; ');
    pending.push({ job, model, started: now - seconds * 1000, finished: now, outcome: state, detail: why });
  };
  return {
    events: {
      windowJudged: window => events.windowJudged(window),
      jobFinished: event => {
        events.jobFinished(event);
        note(event);
      },
    },
    keeping: detector => ({
      tick: async request => {
        const judged = await detector.tick(request);
        const noted = pending.splice(0);
        // The log and the metrics have said it; the next failure is written again.
        if (noted.length > 0)
          await runs.append(noted).catch(() => noted.map(run => written.delete(run.model)));
        return judged;
      },
    }),
  };
}

type Finished = Parameters<DetectEvents['jobFinished']>[0];
