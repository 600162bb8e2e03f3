import type { Secret } from '../config/secret.ts';
import { createSealer, parseSealingKey, type Sealer } from '../lib/seal.ts';

/** Seals with the keys of the configuration (`secretsKeys`); without any it can neither seal nor open. */
export function sealerOf(secretsKeys: readonly Secret[]): Sealer {
  return createSealer(secretsKeys.map(key => parseSealingKey(key.reveal())).filter(key => key !== null));
}
