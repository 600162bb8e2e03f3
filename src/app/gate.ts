import { type GateVerdict, judgeGate } from '../act/gate.ts';
import type { GateRequest } from '../act/ports.ts';
import type { PromotionRules } from '../config/promotion.ts';
import { addOutcomes, type OutcomeSums } from '../stats/performance/outcomes.ts';
import type { PerformanceStore } from '../store/performance.ts';

export interface GateDeps {
  readonly performance: Pick<PerformanceStore, 'labelled' | 'versions'>;
  /** Read anew each time: it may change while the service runs. */
  readonly rules: (model: string) => PromotionRules;
}

const hourSeconds = 3600;
/** Rows of the old version from before the order count where it did not serve long enough after it. */
const beforeSeconds = 14 * 86_400;
/** The last hour a DateTime can hold. */
const ever = Math.floor(0xffff_ffff / hourSeconds) * hourSeconds;

/** Compares the labelled rows of a returned version with those of every other one, by the hours counted so far. */
export function createGate(deps: GateDeps): (request: GateRequest) => Promise<GateVerdict> {
  const { performance } = deps;
  return async ({ model, environment, version, ordered, metrics }) => {
    const { gate, leastLabels } = deps.rules(model);
    if (!gate) return { outcome: 'gate-off', detail: '' };
    const stream = { model, environment };
    const since = Math.ceil(ordered / 1000 / hourSeconds) * hourSeconds;
    const after = await performance.versions(stream, { from: since, to: ever });
    const now = after.find(each => each.version === version)?.sums ?? null;
    let before = others(after, version);
    if ((before?.labelled ?? 0) < leastLabels) {
      const from = Math.max(0, since - beforeSeconds);
      before = others(await performance.versions(stream, { from, to: ever }), version);
    }
    return judgeGate({ labelled: await performance.labelled(model), now, before, metrics, leastLabels });
  };
}

function others(
  versions: readonly { readonly version: string; readonly sums: OutcomeSums }[],
  version: string,
): OutcomeSums | null {
  const rest = versions.filter(each => each.version !== version);
  return rest.length === 0 ? null : rest.map(each => each.sums).reduce(addOutcomes);
}
