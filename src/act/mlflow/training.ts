import { LeewayError } from '../../lib/errors.ts';
import { chooseFile, folderOf } from './artifact.ts';
import type { BaselineFormat, Registry } from './ports.ts';
import type { RegistryRules } from './refresh.ts';
import { RegistryRefusal } from './registry.ts';

/** The rows that a version was trained on, as its run keeps them. */
export interface TrainingFile {
  readonly path: string;
  readonly format: BaselineFormat;
  readonly body: Uint8Array;
}

/** A version of a model of Leeway, and the largest file that is taken, bytes. */
export interface TrainingWish {
  readonly model: string;
  readonly version: string;
  readonly mostBytes: number;
}

/**
 * The agreed file of a version. Null when the registry has no such version or no such file, or when the version is a
 * name of the trainer's own. Throws LeewayError: LW_REGISTRY_AWAY when it cannot be asked now, LW_REGISTRY_BASELINE when
 * it refuses or the file is too large.
 */
export async function trainingFile(
  registry: Registry,
  rules: Pick<RegistryRules, 'models' | 'artifact'>,
  { model, version, mostBytes }: TrainingWish,
): Promise<TrainingFile | null> {
  // Versions of a registry are numbers; it refuses anything else.
  if (!/^[1-9]\d{0,8}$/.test(version)) return null;
  try {
    for (const name of namesOf(rules, model)) {
      const run = await registry.runOf(name, version);
      if (run === null || run === '') continue;
      const chosen = chooseFile(await registry.files(run, folderOf(rules.artifact)), rules.artifact);
      if (chosen === null) continue;
      const { path, bytes } = chosen.file;
      const body = bytes !== null && bytes > mostBytes ? null : await registry.fetch(run, path, mostBytes);
      if (body === null) throw refused(`${path} of run ${run} is larger than ${mostBytes} bytes`);
      return { path, format: chosen.format, body };
    }
    return null;
  } catch (error) {
    if (error instanceof RegistryRefusal) throw refused(error.message);
    throw error;
  }
}

/** Registered models that are this model; without a list it is the one of its own name. */
function namesOf({ models }: Pick<RegistryRules, 'models'>, model: string): readonly string[] {
  const listed = Object.entries(models);
  if (listed.length === 0) return [model];
  return listed.filter(([, ours]) => ours === model).map(([name]) => name);
}

function refused(why: string): LeewayError {
  return new LeewayError('LW_REGISTRY_BASELINE', `the registry gives no training data: ${why}`);
}
