import { LeewayError } from '../../lib/errors.ts';
import type { Endpoint, SecretText } from '../channel.ts';

/** A text setting. @throws LeewayError LW_CONFIG_INVALID */
export function setting(endpoint: Endpoint, name: string): string {
  const value = endpoint.settings[name];
  if (typeof value === 'string' && value !== '') return value;
  if (typeof value === 'number') return String(value);
  throw missing(endpoint, name);
}

/** A secret setting; null when it is not there. */
export function secretSetting(endpoint: Endpoint, name: string): SecretText | null {
  const value = endpoint.settings[name];
  return isSecret(value) ? value : null;
}

/** As `secretSetting`. @throws LeewayError LW_CONFIG_INVALID when it is not there */
export function neededSecret(endpoint: Endpoint, name: string): SecretText {
  const value = secretSetting(endpoint, name);
  if (value === null) throw missing(endpoint, name);
  return value;
}

/** A setting that maps names to templates; `fallback` when it is not there. */
export function templates(
  endpoint: Endpoint,
  name: string,
  fallback: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const value = endpoint.settings[name];
  return typeof value === 'object' && value !== null ? (value as Record<string, string>) : fallback;
}

function missing(endpoint: Endpoint, name: string): LeewayError {
  return new LeewayError('LW_CONFIG_INVALID', `target ${endpoint.name}: ${name} is needed`);
}

function isSecret(value: unknown): value is SecretText {
  return typeof value === 'object' && value !== null && 'reveal' in value;
}

/** Every secret of the settings. */
export function secretsIn(value: unknown): string[] {
  if (isSecret(value)) return [value.reveal()];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(secretsIn) : [];
}

/** A text without what must not be shown, however the target writes it. */
export function struckOut(text: string, hidden: readonly string[]): string {
  const forms = hidden.flatMap(each => [each, encodeURIComponent(each), JSON.stringify(each).slice(1, -1)]);
  const longestFirst = [...new Set(forms)]
    .filter(each => each.length > 3)
    .sort((a, b) => b.length - a.length);
  return longestFirst.reduce((rest, each) => rest.replaceAll(each, '<hidden>'), text);
}

/** As it is shown: one line without control characters, short. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/[^\x21-\x7e\u00a1-\uffff]+/g, ' ')
    .trim()
    .slice(0, 300);
}
