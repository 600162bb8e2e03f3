import { createRegistry } from '../act/mlflow/registry.ts';
import { trainingFile } from '../act/mlflow/training.ts';
import { createTargetGuard } from '../act/target.ts';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../lib/clock.ts';
import { type UploadDeps, uploadedRows } from './baseline-desk.ts';
import { createDecoders } from './decoders.ts';
import type { Artifacts } from './promoter.ts';

/** An order waits for its promotion alone: a file may take its time. */
const timeoutMilliseconds = 60_000;

/** Training data from the model registry of the configuration, as it is now; undefined where none is configured. */
export function createRegistryArtifacts(deps: {
  readonly config: Config;
  readonly readRows: UploadDeps['readRows'];
  readonly clock: Pick<Clock, 'now'>;
}): Artifacts | undefined {
  const { config, readRows, clock } = deps;
  const { mlflow } = config;
  if (mlflow === undefined) return undefined;
  return {
    fetch: async (model, version) => {
      const guard = createTargetGuard(config.outbound.allow);
      const registry = createRegistry(mlflow, { guard, timeoutMilliseconds });
      try {
        const mostBytes = config.http.limits.uploadBytes;
        const file = await trainingFile(registry, mlflow, { model, version, mostBytes });
        if (file === null) return null;
        const upload = { decoderFor: createDecoders(config).forUpload, readRows, now: () => clock.now() };
        return uploadedRows(upload, { model, text: [], ...file });
      } finally {
        await registry.close();
      }
    },
  };
}
