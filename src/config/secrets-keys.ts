import { Type } from 'typebox';
import { parseSealingKey } from '../lib/seal.ts';
import type { Config } from './schema.ts';
import { secretText } from './secret-text.ts';
import type { Finding } from './validate.ts';

/** Keys that seal the receivers kept in the store. */
export const secretsKeysSchema = Type.Array(
  secretText('32 bytes in base64 or hex; `openssl rand -base64 32` makes one.'),
  {
    default: [],
    maxItems: 3,
    description:
      'Keys that encrypt (AES-256-GCM) the addresses and secrets of receivers made by `leeway channels create`, e.g. `["${LEEWAY_SECRETS_KEY}"]`. The first encrypts, all decrypt: to replace one, list the new one first and the old one second, and take the old one out after a restart. See [security.md](security.md).',
  },
);

/** What the schema cannot say: that a key is one. */
export function secretsKeyFindings({ secretsKeys }: Pick<Config, 'secretsKeys'>): Finding[] {
  return secretsKeys.flatMap((key, index) =>
    parseSealingKey(key.reveal()) !== null
      ? []
      : [
          {
            path: ['secretsKeys', index],
            rule: 'secrets-key',
            message: 'must be 32 bytes in base64 or hex; `openssl rand -base64 32` makes them',
          },
        ],
  );
}
