import type { Election } from '../elect/election.ts';
import type { StatusReader } from '../http/ports.ts';
import type { Source } from '../source/ports.ts';
import type { Intake } from '../store/intake.ts';
import type { Storage } from './storage.ts';

/** What the service says about itself. */
export function createStatusReader(deps: {
  readonly storage: Storage;
  readonly intake: Pick<Intake, 'healthy' | 'full'> | null;
  readonly sources: () => readonly Source[];
  readonly stopping: () => boolean;
  readonly election: Pick<Election, 'shared' | 'term' | 'sentence'>;
}): StatusReader {
  const { storage } = deps;
  return {
    rejects: ({ reason, source, limit }) =>
      storage.rejects.list({
        limit,
        ...(reason === null ? {} : { reason }),
        ...(source === null ? {} : { source }),
      }),
    rejectCounts: async () =>
      Object.fromEntries((await storage.rejects.counts()).map(({ reason, n }) => [reason, n])),
    jobs: async limit =>
      [...(await storage.jobRuns.latest())].sort((a, b) => b.started - a.started).slice(0, limit),
    progress: () => storage.progress.all(),
    leadership: () =>
      deps.election.shared ? { leader: deps.election.term !== null, election: deps.election.sentence } : null,
    unready: () => {
      const reasons: string[] = [];
      if (deps.stopping()) reasons.push('the service is stopping');
      if (deps.intake !== null && !deps.intake.healthy)
        reasons.push('the store is away: rows wait, sources are paused, nothing is dropped');
      if (deps.intake?.full === true) reasons.push('too many rows wait for the store');
      for (const { name, state } of deps.sources()) {
        if (state === 'crashed') reasons.push(`source ${name} has crashed`);
        if (state === 'starting')
          reasons.push(`source ${name} is starting: it has not begun to read yet, the log says why`);
      }
      return reasons;
    },
  };
}
