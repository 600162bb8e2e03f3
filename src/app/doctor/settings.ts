import { settingsOf } from '../../config/effective.ts';
import { loadConfig } from '../../config/load.ts';
import { isLoopback } from '../../config/loopback.ts';
import type { Config } from '../../config/schema.ts';
import { countText, type DoctorLine, linesOf } from './line.ts';

/** A setting as it may be shown. */
export interface ShownSetting {
  readonly name: string;
  readonly value: string;
}

/** Settings that are not the defaults, secrets hidden. */
export function changedSettings(config: Config): ShownSetting[] {
  const defaults = new Map(
    settingsOf(loadConfig(null, {}, {})).map(({ name, identity }) => [name, identity]),
  );
  return settingsOf(config)
    .filter(({ name, identity }) => defaults.get(name) !== identity)
    .map(({ name, shown }) => ({ name, value: shown }));
}

/** What of the settings is worth a word; `keys` is whether a key is asked for; null: only the service knows. */
export function settingLines(config: Config, facts: { readonly keys: boolean | null }): DoctorLine[] {
  const { ok } = linesOf('settings');
  const changed = changedSettings(config);
  const names = changed.map(({ name }) => name);
  const text =
    names.length === 0
      ? 'all defaults'
      : `${countText(names.length, 'setting')} beside the defaults: ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', ...' : ''}`;
  return [ok('configuration', text), listenLine(config, facts.keys)];
}

function listenLine({ listen }: Config, keys: boolean | null): DoctorLine {
  const { ok, warn, fail } = linesOf('settings');
  const address = `${listen.host}:${listen.port}`;
  if (isLoopback(listen.host))
    return ok(
      'address',
      `${address}, this machine alone${keys === null ? '' : keys ? ', with keys' : ', no key needed'}`,
    );
  if (keys === false)
    return fail(
      'address',
      `${address} can be reached by others, and no key is needed`,
      'Make one: `leeway keys create`.',
    );
  if (listen.tls !== undefined) return ok('address', `${address}, TLS, for others with a key`);
  return warn(
    'address',
    `${address} is served without TLS: keys and rows can be read on the way`,
    'Set listen.tls, or put a reverse proxy with TLS before it and listen on loopback.',
  );
}
