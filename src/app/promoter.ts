import type { Promoter, Promotion } from '../act/ports.ts';
import type { PromotionRules } from '../config/promotion.ts';
import { LeewayError } from '../lib/errors.ts';
import type { Baselines, UploadOptions } from '../profile/baselines.ts';
import type { BaselineStore } from '../profile/ports.ts';

/** Training data kept in a model registry. */
export interface Artifacts {
  /** Rows of the training data of a version; null where the registry has none. */
  fetch(model: string, version: string): Promise<UploadOptions['rows'] | null>;
}

export interface PromoterDeps {
  readonly baselines: Pick<Baselines, 'activate' | 'fromRange' | 'fromRows'>;
  readonly store: Pick<BaselineStore, 'activations' | 'list'>;
  /** Absent: there is no registry. Read anew each time. */
  readonly artifacts?: Artifacts | undefined;
  readonly gate?: Promoter['gate'];
  /** `training-data` unless told; read anew each time. */
  readonly rules?: (model: string) => Pick<PromotionRules, 'from'>;
}

/** The newest rows: how far back they reach. */
const newestMs = 7 * 86_400_000;

/**
 * Makes the baseline of a returned model the active one: the one it brought, one made from the rows that the registry
 * keeps with the version, one cut from the period it was trained on; from the newest rows only when the configuration or
 * a person says so. `by` names the order, so doing it again after a crash finds what is there.
 */
export function createPromoter(deps: PromoterDeps): Promoter {
  return {
    ...(deps.gate === undefined ? {} : { gate: deps.gate }),
    finds: model => deps.artifacts !== undefined || deps.rules?.(model).from === 'newest-rows',
    promote: async promotion => {
      const { model, by, from } = promotion;
      const done = (await deps.store.activations(model)).find(activation => activation.by === by);
      if (done !== undefined) return done.baseline;
      const number = await numberOf(deps, promotion);
      await deps.baselines.activate({ model, version: '', baseline: number, from, by });
      return number;
    },
  };
}

async function numberOf(deps: PromoterDeps, promotion: Promotion): Promise<number> {
  const { model, version, training, from, baseline } = promotion;
  if (promotion.newestRows === true)
    return cut(deps, promotion, { what: 'newest rows at', period: { from: from - newestMs, to: from } });
  if (baseline !== undefined) return baseline;
  const stored = await fromRegistry(deps, promotion).catch((error: unknown) => {
    // A registry that refuses for good does not stand in the way of a period that is named.
    const refused = error instanceof LeewayError && error.code === 'LW_REGISTRY_BASELINE';
    if (refused && training !== undefined) return null;
    throw error;
  });
  if (stored !== null) return stored;
  if (training !== undefined) {
    if (!(training.from < training.to))
      throw new LeewayError('LW_BASELINE_INVALID', `the training period of version ${version} is empty`);
    return cut(deps, promotion, { what: 'training period of', period: training });
  }
  if (deps.rules?.(model).from === 'newest-rows')
    return cut(deps, promotion, { what: 'newest rows at', period: { from: from - newestMs, to: from } });
  throw new LeewayError(
    'LW_BASELINE_INVALID',
    `version ${version} of ${model} came without a baseline or a training period${deps.artifacts === undefined ? '' : ', and the registry keeps no rows with it'}`,
    undefined,
    'A person may confirm it with the newest rows: `leeway retrain promote ORDER --confirm --newest-rows`.',
  );
}

/** A baseline made before a crash is found by its note. */
async function made(deps: PromoterDeps, model: string, note: string): Promise<number | null> {
  return (await deps.store.list(model)).find(each => each.note.startsWith(note))?.baseline ?? null;
}

async function fromRegistry(deps: PromoterDeps, { model, version, by }: Promotion): Promise<number | null> {
  const { artifacts } = deps;
  if (artifacts === undefined || version === '') return null;
  const note = `registry artifact of version ${version}, ${by}`;
  const known = await made(deps, model, note);
  if (known !== null) return known;
  const rows = await artifacts.fetch(model, version);
  if (rows === null) return null;
  return (await deps.baselines.fromRows({ model, rows, note, origin: 'registry' })).baseline;
}

async function cut(
  deps: PromoterDeps,
  { model, environment, version, by }: Promotion,
  {
    what,
    period,
  }: { readonly what: string; readonly period: { readonly from: number; readonly to: number } },
): Promise<number> {
  const note = `${what} version ${version}, ${by}`;
  const known = await made(deps, model, note);
  return known ?? (await deps.baselines.fromRange({ model, environment, ...period, note })).baseline;
}
