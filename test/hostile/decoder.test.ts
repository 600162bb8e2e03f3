import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/domain/reject.ts';
import { decoders } from './decoders.ts';
import { usedHeap } from './memory.ts';
import { createMutations } from './mutations.ts';
import { prototypeNames } from './prototypes.ts';

const inputs = Number(process.env['LEEWAY_FUZZ'] ?? 100_000);
const seed = Number(process.env['LEEWAY_SEED'] ?? 20_261_121);
const now = Date.UTC(2026, 10, 21, 10);
/** An input may cost this much processor time at most, milliseconds. */
const most = 50;

describe(`${inputs} spoilt payloads (seed ${seed})`, () => {
  it('never throw, never take long, change no prototype and leave nothing behind', () => {
    const before = prototypeNames();
    const next = createMutations(seed, now);
    const kinds = new Map<string, number>();
    const slow: string[] = [];
    let heap = 0;
    for (let n = 0; n < inputs; n++) {
      const body = next();
      const decode = () =>
        decoders[Math.floor(n / 3) % decoders.length]!.decode(
          { source: 's', position: 'p', body, time: now, fallbackId: 's/p' },
          now,
        );
      const started = performance.now();
      const outcomes = decode();
      // Whatever else runs on the machine may take the processor away once, not three times.
      if (performance.now() - started > most && [1, 2, 3].every(() => timed(decode) > most))
        slow.push(body.toString('base64'));
      for (const outcome of outcomes) kinds.set(kindOf(outcome), (kinds.get(kindOf(outcome)) ?? 0) + 1);
      if (n === Math.floor(inputs / 10)) heap = usedHeap();
    }
    expect(slow).toEqual([]);
    expect(prototypeNames()).toEqual(before);
    expect(usedHeap() - heap).toBeLessThan(8 * 1024 * 1024);
    expect(kinds.get('inference')).toBeGreaterThan(inputs / 20);
    expect(kinds.get('label')).toBeGreaterThan(inputs / 100);
    expect(kinds.size).toBeGreaterThan(12);
  });
});

function timed(work: () => unknown): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

function kindOf(outcome: Outcome): string {
  return outcome.kind === 'rejected' ? outcome.reject.reason : outcome.kind;
}
