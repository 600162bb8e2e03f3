import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { Secret } from '../config/secret.ts';
import { isSignedReport } from './report-signature.ts';

const secrets = [1, 2].map(n => `whsec_${Buffer.alloc(32, n).toString('base64')}`);
const known = secrets.map(secret => new Secret(secret));
const now = 1_800_000_000_000;
const text = '{"event_id":"run-17","state":"succeeded","message":"größer"}';

/** A report signed as a receiver does it, with the published library. */
function report(secret: string, over: { id?: string; seconds?: number } = {}) {
  const { id = 'or_1', seconds = now / 1000 } = over;
  return {
    order: 'or_1',
    id,
    timestamp: String(seconds),
    signature: new Webhook(secret).sign(id, new Date(seconds * 1000), text),
    body: Buffer.from(text),
  };
}

describe('isSignedReport', () => {
  it('takes either secret while one replaces the other, and one of several signatures', () => {
    for (const secret of secrets) expect(isSignedReport(report(secret), known, now)).toBe(true);
    const one = report(secrets[0]!);
    expect(isSignedReport({ ...one, signature: `v1,AAAA ${one.signature}` }, known, now)).toBe(true);
  });

  const other = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
  it.each([
    ['another secret', report(other)],
    ['another order', { ...report(secrets[0]!), order: 'or_2' }],
    ['an id that is not the order', report(secrets[0]!, { id: 'or_2' })],
    ['another body', { ...report(secrets[0]!), body: Buffer.from(text.replace('succeeded', 'failed')) }],
    ['an old signature', report(secrets[0]!, { seconds: now / 1000 - 301 })],
    ['one of the future', report(secrets[0]!, { seconds: now / 1000 + 301 })],
    ['another time', { ...report(secrets[0]!), timestamp: String(now / 1000 - 1) }],
    ['a time that is none', { ...report(secrets[0]!), timestamp: 'NaN' }],
    ['no signature', { ...report(secrets[0]!), signature: '' }],
  ])('refuses %s', (_name, wrong) => expect(isSignedReport(wrong, known, now)).toBe(false));

  it('refuses everything where there is no secret', () => {
    expect(isSignedReport(report(secrets[0]!), [], now)).toBe(false);
  });
});
