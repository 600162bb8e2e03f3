import { LeewayError } from '../lib/errors.ts';

/** What a person wrote cannot be understood: what, and what it should look like. */
export function usage(message: string): LeewayError {
  return new LeewayError('LW_USAGE', message);
}
