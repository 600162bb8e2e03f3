import { type Static, Type } from 'typebox';
import { isLive, type KeyRole, keyRoles, mostLive } from '../lib/api-key.ts';
import type { Finding } from './validate.ts';

const closed = { additionalProperties: false } as const;

const role = Type.Union([
  Type.Literal('ingest'),
  Type.Literal('read'),
  Type.Literal('retrain'),
  Type.Literal('admin'),
]);

const key = Type.Object(
  {
    name: Type.String({
      pattern: '^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$',
      patternErrorMessage: 'must be a letter or digit, then up to 63 letters, digits, . _ @ or -',
      description: 'Who uses it; in the log. Two keys may have one name while one replaces the other.',
    }),
    id: Type.String({
      pattern: '^[0-9A-Za-z]{8,12}$',
      patternErrorMessage: 'must be the part of the key between its two underscores',
      description: 'Second part of the key.',
    }),
    hash: Type.String({
      pattern: '^sha256:[0-9a-f]{64}$',
      patternErrorMessage:
        'must be sha256: and 64 hexadecimal digits; `leeway keys create --print-only` prints it',
      description: 'Hash of the third part of the key: the key itself is not kept.',
    }),
    roles: Type.Array(role, {
      minItems: 1,
      maxItems: keyRoles.length,
      description:
        '`ingest` sends inferences and labels, `read` reads every answer, `retrain` asks for a training, `admin` does everything.',
    }),
    expires: Type.Optional(
      Type.String({ maxLength: 40, description: 'RFC 3339 time from which it is refused; absent: never.' }),
    ),
    requestsPerSecond: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 1_000_000,
        description: 'Instead of `access.requestsPerSecond`.',
      }),
    ),
    bodyBytes: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_073_741_824,
        description: 'Largest body of a request with this key; only less than the limit of its route.',
      }),
    ),
  },
  closed,
);

/** Keys that stand in the configuration, beside those of `keys.json`. */
export const keysSchema = Type.Array(key, {
  default: [],
  description:
    'API keys, as `leeway keys create --print-only` prints them: for several instances and configurations kept in a repository. Keys made by `leeway keys create` are kept in the data directory instead. See [security.md](security.md).',
});

/** A key of the configuration. */
export type KeyConfig = Omit<Readonly<Static<typeof key>>, 'roles'> & { readonly roles: readonly KeyRole[] };

/** What the schema cannot say: ids that occur twice, too many live keys of a name, times that are none. */
export function keyFindings(keys: readonly KeyConfig[], now: number): Finding[] {
  return keys.flatMap((one, index): Finding[] => {
    const at = ['keys', index];
    const first = keys.findIndex(other => other.id === one.id);
    if (first !== index)
      return [
        { path: [...at, 'id'], rule: 'key-id', message: `must be unique; keys[${first}] has the same id` },
      ];
    if (one.expires !== undefined && expiryOf(one) === null)
      return [
        {
          path: [...at, 'expires'],
          rule: 'key-expiry',
          message: 'must be a time such as 2027-01-31T00:00:00Z',
        },
      ];
    const older = keys.slice(0, index).filter(k => k.name === one.name && liveAt(k, now));
    if (older.length < mostLive || !liveAt(one, now)) return [];
    const message = `must not be used by more than ${mostLive} live keys: remove the oldest of "${one.name}"`;
    return [{ path: [...at, 'name'], rule: 'key-name', message }];
  });
}

/** When a key of the configuration expires, epoch milliseconds; null: never, or its text is no time. */
export function expiryOf({ expires }: Pick<KeyConfig, 'expires'>): number | null {
  if (
    expires === undefined ||
    !/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(expires)
  )
    return null;
  const time = Date.parse(expires);
  return Number.isNaN(time) ? null : time;
}

function liveAt(one: KeyConfig, now: number): boolean {
  return isLive({ expires: expiryOf(one), revoked: null }, now);
}

/** Bounds of requests with a key, and of failed attempts. */
export const accessSchema = Type.Object(
  {
    requestsPerSecond: Type.Number({
      default: 1000,
      exclusiveMinimum: 0,
      maximum: 1_000_000,
      description: 'Requests a second that one key may send on average; more are answered 429.',
    }),
    burst: Type.Integer({
      default: 2000,
      minimum: 1,
      maximum: 10_000_000,
      description: 'Requests of one key at once, after a pause.',
    }),
    failuresPerMinute: Type.Number({
      default: 30,
      exclusiveMinimum: 0,
      maximum: 1_000_000,
      description:
        'Requests with a missing or wrong key that one address is answered and logged for; more are answered 429. A right key is never held up by them.',
    }),
  },
  { ...closed, default: {}, description: 'Who may call, and how often. Counts from the first key on.' },
);
