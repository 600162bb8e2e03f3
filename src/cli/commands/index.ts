import type { AddCommand } from '../command.ts';
import { ack } from './ack.ts';
import { alerts } from './alerts.ts';
import { backtest } from './backtest.ts';
import { baseline } from './baseline.ts';
import { channels } from './channels.ts';
import { checkConfigFile } from './check-config.ts';
import { compare } from './compare.ts';
import { completion } from './completion.ts';
import { deliveries } from './deliveries.ts';
import { doctor } from './doctor.ts';
import { erase } from './erase.ts';
import { exportStore } from './export.ts';
import { findings } from './findings.ts';
import { importStore } from './import.ts';
import { ingest } from './ingest.ts';
import { jobs } from './jobs.ts';
import { keys } from './keys.ts';
import { models } from './models.ts';
import { notify } from './notify.ts';
import { pause, resume } from './pause.ts';
import { progress } from './progress.ts';
import { reingest } from './reingest.ts';
import { rejects } from './rejects.ts';
import { retrain } from './retrain.ts';
import { silence } from './silence.ts';
import { simulate } from './simulate.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { vectors } from './vectors.ts';
import { windows } from './windows.ts';

/** Every command, in the order of --help. */
export const commands: readonly AddCommand[] = [
  start,
  checkConfigFile,
  compare,
  ingest,
  reingest,
  exportStore,
  importStore,
  status,
  doctor,
  models,
  findings,
  windows,
  backtest,
  alerts,
  ack,
  silence,
  pause,
  resume,
  notify,
  baseline,
  retrain,
  channels,
  deliveries,
  rejects,
  progress,
  jobs,
  erase,
  keys,
  simulate,
  vectors,
  completion,
];
