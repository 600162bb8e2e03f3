import type { Route } from '../route.ts';
import { activations } from './activations.ts';
import { alerts } from './alerts.ts';
import { arm } from './arm.ts';
import { baselines } from './baselines.ts';
import { createBaseline } from './create-baseline.ts';
import { distribution } from './distribution.ts';
import { exportRows } from './export.ts';
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
import { rejects } from './rejects.ts';
import { retrainingEvents } from './retraining-events.ts';

/** Every route. */
export const routes: readonly Route[] = [
  inferences,
  labels,
  models,
  model,
  findings,
  distribution,
  exportRows,
  baselines,
  createBaseline,
  activations,
  arm,
  alerts,
  orders,
  retrainingEvents,
  rejects,
  jobs,
  progress,
  health,
  ready,
  metrics,
  openapi,
];
