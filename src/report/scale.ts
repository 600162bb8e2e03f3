/** Places values along an axis. */
export interface Scale {
  /** Pixels of a value. */
  at(value: number): number;
  readonly ticks: readonly number[];
}

/** A linear axis with about `count` ticks at round numbers. */
export function linearScale(
  domain: readonly [number, number],
  range: readonly [number, number],
  count = 5,
): Scale {
  const [low, high] = domain;
  const span = high - low || 1;
  return {
    at: value => range[0] + ((value - low) / span) * (range[1] - range[0]),
    ticks: roundTicks(low, high, count),
  };
}

/** The axis with a tick at each value, where there are few of them and they lie far enough apart. */
export function atValues(scale: Scale, { values }: { readonly values: readonly number[] | null }): Scale {
  if (values === null || values.length === 0) return scale;
  const places = values.map(scale.at);
  const apart = places.every((place, i) => i === 0 || place - places[i - 1]! >= leastApart);
  return apart ? { ...scale, ticks: values } : scale;
}

/** Pixels between ticks that bear a number. */
const leastApart = 40;

/** A logarithmic axis of positive numbers, with ticks at 1, 2 and 5 times powers of ten as far as there is room. */
export function logScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const place = linearScale([Math.log(domain[0]), Math.log(domain[1])], range);
  const decades = Math.log10(domain[1] / domain[0]);
  const factors = decades > 3 ? [1] : decades > 1.5 ? [1, 3] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(domain[0])); power <= Math.ceil(Math.log10(domain[1])); power++)
    for (const factor of factors) {
      const tick = factor * 10 ** power;
      if (tick >= domain[0] && tick <= domain[1]) ticks.push(tick);
    }
  const step = Math.ceil(ticks.length / 7);
  return { at: value => place.at(Math.log(value)), ticks: ticks.filter((_, i) => i % step === 0) };
}

function roundTicks(low: number, high: number, count: number): number[] {
  const raw = (high - low) / count;
  if (!(raw > 0) || !Number.isFinite(raw)) return [low];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map(factor => factor * power).find(size => size >= raw * 0.999) ?? raw;
  const ticks: number[] = [];
  if (!Number.isFinite(step)) return [low];
  for (let i = Math.ceil(low / step - 1e-9); i * step - high <= step * 1e-9 && ticks.length < 20; i++)
    ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}
