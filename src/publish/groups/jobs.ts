import { type Group, other } from '../group.ts';
import { counter, gauge } from '../metric.ts';

/** Whether the scheduled work is done. Times are timestamps, so that the age is told by the scrape. */
export const createJobs: Group = ({ registry, clock, models }) => {
  const labelNames = ['job', 'model'] as const;
  const success = gauge(
    registry,
    'leeway_job_last_success_timestamp_seconds',
    'When a job last did its work.',
    labelNames,
  );
  const last = gauge(
    registry,
    'leeway_job_last_run_timestamp_seconds',
    'When a job last ended, well or not.',
    labelNames,
  );
  const duration = gauge(
    registry,
    'leeway_job_last_duration_seconds',
    'How long the last run of a job took.',
    labelNames,
  );
  const outcomes = counter(registry, 'leeway_job_runs_total', 'Runs of jobs by outcome.', [
    ...labelNames,
    'outcome',
  ]);
  return {
    jobFinished: e => {
      const model = e.model === '' ? '' : (models.admit(e.model) ?? other);
      const labels = { job: e.job, model };
      for (const outcome of ['done', 'failed', 'skipped']) outcomes.inc({ ...labels, outcome }, 0);
      outcomes.inc({ ...labels, outcome: e.outcome });
      if (e.outcome === 'skipped') return;
      const now = clock.now() / 1000;
      last.set(labels, now);
      duration.set(labels, e.seconds);
      if (e.outcome === 'done') success.set(labels, now);
    },
  };
};
