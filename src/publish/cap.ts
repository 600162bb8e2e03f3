/** Lets the first so many values of a label through and keeps the number of series bounded. */
export interface Cap {
  /** The value itself while there is room, null afterwards; each further value is told of once. */
  admit(value: string): string | null;
}

/** A bound, or where it may change what to ask for it. */
export type Most = number | (() => number);

/** A cap of `most` values. `onRefused` hears of refused values, up to `most` of them by name and then once a value. */
export function createCap(bound: Most, onRefused: () => void): Cap {
  const most = typeof bound === 'number' ? () => bound : bound;
  const known = new Set<string>();
  const refused = new Set<string>();
  return {
    admit: value => {
      if (known.has(value)) return value;
      if (known.size < most()) {
        known.add(value);
        return value;
      }
      if (!refused.has(value)) {
        if (refused.size < most()) refused.add(value);
        onRefused();
      }
      return null;
    },
  };
}

/** One cap for each owner, e.g. subjects of a model. Owners themselves must be capped already. */
export function createCaps(most: Most, onRefused: () => void): (owner: string) => Cap {
  const caps = new Map<string, Cap>();
  return owner => {
    const known = caps.get(owner) ?? createCap(most, onRefused);
    caps.set(owner, known);
    return known;
  };
}
