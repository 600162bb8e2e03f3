import { describe, expect, it } from 'vitest';
import { defaultPolicy } from './policy.ts';
import { evidenceOf } from './reading.ts';
import { finding } from './samples.ts';
import { howSure } from './sureness.ts';

const said = (over: Parameters<typeof finding>[0]) => howSure(evidenceOf([finding(over)], defaultPolicy)[0]!);

describe('how sure a finding is, in words', () => {
  it.each([
    [{ p: 0.034, alpha: 0.05 }, "3.4 % by chance alone, 5 % is asked for; the stream's own noise is known"],
    [
      { p: 3e-4, alpha: 1e-3 },
      "1 in 3,300 by chance alone, 0.1 % is asked for; the stream's own noise is known",
    ],
    [
      { p: 4e-10, alpha: 1e-5 },
      "1 in 10^9 by chance alone, 1 in 100,000 is asked for; the stream's own noise is known",
    ],
    [
      { p: 0, alpha: 1e-5 },
      "less than 1 in 10^300 by chance alone, 1 in 100,000 is asked for; the stream's own noise is known",
    ],
    [{ p: Number.NaN, check: 'schema' }, "a rule, not a test of chance; the stream's own noise is known"],
    [{ check: 'drift:psi' }, 'a threshold of your own, not calibrated against chance'],
  ] as const)('%o', (over, text) => expect(said(over)).toBe(text));

  it('says how well the noise is known', () => {
    expect(said({ calibration: 'provisional' })).toMatch(/known roughly, from less than 28 days$/);
    expect(said({ calibration: 'learning' })).toMatch(/not known yet, so twice the usual effect/);
  });
});
