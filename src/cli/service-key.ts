import { readFileSync } from 'node:fs';
import type { Environment } from '../config/environment.ts';
import { LeewayError } from '../lib/errors.ts';

/**
 * The key to send: of --key-file, of the lock file for the service it names, or of LEEWAY_API_KEY (or the file that
 * LEEWAY_API_KEY_FILE names). Never an option itself: the arguments of a process can be read by everybody on a machine.
 */
export function serviceKey(from: {
  readonly keyFile: string | undefined;
  /** Key in the lock file, where the address came from there. */
  readonly local: string | null;
  readonly environment: Environment;
}): string | null {
  if (from.keyFile !== undefined) return readKey(from.keyFile);
  if (from.local !== null) return from.local;
  const { LEEWAY_API_KEY: key, LEEWAY_API_KEY_FILE: file } = from.environment;
  if (key !== undefined && key.trim() !== '') return checked(key.trim(), 'LEEWAY_API_KEY');
  return file === undefined || file === '' ? null : readKey(file);
}

function readKey(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new LeewayError('LW_USAGE', `The key file ${path} cannot be read.`, error);
  }
  return checked(text.trim(), path);
}

/** What could not be a header must not get as far as an error that repeats it. */
function checked(key: string, place: string): string {
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new LeewayError('LW_USAGE', `${place} holds no key: one line such as lw_..._... is expected.`);
}
