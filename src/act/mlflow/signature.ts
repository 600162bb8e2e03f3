import { createHmac, timingSafeEqual } from 'node:crypto';

/** A delivery signed longer ago, or further ahead, is not taken: seconds. */
const toleranceSeconds = 300;

/** What came with a delivery of MLflow's registry webhooks. */
export interface SignedDelivery {
  /** X-MLflow-Delivery-Id: the same on every attempt. */
  readonly id: string;
  /** X-MLflow-Timestamp, seconds: the same on every attempt. */
  readonly timestamp: string;
  /** X-MLflow-Signature. */
  readonly signature: string;
  readonly body: Uint8Array;
}

/** What is wrong with a signature, in a word; null when nothing is. */
export type SignatureFault = 'malformed' | 'too-old' | 'forged';

/**
 * Judges X-MLflow-Signature: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`. The key is the secret as it
 * is, not base64 as in Standard Webhooks. `now` in epoch milliseconds.
 */
export function judgeSignature(delivery: SignedDelivery, secret: string, now: number): SignatureFault | null {
  const { id, timestamp, signature, body } = delivery;
  if (!/^[\x21-\x7e]{1,128}$/.test(id) || !/^\d{1,12}$/.test(timestamp)) return 'malformed';
  const right = Buffer.from(signDelivery({ id, timestamp, body }, secret));
  const given = Buffer.from(signature);
  if (given.length !== right.length || !timingSafeEqual(given, right)) return 'forged';
  return Math.abs(now / 1000 - Number(timestamp)) > toleranceSeconds ? 'too-old' : null;
}

/** The signature that MLflow makes. */
export function signDelivery(of: Omit<SignedDelivery, 'signature'>, secret: string): string {
  const mac = createHmac('sha256', secret).update(`${of.id}.${of.timestamp}.`).update(of.body);
  return `v1,${mac.digest('base64')}`;
}
