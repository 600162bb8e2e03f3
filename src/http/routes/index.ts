import type { Route } from '../route.ts';
import { acknowledge } from './acknowledge.ts';
import { activations } from './activations.ts';
import { alertList } from './alert-list.ts';
import { alertmanager } from './alertmanager.ts';
import { alerts } from './alerts.ts';
import { arm } from './arm.ts';
import { backtest } from './backtest.ts';
import { baselineHistory } from './baseline-history.ts';
import { baselines } from './baselines.ts';
import { createBaseline } from './create-baseline.ts';
import { deliveries } from './deliveries.ts';
import { distribution } from './distribution.ts';
import { doctor } from './doctor.ts';
import { dump } from './dump.ts';
import { episodes } from './episodes.ts';
import { erasures } from './erasures.ts';
import { exportRows } from './export.ts';
import { files } from './files.ts';
import { findings } from './findings.ts';
import { health, ready } from './health.ts';
import { inferences } from './inferences.ts';
import { jobs } from './jobs.ts';
import { labels } from './labels.ts';
import { metrics } from './metrics.ts';
import { registryEvents, registryWebhook } from './mlflow.ts';
import { model } from './model.ts';
import { models } from './models.ts';
import { openapi } from './openapi.ts';
import { cancelOrder, orderLife, orders } from './orders.ts';
import { pause } from './pause.ts';
import { progress } from './progress.ts';
import { promoteOrder } from './promote-order.ts';
import { receiverTest } from './receiver-test.ts';
import { receivers } from './receivers.ts';
import { reingest } from './reingest.ts';
import { rejects } from './rejects.ts';
import { retrain, retrainingOverview, stopRetraining } from './retrain.ts';
import { retrainingEvents } from './retraining-events.ts';
import { silences } from './silences.ts';
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
  backtest,
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
  alertList,
  episodes,
  acknowledge,
  pause,
  silences,
  receivers,
  receiverTest,
  deliveries,
  orders,
  orderLife,
  cancelOrder,
  promoteOrder,
  retrain,
  retrainingOverview,
  stopRetraining,
  alertmanager,
  retrainingEvents,
  registryWebhook,
  registryEvents,
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
