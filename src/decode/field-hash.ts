import { createHmac } from 'node:crypto';

/** Characters of a hash: 128 bits, in hex. */
export const hashCharacters = 32;

/** Rows of one record have ids that end in `#` and their place. */
const placeInRecord = /#\d+$/;

/** The keyed hash of a text: HMAC-SHA256, its first 128 bits in hex. The same text has the same hash everywhere. */
export function createFieldHash(key: string): (text: string) => string {
  return text => createHmac('sha256', key).update(text).digest('hex').slice(0, hashCharacters);
}

/** The hash of an id. `#3` at its end stays, so that rows of one record still belong together. */
export function hashId(hash: (text: string) => string, id: string): string {
  const place = placeInRecord.exec(id)?.[0] ?? '';
  return hash(id.slice(0, id.length - place.length)) + place;
}
