import { isLive, type KeyEntry, type KeyRole, mintKey, mostLive } from '../lib/api-key.ts';
import { LeewayError } from '../lib/errors.ts';
import { changeKeys, readKeys } from './keys-file.ts';

/** What a new key shall be. */
export interface KeyOrder {
  readonly name: string;
  readonly roles: readonly KeyRole[];
  /** Epoch milliseconds, null: never. */
  readonly expires: number | null;
  readonly requestsPerSecond: number | null;
  readonly bodyBytes: number | null;
}

export interface MadeKey {
  /** Shown once; it is kept nowhere. */
  readonly key: string;
  readonly entry: KeyEntry;
}

/** A key and its entry, kept nowhere yet. */
export function makeKey(order: KeyOrder, now: number): MadeKey {
  const { key, id, hash } = mintKey();
  return { key, entry: { id, ...order, hash, created: now, revoked: null } };
}

/** Makes a key in a data directory. @throws LeewayError LW_CONFLICT when the name has two live keys already */
export function createKey(directory: string, order: KeyOrder, now: number): MadeKey {
  const made = makeKey(order, now);
  changeKeys(directory, keys => {
    const live = keys.filter(key => key.name === order.name && isLive(key, now));
    if (live.length >= mostLive)
      throw new LeewayError(
        'LW_CONFLICT',
        `"${order.name}" has ${mostLive} live keys already (${live.map(key => key.id).join(' and ')}): one in use and its successor. Revoke the older first: leeway keys revoke ${live[0]!.id}`,
      );
    return [...keys, made.entry];
  });
  return made;
}

/** Ends a key; it is kept in the list. @throws LeewayError LW_NOT_FOUND */
export function revokeKey(directory: string, id: string, now: number): KeyEntry {
  let revoked: KeyEntry | undefined;
  changeKeys(directory, keys => {
    const found = keys.find(key => key.id === id);
    if (found === undefined)
      throw new LeewayError(
        'LW_NOT_FOUND',
        `There is no key ${id} in ${directory}.`,
        undefined,
        `\`leeway keys list --all --data ${directory}\` lists the keys; those of the configuration end when they are removed there.`,
      );
    revoked = { ...found, revoked: found.revoked ?? now };
    return keys.map(key => (key === found ? revoked! : key));
  });
  return revoked!;
}

/** Every key of a data directory, revoked ones included. */
export function listKeys(directory: string): readonly KeyEntry[] {
  return readKeys(directory) ?? [];
}
