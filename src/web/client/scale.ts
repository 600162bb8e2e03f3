/** Scales and lines of the small drawings (histogram, sparkline), without a DOM. */

/** Round numbers covering [0, max], at most about `count` steps; the last is at or above max. */
export function niceTicks(max: number, count = 4): readonly number[] {
  if (!(max > 0) || !Number.isFinite(max)) return [0];
  const rough = max / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map(m => m * power).find(s => s >= rough * 0.999) ?? 10 * power;
  const steps = Math.ceil(max / step - 1e-9);
  return Array.from({ length: steps + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

/** SVG path through values at equal distances; nulls break the line; a lone value becomes a dot. */
export function linePath(
  values: readonly (number | null)[],
  max: number,
  size: { readonly width: number; readonly height: number },
): string {
  const step = values.length > 1 ? size.width / (values.length - 1) : 0;
  const y = (value: number) => size.height * (1 - Math.min(1, Math.max(0, value / (max || 1))));
  let path = '';
  let open = false;
  for (const [i, value] of values.entries()) {
    if (value === null || !Number.isFinite(value)) {
      open = false;
      continue;
    }
    const alone = !open && !isNumber(values[i + 1]);
    path += `${open ? 'L' : 'M'}${round(i * step)} ${round(y(value))}${alone ? 'h.01' : ''}`;
    open = true;
  }
  return path;
}

/** SVG path of a step outline: one step per height, from the left foot to the right foot. */
export function stepPath(
  steps: readonly { readonly x: number; readonly width: number; readonly y: number }[],
  foot: number,
): string {
  const first = steps[0];
  const last = steps.at(-1);
  if (first === undefined || last === undefined) return '';
  const tops = steps.map(s => `V${round(s.y)}H${round(s.x + s.width)}`).join('');
  return `M${round(first.x)} ${round(foot)}${tops}V${round(foot)}`;
}

const isNumber = (value: number | null | undefined) => typeof value === 'number' && Number.isFinite(value);
const round = (value: number) => Math.round(value * 100) / 100;

const timeSteps = [3600, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600, 2_592_000, 7_776_000];

/** UTC-aligned tick times (epoch seconds) for [from, to], at most `count` of them; weeks begin on Mondays. */
export function timeTicks(from: number, to: number, count: number): readonly number[] {
  const room = Math.max(1, count);
  const step = timeSteps.find(s => (to - from) / s <= room) ?? timeSteps.at(-1)!;
  const monday = step % 604_800 === 0 ? 4 * 86_400 : 0;
  const ticks: number[] = [];
  for (let t = Math.ceil((from - monday) / step) * step + monday; t <= to; t += step) ticks.push(t);
  return ticks;
}
