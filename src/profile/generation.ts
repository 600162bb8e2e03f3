/**
 * A generation: unique to an attempt and above every recorded one, so that the newest finished attempt wins.
 * Milliseconds of the store's clock at the start of reading times 65,536 plus 16 random bits. When that is not above
 * `last` (clock set back, or several in one millisecond) it counts on from `last`, at random too: two replicas must not
 * write the same generation, for both their profiles would then be valid.
 *
 * @param random uniform in [0, 1)
 */
export function nextGeneration(now: number, last: bigint, random: () => number): bigint {
  const bits = BigInt(Math.floor(random() * 65536));
  const fresh = BigInt(Math.floor(now)) * 65536n + bits;
  return fresh > last ? fresh : last + 1n + bits;
}
