/**
 * A stream of random numbers that is the same for the same seed: sfc32, 128 bits of state, 53 bits a number.
 *
 * @param seed - whole number; different seeds give unrelated streams
 * @returns a function that gives the next number, uniform in [0, 1)
 *
 * Not for secrets. Period at least 2^32, about 2^127 on average.
 *
 * Reference: Doty-Humphrey, PractRand (sfc32).
 * @example
 * seededRandom(7)() === seededRandom(7)() // => true
 */
export function seededRandom(seed: number): () => number {
  let a = 0x9e3779b9;
  let b = Math.floor(seed / 2 ** 32) | 0;
  let c = seed | 0;
  let counter = 1;
  const next = () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 20; i++) next();
  return () => ((next() >>> 5) * 67_108_864 + (next() >>> 6)) / 9_007_199_254_740_992;
}

/**
 * One draw from the standard normal law.
 *
 * @param random - uniform in [0, 1), called at least twice
 * @returns a normal number
 *
 * Reference: Marsaglia and Bray, A convenient method for generating normal variables (1964).
 * @example
 * normalDraw(() => 0.75) // 0.8325546
 */
export function normalDraw(random: () => number): number {
  for (;;) {
    const x = 2 * random() - 1;
    const y = 2 * random() - 1;
    const s = x * x + y * y;
    if (s > 0 && s < 1) return x * Math.sqrt((-2 * Math.log(s)) / s);
  }
}
