import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextGeneration } from './generation.ts';

it('is above the last one, whatever the clock does, and fits 64 bits', () => {
  fc.assert(
    fc.property(
      fc.nat(2 ** 31),
      fc.bigInt({ min: 0n, max: 2n ** 62n }),
      fc.double({ min: 0, max: 0.999999, noNaN: true }),
      (ms, last, r) => {
        const generation = nextGeneration(ms * 1000, last, () => r);
        expect(generation).toBeGreaterThan(last);
        expect(BigInt.asUintN(64, generation)).toBe(generation);
      },
    ),
  );
});

it('is milliseconds and random bits, and parts two replicas also when it counts on', () => {
  expect(nextGeneration(1000, 0n, () => 0.5)).toBe(1000n * 65536n + 32768n);
  expect(nextGeneration(1000, 1n << 60n, () => 0.1)).not.toBe(nextGeneration(1000, 1n << 60n, () => 0.9));
});
