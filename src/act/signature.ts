import { createHmac } from 'node:crypto';
import { LeewayError } from '../lib/errors.ts';

/** What a signature covers. */
export interface SignedContent {
  /** Message id, without a full stop. */
  readonly id: string;
  /** Time of this attempt, epoch seconds. */
  readonly timestamp: number;
  readonly body: string;
}

/**
 * Key of a Standard Webhooks secret: `whsec_` and the base64 of 24 to 64 bytes. The error never shows the secret.
 */
export function parseSecret(secret: string): Buffer {
  const text = secret.startsWith('whsec_') ? secret.slice(6) : '';
  const key = Buffer.from(text, 'base64');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || key.length < 24 || key.length > 64)
    throw new LeewayError(
      'LW_CONFIG_INVALID',
      'a signing secret must be "whsec_" followed by the base64 of 24 to 64 random bytes',
    );
  return key;
}

/**
 * Value of header `webhook-signature`: one `v1,` HMAC-SHA256 of `id.timestamp.body` per key, separated by spaces.
 * Standard Webhooks 1.0.0.
 */
export function sign(content: SignedContent, keys: readonly Buffer[]): string {
  const signed = `${content.id}.${content.timestamp}.${content.body}`;
  return keys.map(key => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`).join(' ');
}
