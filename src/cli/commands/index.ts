import type { AddCommand } from '../command.ts';
import { baseline } from './baseline.ts';
import { checkConfigFile } from './check-config.ts';
import { compare } from './compare.ts';
import { findings } from './findings.ts';
import { models } from './models.ts';
import { rejects } from './rejects.ts';
import { retrain } from './retrain.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { vectors } from './vectors.ts';

/** Every command, in the order of --help. */
export const commands: readonly AddCommand[] = [
  start,
  checkConfigFile,
  compare,
  status,
  models,
  findings,
  baseline,
  retrain,
  rejects,
  vectors,
];
