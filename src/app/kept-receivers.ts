import { randomBytes } from 'node:crypto';
import type { Endpoint } from '../act/channel.ts';
import { Secret } from '../config/secret.ts';
import type { Clock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';
import type { Events } from '../lib/events.ts';
import type { Sealer } from '../lib/seal.ts';
import type { Receivers, StoredReceiver } from '../store/receivers.ts';
import { sealerOf } from './sealing.ts';

/** What is sealed of a receiver. */
export interface Confidence {
  readonly url: string;
  readonly secrets: readonly KeptSecret[];
}

export interface KeptSecret {
  readonly id: string;
  readonly text: string;
  readonly made: number;
  /** When it ceases to sign, epoch milliseconds; null: not yet known. */
  readonly ends: number | null;
}

/** A receiver of the store; `confidence` is null when no key opens it. */
export interface KeptReceiver {
  readonly row: StoredReceiver;
  readonly confidence: Confidence | null;
}

export interface KeptReceiversDeps {
  readonly store: Receivers;
  readonly secretsKeys: readonly Secret[];
  readonly clock: Pick<Clock, 'now'>;
  readonly events: Pick<Events, 'problemOccurred'>;
  /** Has texts struck out of the log from now on. */
  readonly hide: (secrets: readonly string[]) => void;
}

/** Receivers that are kept in the store, opened. */
export interface KeptReceivers {
  list(): Promise<readonly KeptReceiver[]>;
  keep(of: Omit<StoredReceiver, 'sealed' | 'removed'>, confidence: Confidence): Promise<void>;
  remove(row: StoredReceiver, by: string): Promise<void>;
  /** As the outbox takes them. */
  endpoints(): Promise<readonly Endpoint[]>;
}

export function createKeptReceivers(deps: KeptReceiversDeps): KeptReceivers {
  const { store, clock } = deps;
  const sealer = sealerOf(deps.secretsKeys);
  const unreadable = new Set<string>();
  const keep: KeptReceivers['keep'] = async (of, confidence) => {
    deps.hide(hidden(confidence));
    await store.put({ ...of, removed: false, sealed: sealed(sealer, of, confidence) });
  };
  const list = async () => {
    const all = await store.list();
    return Promise.all(
      all.map(async (row): Promise<KeptReceiver> => {
        const opened = sealer.open(row.sealed, contextOf(row));
        if (opened === null) return { row, confidence: null };
        const confidence = JSON.parse(opened.text) as Confidence;
        deps.hide(hidden(confidence));
        return { row, confidence };
      }),
    );
  };
  /** What an older key has sealed is sealed anew, so that the key can be taken out. */
  const refresh = async ({ row, confidence }: KeptReceiver) => {
    if (confidence === null || sealer.open(row.sealed, contextOf(row))?.stale !== true) return;
    await keep({ ...row, at: Math.max(clock.now(), row.at + 1) }, confidence);
  };
  const tell = (name: string) => {
    if (unreadable.has(name)) return;
    unreadable.add(name);
    const message = `receiver ${name}: none of secretsKeys opens what is kept of it; nothing is sent to it`;
    deps.events.problemOccurred({ code: 'LW_SECRETS_KEY', message });
  };
  return {
    list,
    keep,
    remove: (row, by) =>
      store.put({ ...row, sealed: '', by, removed: true, at: Math.max(clock.now(), row.at + 1) }),
    endpoints: async () => {
      const all = await list();
      for (const each of all) await refresh(each);
      return all.flatMap(({ row, confidence }) => {
        if (confidence === null) tell(row.name);
        return confidence === null ? [] : [endpointOf(row, confidence, clock.now())];
      });
    },
  };
}

/** A stored receiver as the outbox takes it: with the secrets that sign at a moment. */
export function endpointOf(row: StoredReceiver, { url, secrets }: Confidence, now: number): Endpoint {
  return {
    name: row.name,
    kind: row.type,
    takes: row.takes,
    url,
    secrets: secrets.filter(({ ends }) => ends === null || ends > now).map(({ text }) => new Secret(text)),
    settings: { name: row.name, type: row.type, url: new Secret(url) },
  };
}

/** A new signing secret. */
export function makeSecret(now: number): KeptSecret {
  const text = `whsec_${randomBytes(32).toString('base64')}`;
  return { id: randomBytes(4).toString('hex'), text, made: now, ends: null };
}

function sealed(sealer: Sealer, of: Pick<StoredReceiver, 'name' | 'takes'>, confidence: Confidence): string {
  if (!sealer.able)
    throw new LeewayError(
      'LW_SECRETS_KEY',
      'a receiver cannot be kept: there is no key (secretsKeys) to encrypt its address and secrets with',
    );
  return sealer.seal(JSON.stringify(confidence), contextOf(of));
}

function contextOf({ name, takes }: Pick<StoredReceiver, 'name' | 'takes'>): string {
  return `receiver ${takes} ${name}`;
}

/** What of a receiver must not be seen: its secrets, and its address but for the host. */
function hidden({ url, secrets }: Confidence): string[] {
  const { pathname, search } = new URL(url);
  const parts = [url, pathname + search, pathname, search].filter(part => part.length > 1);
  return [...parts, ...secrets.flatMap(({ text }) => [text, text.slice('whsec_'.length)])];
}
