import type { Route } from '../route.ts';
import { activations } from './activations.ts';
import { alerts } from './alerts.ts';
import { arm } from './arm.ts';
import { baselineHistory } from './baseline-history.ts';
import { baselines } from './baselines.ts';
import { createBaseline } from './create-baseline.ts';
import { distribution } from './distribution.ts';
import { doctor } from './doctor.ts';
import { dump } from './dump.ts';
import { erasures } from './erasures.ts';
import { exportRows } from './export.ts';
import { files } from './files.ts';
import { findings } from './findings.ts';
import { health, ready } from './health.ts';
import { inferences } from './inferences.ts';
import { jobs } from './jobs.ts';
import { labels } from './labels.ts';
import { metrics } from './metrics.ts';
import { model } from './model.ts';
import { models } from './models.ts';
import { openapi } from './openapi.ts';
import { orders } from './orders.ts';
import { progress } from './progress.ts';
import { reingest } from './reingest.ts';
import { rejects } from './rejects.ts';
import { retrainingEvents } from './retraining-events.ts';
import { status } from './status.ts';
import { windows } from './windows.ts';

/** Every route. */
export const routes: readonly Route[] = [
  inferences,
  labels,
  files,
  models,
  model,
  findings,
  windows,
  distribution,
  exportRows,
  dump,
  reingest,
  erasures,
  baselines,
  createBaseline,
  baselineHistory,
  activations,
  arm,
  alerts,
  orders,
  retrainingEvents,
  rejects,
  jobs,
  progress,
  doctor,
  status,
  health,
  ready,
  metrics,
  openapi,
];
