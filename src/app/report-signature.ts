import { timingSafeEqual } from 'node:crypto';
import type { SecretText } from '../act/channel.ts';
import { parseSecret, sign } from '../act/signature.ts';
import type { SignedReport } from '../http/access.ts';

/** A signature made longer ago, or further ahead, is not taken: seconds. */
const toleranceSeconds = 300;

/**
 * Whether a report on an order carries a signature by one of the secrets its order was signed with: Standard Webhooks
 * 1.0.0, with the order's id as message id. So a receiver needs nothing it does not have already.
 */
export function isSignedReport(report: SignedReport, secrets: readonly SecretText[], now: number): boolean {
  const { order, id, timestamp, signature, body } = report;
  if (id !== order || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now / 1000 - Number(timestamp)) > toleranceSeconds) return false;
  const content = { id, timestamp: Number(timestamp), body: body.toString('utf8') };
  const right = secrets.map(secret => sign(content, [parseSecret(secret.reveal())]));
  // Every pair is looked at: how long it takes tells nothing.
  let found = false;
  for (const given of signature.split(' ').slice(0, 10))
    for (const one of right) found = isSame(given, one) || found;
  return found;
}

function isSame(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
