import type { Random } from './random.ts';
import type { Rows, Scenario } from './streams-scenarios.ts';

/** Values are kept in fine cells of a twentieth of a standard deviation, from -7 to 7. */
export const fineCells = 280;
const perSd = 20;
const middle = fineCells / 2;
const normals = 1 << 16;

/** Rows of every feature in one hour by fine cell. */
export type FineHour = readonly Uint16Array[];

export interface RowsRequest {
  readonly scenario: Scenario;
  /** Of each feature: whether it rises or falls with the stream's level. */
  readonly signs: readonly number[];
  readonly hours: number;
  /** Change on top of what the stream does, in standard deviations. */
  readonly shiftAt?: (hour: number) => number;
  /** Whether the stream behaves as on a weekend. */
  readonly weekendAt?: (hour: number) => boolean;
}

/** Hours of a stream. Features share the traffic, batches too; level noise is each one's own. */
export function drawHours(request: RowsRequest, random: Random): FineHour[] {
  const { scenario, signs, hours } = request;
  const levels = signs.map(() => noiseLevels(scenario, hours, random));
  const weekendAt = request.weekendAt ?? isWeekend;
  return Array.from({ length: hours }, (_, hour) => {
    const usual = scenario.usual(hour, weekendAt(hour));
    const batch = scenario.batch?.(hour, random) ?? null;
    const parts: readonly Rows[] = (batch === null ? [usual] : [usual, batch]).map(part => ({
      ...part,
      rows: countOf(part.rows, random),
    }));
    const shift = request.shiftAt?.(hour) ?? 0;
    return signs.map((sign, feature) => {
      const cells = new Uint16Array(fineCells);
      for (const { rows, level, scale } of parts)
        addRows(cells, { rows, level: sign * level + levels[feature]![hour]! + shift, scale }, random);
      return cells;
    });
  });
}

/** Rows without a time axis: a sample of all hours of other days, each in proportion to its traffic. */
export function drawSample(request: RowsRequest, rows: number, random: Random): FineHour {
  const all = drawHours(request, random);
  return request.signs.map((_, feature) => {
    const total = new Float64Array(fineCells);
    let left = 0;
    for (const hour of all)
      hour[feature]!.forEach((count, cell) => {
        total[cell]! += count;
        left += count;
      });
    // A multinomial sample: smoother than the hours it comes from, so that no row is drawn twice over.
    const sample = new Uint16Array(fineCells);
    let wanted = rows;
    total.forEach((count, cell) => {
      const drawn = left > 0 ? random.binomial(wanted, Math.min(1, count / left)) : 0;
      sample[cell] = drawn;
      wanted -= drawn;
      left -= count;
    });
    return sample;
  });
}

export function isWeekend(hour: number): boolean {
  return Math.floor(hour / 24) % 7 >= 5;
}

const normalTable = new Float32Array(normals);

function tableOf(): Float32Array {
  if (normalTable[0] !== 0) return normalTable;
  // Quantiles of the normal law by its distribution function on a fine grid.
  let x = -6;
  let mass = 0;
  const step = 1 / 4096;
  const density = (at: number) => Math.exp((-at * at) / 2) / Math.sqrt(2 * Math.PI);
  for (let i = 0; i < normals; i++) {
    const wanted = (i + 0.5) / normals;
    while (mass < wanted && x < 6) {
      mass += density(x + step / 2) * step;
      x += step;
    }
    normalTable[i] = x;
  }
  return normalTable;
}

function addRows(cells: Uint16Array, { rows, level, scale }: Rows, random: Random): void {
  const table = tableOf();
  const spread = scale * perSd;
  const centre = level * perSd + middle;
  for (let row = 0; row < rows; row += 2) {
    // 32 bits are two rows.
    const bits = random.bits();
    cells[cellOf(centre + spread * table[bits >>> 16]!)]! += 1;
    if (row + 1 < rows) cells[cellOf(centre + spread * table[bits & 0xffff]!)]! += 1;
  }
}

function cellOf(value: number): number {
  return value < 0 ? 0 : value >= fineCells ? fineCells - 1 : Math.floor(value);
}

/** Poisson, near enough. */
function countOf(mean: number, random: Random): number {
  if (mean <= 0) return 0;
  return random.binomial(Math.ceil(mean * 50), Math.min(1, mean / Math.ceil(mean * 50)));
}

function noiseLevels({ noise }: Scenario, hours: number, random: Random): Float64Array {
  const levels = new Float64Array(hours);
  if (noise === undefined) return levels;
  const { stepHours, correlation, sd } = noise;
  let level = sd * random.normal();
  for (let hour = 0; hour < hours; hour++) {
    if (hour > 0 && hour % stepHours === 0)
      level = correlation * level + Math.sqrt(1 - correlation ** 2) * sd * random.normal();
    levels[hour] = level;
  }
  return levels;
}
