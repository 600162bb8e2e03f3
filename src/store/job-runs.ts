import type { Database } from './database.ts';

/** One run of a job; `model` is '' for jobs that are not about a model. Times are epoch milliseconds. */
export interface JobRun {
  readonly job: string;
  readonly model: string;
  readonly started: number;
  readonly finished: number;
  readonly outcome: 'done' | 'failed' | 'skipped';
  readonly detail: string;
}

/** The last run of a job, and when it last succeeded (0 = never). */
export interface LatestJobRun extends JobRun {
  readonly lastSuccess: number;
}

export interface JobRunStore {
  append(runs: readonly JobRun[]): Promise<void>;
  /** The latest run of every job and model. */
  latest(): Promise<LatestJobRun[]>;
}

export function createJobRunStore({ database, db }: { database: Database; db: string }): JobRunStore {
  return {
    append: runs =>
      database.insertRows(
        `${db}.job_runs`,
        runs.map(({ job, model, started, finished, outcome, detail }) => ({
          job,
          model,
          started: Math.round(started),
          finished: Math.round(finished),
          outcome,
          detail,
        })),
      ),
    latest: async () => {
      const rows = await database.rows<Record<keyof LatestJobRun, string>>(
        `SELECT job, model, toUnixTimestamp64Milli(max(j.started)) AS started,
           toUnixTimestamp64Milli(argMax(j.finished, j.started)) AS finished,
           argMax(j.outcome, j.started) AS outcome, argMax(j.detail, j.started) AS detail,
           maxIf(toUnixTimestamp64Milli(j.finished), j.outcome = 'done') AS lastSuccess
         FROM ${db}.job_runs AS j GROUP BY job, model ORDER BY job, model`,
      );
      return rows.map(row => ({
        job: row.job,
        model: row.model,
        started: Number(row.started),
        finished: Number(row.finished),
        outcome: row.outcome as JobRun['outcome'],
        detail: row.detail,
        lastSuccess: Number(row.lastSuccess),
      }));
    },
  };
}
