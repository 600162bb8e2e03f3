import type { Check } from '../check.ts';
import { driftCheck } from './drift.ts';
import { duplicatesCheck } from './duplicates.ts';
import { errorsCheck } from './errors.ts';
import { labelCoverageCheck } from './label-coverage.ts';
import { latencyCheck } from './latency.ts';
import { measuresCheck } from './measures.ts';
import { mismatchCheck } from './mismatch.ts';
import { missingCheck } from './missing.ts';
import { objectiveCheck } from './objective.ts';
import { performanceCheck } from './performance.ts';
import { reusedCheck } from './reused.ts';
import { schemaCheck } from './schema.ts';
import { sizeCheck } from './size.ts';
import { unseenCheck } from './unseen.ts';

/**
 * Every check that compares a window with its baseline, in the order of their findings. `volume` and `blind` need
 * neither rows nor a baseline, so the detector asks them for every window.
 */
export const checks: readonly Check[] = [
  schemaCheck,
  driftCheck,
  missingCheck,
  mismatchCheck,
  unseenCheck,
  latencyCheck,
  errorsCheck,
  objectiveCheck,
  performanceCheck,
  labelCoverageCheck,
  reusedCheck,
  duplicatesCheck,
  sizeCheck,
  measuresCheck,
];
