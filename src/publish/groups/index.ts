import type { Group } from '../group.ts';
import { createAccessGroup } from './access.ts';
import { createAct } from './act.ts';
import { createElection } from './election.ts';
import { createFindings } from './findings.ts';
import { createIngest } from './ingest.ts';
import { createJobs } from './jobs.ts';
import { createProfiling } from './profiling.ts';
import { createRequests } from './requests.ts';
import { createRetrainingGroup } from './retraining.ts';
import { createService } from './service.ts';
import { createSources } from './sources.ts';
import { createStore } from './store.ts';

/** Every metric group. */
export const groups: readonly Group[] = [
  createRequests,
  createFindings,
  createIngest,
  createSources,
  createStore,
  createProfiling,
  createJobs,
  createElection,
  createAct,
  createRetrainingGroup,
  createService,
  createAccessGroup,
];
