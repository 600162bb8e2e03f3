import type { AddCommand } from '../command.ts';
import { baseline } from './baseline.ts';
import { checkConfigFile } from './check-config.ts';
import { findings } from './findings.ts';
import { models } from './models.ts';
import { rejects } from './rejects.ts';
import { retrain } from './retrain.ts';
import { start } from './start.ts';
import { status } from './status.ts';

/** Every command, in the order of --help. */
export const commands: readonly AddCommand[] = [
  start,
  checkConfigFile,
  status,
  models,
  findings,
  baseline,
  retrain,
  rejects,
];
