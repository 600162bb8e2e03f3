/** Seeded random numbers for the simulations: fast, reproducible, not for secrets. */
export interface Random {
  /** Whole number in [0, 2^32). */
  bits(): number;
  /** In (0, 1), 32 bits. */
  uniform(): number;
  normal(): number;
  exponential(): number;
  /** Shape at least 1, scale 1. */
  gamma(shape: number): number;
  binomial(n: number, p: number): number;
}

/** Every cell of every table has a generator of its own, named after it, so that it can be run again alone. */
export function createRandom(name: string): Random {
  const bits = createBits(name);
  const uniform = () => (bits() + 0.5) * 2 ** -32;
  const exponential = () => -Math.log(uniform());
  const normal = createNormal(uniform);
  return {
    bits,
    uniform,
    normal,
    exponential,
    gamma: shape => gammaDraw(shape, uniform, normal),
    binomial: (n, p) => binomialDraw(n, p, uniform),
  };
}

/** Small fast counting generator (sfc32; Doty-Humphrey, PractRand), its state filled from the name by FNV-1a. */
function createBits(name: string): () => number {
  const state = new Uint32Array(4);
  let hash = 0x811c9dc5;
  for (let word = 0; word < 3; word++) {
    for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ word, 0x01000193);
    state[word] = hash;
  }
  state[3] = 1;
  const next = () => {
    const a = state[0]!;
    const b = state[1]!;
    const c = state[2]!;
    const d = state[3]!;
    const sum = (((a + b) | 0) + d) | 0;
    state[3] = d + 1;
    state[0] = b ^ (b >>> 9);
    state[1] = (c + (c << 3)) | 0;
    state[2] = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 20; i++) next();
  return next;
}

/** Marsaglia's polar method. */
function createNormal(uniform: () => number): () => number {
  const spare = Float64Array.of(Number.NaN);
  return () => {
    const kept = spare[0]!;
    if (!Number.isNaN(kept)) {
      spare[0] = Number.NaN;
      return kept;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const s = x * x + y * y;
      if (s >= 1 || s === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(s)) / s);
      spare[0] = y * scale;
      return x * scale;
    }
  };
}

/** Marsaglia and Tsang (2000). */
function gammaDraw(shape: number, uniform: () => number, normal: () => number): number {
  if (shape === 1) return -Math.log(uniform());
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal();
    const v = 1 + c * x;
    if (v <= 0) continue;
    const cube = v * v * v;
    if (Math.log(uniform()) < 0.5 * x * x + d - d * cube + d * Math.log(cube)) return d * cube;
  }
}

/** Exact: by inversion for small means, else by transformed rejection (Hoermann 1993, BTRS). */
function binomialDraw(n: number, p: number, uniform: () => number): number {
  if (n <= 0 || p <= 0) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - binomialDraw(n, 1 - p, uniform);
  return n * p < 10 ? inverted(n, p, uniform) : rejected(n, p, uniform);
}

function inverted(n: number, p: number, uniform: () => number): number {
  const odds = p / (1 - p);
  const none = Math.exp(n * Math.log1p(-p));
  for (;;) {
    let u = uniform();
    let mass = none;
    // Beyond 120 the mass is below any double's notice at a mean under 10: draw again.
    for (let x = 0; x < 120; x++) {
      if (u < mass) return x;
      u -= mass;
      mass *= ((n - x) / (x + 1)) * odds;
    }
  }
}

function rejected(n: number, p: number, uniform: () => number): number {
  const spread = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * spread;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const c = n * p + 0.5;
  const vr = 0.92 - 4.2 / b;
  const alpha = (2.83 + 5.1 / b) * spread;
  const odds = p / (1 - p);
  const mode = Math.floor((n + 1) * p);
  const top = correction(mode) + correction(n - mode);
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + c);
    if (us >= 0.07 && v <= vr) return k;
    if (k < 0 || k > n) continue;
    const log = Math.log((v * alpha) / (a / (us * us) + b));
    const bound =
      (mode + 0.5) * Math.log((mode + 1) / (odds * (n - mode + 1))) +
      (n + 1) * Math.log((n - mode + 1) / (n - k + 1)) +
      (k + 0.5) * Math.log((odds * (n - k + 1)) / (k + 1)) +
      top -
      correction(k) -
      correction(n - k);
    if (log <= bound) return k;
  }
}

const small = [
  0.08106146679532726, 0.04134069595540929, 0.02767792568499834, 0.02079067210376509, 0.01664469118982119,
  0.01387612882307075, 0.01189670994589177, 0.01041126526197209, 0.00925546218271273, 0.00833056343336287,
];

/** What Stirling's formula for ln k! leaves out. */
function correction(k: number): number {
  if (k < 10) return small[k]!;
  const square = (k + 1) * (k + 1);
  return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1);
}
