import type { Promoter, Promotion } from '../act/ports.ts';
import { LeewayError } from '../lib/errors.ts';
import type { Baselines } from '../profile/baselines.ts';
import type { BaselineStore } from '../profile/ports.ts';

/**
 * Makes the baseline of a returned model the active one: the one it brought, or one cut from the period it was trained
 * on. `by` names the order, so doing it again after a crash finds the activation that is there.
 */
export function createPromoter(deps: {
  readonly baselines: Pick<Baselines, 'activate' | 'fromRange'>;
  readonly store: Pick<BaselineStore, 'activations' | 'list'>;
}): Promoter {
  return {
    promote: async ({ model, environment, version, baseline, training, by, from }) => {
      const done = (await deps.store.activations(model)).find(activation => activation.by === by);
      if (done !== undefined) return done.baseline;
      const number = baseline ?? (await cut(deps, { model, environment, version, training, by }));
      await deps.baselines.activate({ model, version: '', baseline: number, from, by });
      return number;
    },
  };
}

async function cut(
  deps: Parameters<typeof createPromoter>[0],
  order: Pick<Promotion, 'model' | 'environment' | 'version' | 'by'> & {
    readonly training: Promotion['training'] | undefined;
  },
): Promise<number> {
  const { model, environment, version, training, by } = order;
  if (training === undefined)
    throw new LeewayError(
      'LW_BASELINE_INVALID',
      `version ${version} of ${model} came without a baseline or a training period`,
    );
  const note = `training period of version ${version}, ${by}`;
  const known = (await deps.store.list(model)).find(each => each.note.startsWith(note));
  if (known !== undefined) return known.baseline;
  return (await deps.baselines.fromRange({ model, environment, ...training, note })).baseline;
}
