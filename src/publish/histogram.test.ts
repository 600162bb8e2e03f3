import * as fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { createHistogram } from './histogram.ts';

it('gives the same text as the histogram of prom-client', async () => {
  const options = { name: 'x_seconds', help: 'X.', labelNames: ['m'] as const, buckets: [0.1, 1, 10] };
  const values = fc.array(
    fc.tuple(fc.constantFrom('a', 'b"c'), fc.double({ noNaN: true, noDefaultInfinity: true })),
  );
  await fc.assert(
    fc.asyncProperty(values, async pairs => {
      const [ours, theirs] = [new Registry(), new Registry()];
      const mine = createHistogram(ours, options);
      const reference = new Histogram({ ...options, registers: [theirs] });
      for (const [m, value] of pairs) {
        mine.with({ m }).observe(value);
        reference.observe({ m }, value);
      }
      const lines = (text: string) =>
        text
          .split('\n')
          .map(l => l.replace(/\{([^}]*)\}/, (_, inner: string) => `{${inner.split(',').sort().join(',')}}`))
          .sort();
      expect(lines(await ours.metrics())).toEqual(lines(await theirs.metrics()));
    }),
  );
});

it('passes over what is not a number', async () => {
  const registry = new Registry();
  createHistogram(registry, { name: 'x', help: 'X.', labelNames: [], buckets: [1] })
    .with({})
    .observe(Number.NaN);
  expect(await registry.metrics()).toContain('x_count 0');
});
