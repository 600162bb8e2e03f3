import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a key may do: send rows, read answers, ask for a training, everything. */
export const keyRoles = ['ingest', 'read', 'retrain', 'admin'] as const;
export type KeyRole = (typeof keyRoles)[number];

/** A key as it is kept: never its secret. Times are epoch milliseconds. */
export interface KeyEntry {
  /** Second part of the key; not secret, shown wherever the key is spoken of. */
  readonly id: string;
  readonly name: string;
  readonly roles: readonly KeyRole[];
  /** `sha256:` and the hexadecimal hash of the secret. */
  readonly hash: string;
  readonly created: number;
  readonly expires: number | null;
  readonly revoked: number | null;
  /** Bounds of this key alone; null: those of the configuration. */
  readonly requestsPerSecond: number | null;
  readonly bodyBytes: number | null;
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const idLength = 10;
/** 190 bits: nobody guesses it, so one round of SHA-256 keeps it; slow hashes are for passwords people chose. */
const secretLength = 32;
const shape = /^lw_([0-9A-Za-z]{8,12})_([0-9A-Za-z]{27,64})$/;

export interface MintedKey {
  /** The whole key, `lw_<id>_<secret>`: shown once and kept nowhere. */
  readonly key: string;
  readonly id: string;
  readonly hash: string;
}

/** A new key. `id` is random unless given. */
export function mintKey(id: string = randomText(idLength)): MintedKey {
  const secret = randomText(secretLength);
  return { key: `lw_${id}_${secret}`, id, hash: hashOf(secret) };
}

/** Parts of a key, or null when the text is none. */
export function parseKey(text: string): { readonly id: string; readonly secret: string } | null {
  const [, id, secret] = shape.exec(text) ?? [];
  return id === undefined || secret === undefined ? null : { id, secret };
}

/** Hash of a secret, as it is kept. */
export function hashOf(secret: string): string {
  return `sha256:${createHash('sha256').update(secret).digest('hex')}`;
}

/** What no secret has as its hash: compared with when there is no such id, so that this takes as long. */
const nobody = `sha256:${'0'.repeat(64)}`;

/** Whether a secret is the one behind a hash; null is a hash of nobody. Takes the same time for every answer. */
export function isSecretOf(secret: string, hash: string | null): boolean {
  const given = Buffer.from(hashOf(secret));
  const kept = Buffer.from(hash ?? nobody);
  const same = given.length === kept.length && timingSafeEqual(given, kept);
  return same && hash !== null;
}

/** Whether a key may be used at a time. */
export function isLive(entry: Pick<KeyEntry, 'expires' | 'revoked'>, now: number): boolean {
  return entry.revoked === null && (entry.expires === null || now < entry.expires);
}

/** Most live keys of one name: the one in use and its successor. */
export const mostLive = 2;

/** Random letters and digits, every one as likely as another. */
function randomText(length: number): string {
  let text = '';
  while (text.length < length)
    for (const byte of randomBytes(length))
      if (byte < 248 && text.length < length) text += alphabet[byte % 62];
  return text;
}
