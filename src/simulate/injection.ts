import type { Drift, DriftKind } from './drift.ts';
import { momentIn, type Span } from './moment.ts';
import { type FeatureFacts, featuresOf, type Row } from './row.ts';
import { usage } from './usage.ts';

/** What was done to the data, for the person who compares it with what was found. Times in epoch milliseconds. */
export interface Injected {
  readonly drift: string;
  readonly kind: DriftKind;
  readonly features: readonly string[];
  readonly from: number;
  /** Null: until the end. */
  readonly to: number | null;
  readonly rampSeconds: number;
  /** Rows that were changed, and the event times of the first and last of them; 0 when there was none. */
  readonly rows: number;
  readonly first: number;
  readonly last: number;
}

/** Changes rows as the drifts say, and counts what it did. */
export interface Injector {
  apply(row: Row, time: number, random: () => number): Row;
  injected(): readonly Injected[];
}

interface Planned {
  readonly drift: Drift;
  readonly features: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly ramp: number;
  rows: number;
  first: number;
  last: number;
}

/**
 * Drift is put into what is logged: the prediction stays what the model said of the true row, and features that
 * correlate with a drifted one stay as they are, so that one change is one change.
 *
 * @throws LeewayError LW_USAGE for a feature that is not there or a drift it cannot have.
 */
export function createInjector(
  drifts: readonly Drift[],
  facts: ReadonlyMap<string, FeatureFacts>,
  span: Span,
): Injector {
  const plan = drifts.map(drift => planned(drift, facts, span));
  return {
    apply: (row, time, random) => {
      let features: Record<string, unknown> | null = null;
      for (const one of plan) {
        const strength = strengthAt(one, time);
        if (strength === 0) continue;
        features ??= { ...featuresOf(row.payload) };
        let touched = false;
        for (const name of one.features)
          touched =
            change(features, name, { drift: one.drift, strength, fact: facts.get(name)!, random }) || touched;
        if (touched) count(one, time);
      }
      return features === null ? row : { ...row, payload: { ...row.payload, features } };
    },
    injected: () =>
      plan.map(({ drift, features, from, to, ramp, rows, first, last }) => ({
        drift: drift.text,
        kind: drift.kind,
        features,
        from,
        to: Number.isFinite(to) ? to : null,
        rampSeconds: ramp / 1000,
        rows,
        first,
        last,
      })),
  };
}

function count(one: Planned, time: number): void {
  one.first = one.rows === 0 ? time : Math.min(one.first, time);
  one.last = Math.max(one.last, time);
  one.rows++;
}

function planned(drift: Drift, facts: ReadonlyMap<string, FeatureFacts>, span: Span): Planned {
  const from = momentIn(drift.from, span);
  const to = drift.to === null ? Number.POSITIVE_INFINITY : momentIn(drift.to, span);
  if (to <= from) throw usage(`"${drift.text}": it would end before it begins.`);
  if (from >= span.to) throw usage(`"${drift.text}": the run ends before it would begin.`);
  const ramp = drift.ramp === null ? 0 : momentIn(drift.ramp, span) - span.from;
  const features = drift.features ?? [...facts.keys()].filter(name => fits(drift.kind, facts.get(name)!));
  for (const name of features) {
    const fact = facts.get(name);
    if (fact === undefined)
      throw usage(`"${drift.text}": there is no feature ${name}; there are ${[...facts.keys()].join(', ')}.`);
    if (!fits(drift.kind, fact))
      throw usage(
        `"${drift.text}": ${name} is ${fact.numeric ? 'a number' : 'a text'}, which ${reasons[drift.kind]}.`,
      );
  }
  if (features.length === 0) throw usage(`"${drift.text}": no feature of the model can have it.`);
  return { drift, features, from, to, ramp, rows: 0, first: 0, last: 0 };
}

const reasons: Readonly<Record<DriftKind, string>> = {
  shift: 'cannot be shifted',
  scale: 'cannot be scaled',
  missing: '',
  'new-category': 'has no categories',
  vanished: '',
};

function fits(kind: DriftKind, { numeric }: FeatureFacts): boolean {
  if (kind === 'shift' || kind === 'scale') return numeric;
  return kind !== 'new-category' || !numeric;
}

/** From 0 (not there) to 1 (fully there). */
function strengthAt({ from, to, ramp }: Planned, time: number): number {
  if (time < from || time >= to) return 0;
  return ramp === 0 ? 1 : Math.min(1, (time - from) / ramp);
}

interface Change {
  readonly drift: Drift;
  readonly strength: number;
  readonly fact: FeatureFacts;
  readonly random: () => number;
}

/** Changes one feature in place; false when it stayed as it was. */
function change(
  features: Record<string, unknown>,
  name: string,
  { drift, strength, fact, random }: Change,
): boolean {
  if (!Object.hasOwn(features, name)) return false;
  const value = features[name];
  if (drift.kind === 'shift' || drift.kind === 'scale') {
    if (typeof value !== 'number') return false;
    const by = drift.amount * (drift.inDeviations ? fact.sd : 1) * strength;
    const moved = drift.kind === 'shift' ? value + by : value * (1 + (drift.amount - 1) * strength);
    features[name] = fact.whole ? Math.round(moved) : Math.round(moved * 1000) / 1000;
    return true;
  }
  // Drawn for every row alike, so that the rows after it do not depend on it.
  if (random() >= drift.amount * strength) return false;
  if (drift.kind === 'vanished') delete features[name];
  else features[name] = drift.kind === 'missing' ? null : `new-${name}`;
  return true;
}
