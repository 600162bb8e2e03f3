import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

/** Keeps texts unreadable for whoever has the store alone. */
export interface Sealer {
  /** `context` says what the text belongs to: it opens nowhere else. Throws when there is no key. */
  seal(text: string, context: string): string;
  /** Null when no key of the list fits, or it was changed, or belongs elsewhere. */
  open(sealed: string, context: string): { readonly text: string; readonly stale: boolean } | null;
  /** Whether there is a key to seal with. */
  readonly able: boolean;
}

const version = 'v1';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** A key as it is configured: 32 bytes in base64, or in hexadecimal digits; null for anything else. */
export function parseSealingKey(text: string): Buffer | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  const key = /^[A-Za-z0-9+/_-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0);
  return key.length === keyBytes ? key : null;
}

/**
 * AES-256-GCM with a nonce drawn for each text. The first key seals, every key opens: what an older one has sealed is
 * `stale` and to be sealed anew. A sealed text names its key by an id that says nothing about it.
 */
export function createSealer(keys: readonly Buffer[]): Sealer {
  const known = new Map(keys.map(key => [idOf(key), key]));
  const first = keys[0];
  return {
    able: first !== undefined,
    seal: (text, context) => {
      if (first === undefined) throw new Error('there is no key to seal with');
      const id = idOf(first);
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', first, nonce).setAAD(boundTo(id, context));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return [version, id, nonce.toString('base64url'), sealed.toString('base64url')].join('.');
    },
    open: (text, context) => {
      const [format, id = '', nonce = '', body = ''] = text.split('.');
      const key = known.get(id);
      const sealed = Buffer.from(body, 'base64url');
      if (format !== version || key === undefined || sealed.length < tagBytes) return null;
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), {
          authTagLength: tagBytes,
        })
          .setAAD(boundTo(id, context))
          .setAuthTag(sealed.subarray(-tagBytes));
        const opened = Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]);
        return { text: opened.toString('utf8'), stale: key !== first };
      } catch {
        return null;
      }
    },
  };
}

function boundTo(id: string, context: string): Buffer {
  return Buffer.from(JSON.stringify([version, id, context]));
}

function idOf(key: Buffer): string {
  return createHmac('sha256', key).update('leeway sealing key').digest('hex').slice(0, 8);
}
