import { LeewayError } from '../lib/errors.ts';
import { type Setting, settingsOf } from './effective.ts';
import { pathText } from './node.ts';
import { rules } from './rules.ts';
import type { Config } from './schema.ts';

/** A setting that is not as it was. */
export interface Change {
  readonly name: string;
  /** As it may be shown; null: was not there. */
  readonly before: string | null;
  /** Null: is not there any more. */
  readonly after: string | null;
  /** Whether it holds from now on, or from the next start on. */
  readonly effect: 'now' | 'restart';
}

/** Limits that are looked at for every record or series, not when something is made. */
const liveLimits = [
  'features',
  'recordBytes',
  'keys',
  'textBytes',
  'depth',
  'rejectPayloadBytes',
  'metricModels',
  'metricSubjects',
] as const;

/**
 * What takes effect at once, by its name; everything else needs a restart, for a connection, a table or a listener was
 * made with it.
 */
const live: readonly RegExp[] = [
  /^(budget|calendar|measures|policies|environments|channels|outbound|retraining|mlflow|keys|access|privacy)\b/,
  /^models\b(?!.*\.segments$)/,
  /^log\.level$/,
  /^http\.limits\.rows$/,
  new RegExp(`^limits\\.(${liveLimits.join('|')})$`),
];

/** Differences of two configurations, in the order of the schema; what was added comes where it stands now. */
export function changesOf(before: Config, after: Config): Change[] {
  const old = new Map(settingsOf(before).map(setting => [setting.name, setting]));
  const now = settingsOf(after);
  const names = new Set(now.map(({ name }) => name));
  // That a list or a mapping is empty is said by what was taken away or added.
  const tells = ({ shown }: Setting) => shown !== '{}' && shown !== '[]';
  const changed = now.flatMap((setting): Change[] => {
    const was = old.get(setting.name);
    if (was?.identity === setting.identity || (was === undefined && !tells(setting))) return [];
    return [changeOf(setting.name, was?.shown ?? null, setting.shown)];
  });
  const removed = [...old.values()].filter(setting => !names.has(setting.name) && tells(setting));
  return [...changed, ...removed.map(({ name, shown }) => changeOf(name, shown, null))];
}

function changeOf(name: string, before: string | null, after: string | null): Change {
  return { name, before, after, effect: live.some(pattern => pattern.test(name)) ? 'now' : 'restart' };
}

/** `log.level: info -> debug`; a secret that was replaced says only that. */
export function changeText({ name, before, after }: Change): string {
  if (before === null) return `${name}: set to ${after}`;
  if (after === null) return `${name}: was ${before}, is not set any more`;
  return before === after ? `${name}: replaced (${after})` : `${name}: ${before} -> ${after}`;
}

/**
 * The configuration to go on with: what takes effect at once from `after`, the rest from `before`, so that a part made
 * later (a decoder, a message) never sees half of a setting that waits for the restart.
 *
 * @throws LeewayError LW_CONFIG_INVALID when the two do not go together: a key taken out with the hash rule of a source,
 * which stays until the restart.
 */
export function applied(before: Config, after: Config): Config {
  const {
    budget,
    calendar,
    measures,
    policies,
    environments,
    log,
    channels,
    outbound,
    keys,
    access,
    privacy,
  } = after;
  const { retraining: _, mlflow: __, ...rest } = before;
  const limits = Object.fromEntries(liveLimits.map(name => [name, after.limits[name]]));
  return usable({
    ...rest,
    budget,
    calendar,
    measures,
    policies,
    environments,
    log,
    channels,
    outbound,
    keys,
    access,
    privacy,
    models: withSegments(after.models, before.models),
    ...(after.retraining === undefined ? {} : { retraining: after.retraining }),
    ...(after.mlflow === undefined ? {} : { mlflow: after.mlflow }),
    http: { ...before.http, limits: { ...before.http.limits, rows: after.http.limits.rows } },
    limits: { ...before.limits, ...limits },
  });
}

/** What holds for a file holds for a mixture of two: neither was checked with the other's part. */
function usable(config: Config): Config {
  const found = rules.flatMap(rule => rule(config));
  if (found.length === 0) return config;
  const lines = found.map(({ path, message }) => `${pathText(path)} ${message}`);
  throw new LeewayError('LW_CONFIG_INVALID', `it cannot go on without a restart: ${lines.join('\n')}`);
}

/** Segments are columns of profiles that exist: those of a known pattern stay until the restart. */
function withSegments(after: Config['models'], before: Config['models']): Config['models'] {
  const entries = Object.entries(after).map(([name, own]) => [
    name,
    { ...own, segments: before[name]?.segments ?? [] },
  ]);
  return Object.fromEntries(entries) as Config['models'];
}
