import { mostSilences } from '../../act/controls.ts';
import type { ControlledAlert } from '../../domain/control.ts';
import type { AlertDesk, AlertName, AlertRow, Said } from '../../http/control-ports.ts';
import { LeewayError } from '../../lib/errors.ts';
import type { Storage } from '../storage.ts';
import { episodesOf } from './history.ts';
import { alertRow, type Standing } from './row.ts';

export interface AlertDeskDeps {
  readonly storage: Pick<
    Storage,
    'acknowledgements' | 'episodes' | 'models' | 'orders' | 'pauses' | 'silences'
  >;
  /** Run's clock. */
  readonly now: () => number;
  /** Names of the policies that hold for a stream. */
  readonly policies: (model: string, environment: string) => readonly string[];
}

/** Most pauses and orders of an alert that its history is put together from. */
const most = 1000;

/** What people see of alerts, and ask of them. */
export function createAlertDesk(deps: AlertDeskDeps): AlertDesk {
  const { storage, now } = deps;
  const find = (name: AlertName) => findStanding(deps, name);
  const answer = async (alert: ControlledAlert) => alertRow(await find(alert), now());
  const turn = async (name: AlertName, said: Said & { paused: boolean; until: number | null }) => {
    const { alert } = await find(name);
    await storage.pauses.append({ ...alert, ...said, at: now() });
    return answer(alert);
  };
  return {
    now,
    list: async ({ model, open }) => {
      const all = (await standings(deps, model)).map(standing => alertRow(standing, now()));
      return all.filter(row => !open || row.state !== 'ok').sort(worstFirst);
    },
    episodes: async (name, page) => {
      const standing = await find(name);
      return { alert: alertRow(standing, now()), episodes: await history(deps, standing.alert, page) };
    },
    acknowledge: async (name, { episode, by, note }) => {
      const { alert, row } = await openEpisode(deps, name);
      if (episode !== null && episode !== row.episode)
        throw new LeewayError(
          'LW_CONFLICT',
          `episode ${row.episode} of ${textOf(alert)} is open, not ${episode}: look at it first`,
        );
      const word = { ...alert, episode: row.episode, acknowledged: true, by, note, at: now() };
      await storage.acknowledgements.append(word);
      return answer(alert);
    },
    unacknowledge: async (name, { by, note }) => {
      const { alert, row } = await openEpisode(deps, name);
      if (row.acknowledged === null)
        throw new LeewayError('LW_CONFLICT', `nobody has acknowledged ${textOf(alert)}`);
      const word = { ...alert, episode: row.episode, acknowledged: false, by, note, at: now() };
      await storage.acknowledgements.append(word);
      return answer(alert);
    },
    pause: async (name, said) => {
      if (said.until !== null && said.until <= now())
        throw new LeewayError(
          'LW_REQUEST_INVALID',
          `until (${iso(said.until)}) is not after now (${iso(now())})`,
        );
      return turn(name, { ...said, paused: true });
    },
    resume: async (name, said) => {
      const { alert, pause } = await find(name);
      if (pause === null || alertRow(await find(alert), now()).paused === null)
        throw new LeewayError('LW_CONFLICT', `${textOf(alert)} is not paused`);
      return turn(alert, { ...said, paused: false, until: null });
    },
  };
}

const iso = (at: number) => new Date(at).toISOString();

/** `alert default of churn (prod)`. */
function textOf({ policy, model, environment }: ControlledAlert): string {
  return `alert ${policy} of ${model}${environment === '' ? '' : ` (${environment})`}`;
}

function worstFirst(a: AlertRow, b: AlertRow): number {
  const rank = (row: AlertRow) =>
    (row.open ? 0 : 4) + (row.state === 'paused' ? 2 : 0) + (row.severity === 'critical' ? 0 : 1);
  return rank(a) - rank(b) || b.since - a.since || (a.model < b.model ? -1 : 1);
}

const keyOf = ({ model, environment, policy }: ControlledAlert) =>
  JSON.stringify([model, environment, policy]);

/** Every alert that ever changed or was paused; of one model, or of all (null). */
async function standings({ storage }: AlertDeskDeps, model: string | null): Promise<readonly Standing[]> {
  const [transitions, acknowledgements, pauses, silences] = await Promise.all([
    storage.episodes.latest(model),
    storage.acknowledgements.latest(),
    storage.pauses.latest(),
    storage.silences.list(mostSilences),
  ]);
  const words = new Map(acknowledgements.map(one => [keyOf(one), one]));
  const paused = new Map(pauses.map(one => [keyOf(one), one]));
  const last = new Map(transitions.map(one => [keyOf(one), one]));
  const known = [...transitions, ...pauses.filter(one => !last.has(keyOf(one)))];
  return known
    .filter(one => model === null || one.model === model)
    .map(one => ({
      alert: { policy: one.policy, model: one.model, environment: one.environment },
      last: last.get(keyOf(one)) ?? null,
      acknowledgement: words.get(keyOf(one)) ?? null,
      pause: paused.get(keyOf(one)) ?? null,
      silences,
    }));
}

/**
 * The alert of a name; one that nothing has happened to yet is there for every environment of a known model and every
 * policy.
 *
 * @throws LeewayError LW_NOT_FOUND, LW_REQUEST_INVALID
 */
async function findStanding(deps: AlertDeskDeps, name: AlertName): Promise<Standing> {
  const { model, policy, environment } = name;
  const fits = (one: { readonly environment: string }) =>
    environment === null || one.environment === environment;
  const ever = (await standings(deps, model)).filter(one => one.alert.policy === policy && fits(one.alert));
  if (ever.length === 1) return ever[0]!;
  if (ever.length > 1)
    throw whichEnvironment(
      name,
      ever.map(({ alert }) => alert.environment),
    );
  const versions = (await deps.storage.models.list(model)).filter(fits);
  const environments = [...new Set(versions.map(one => one.environment))];
  if (environments.length === 0) throw noModel(name);
  if (environments.length > 1) throw whichEnvironment(name, environments);
  const alert = { policy, model, environment: environments[0]! };
  const policies = deps.policies(model, alert.environment);
  if (!policies.includes(policy)) throw noPolicy(alert, policies);
  return { alert, last: null, acknowledgement: null, pause: null, silences: [] };
}

function noModel({ model, environment }: AlertName): LeewayError {
  const where = environment === null ? '' : ` in environment "${environment}"`;
  return new LeewayError('LW_NOT_FOUND', `there is no model "${model}"${where}`);
}

function noPolicy({ policy, model }: ControlledAlert, policies: readonly string[]): LeewayError {
  return new LeewayError(
    'LW_NOT_FOUND',
    `there is no policy "${policy}" for ${model} (there are: ${policies.join(', ')})`,
    undefined,
    'Name one of the policies; `leeway alerts` lists the alerts.',
  );
}

function whichEnvironment({ model, policy }: AlertName, environments: readonly string[]): LeewayError {
  const names = [...environments].sort().map(name => `"${name}"`);
  return new LeewayError(
    'LW_REQUEST_INVALID',
    `alert ${policy} of ${model} is there for several environments: ${names.join(', ')}`,
    undefined,
    'Name one of them as environment (--environment).',
  );
}

/** The alert with its open episode. @throws LeewayError LW_CONFLICT */
async function openEpisode(deps: AlertDeskDeps, name: AlertName) {
  const standing = await findStanding(deps, name);
  const row = alertRow(standing, deps.now());
  if (!row.open)
    throw new LeewayError(
      'LW_CONFLICT',
      `${textOf(standing.alert)} has no open episode: there is nothing to acknowledge`,
    );
  return { alert: standing.alert, row };
}

async function history(
  { storage, now }: AlertDeskDeps,
  alert: ControlledAlert,
  { before, limit }: { readonly before: number | null; readonly limit: number },
) {
  const transitions = await storage.episodes.transitions({ alert, before, limit });
  const first = transitions[0]?.episode ?? 0;
  const [acknowledgements, pauses, orders] = await Promise.all([
    storage.acknowledgements.of(alert, first),
    storage.pauses.of(alert, most),
    ordersOf(storage, alert.model, new Set(transitions.map(({ id }) => id))),
  ]);
  const ids = [
    ...transitions.filter(({ notify }) => notify).map(({ id }) => id),
    ...orders.map(steps => steps[0]!.id),
  ];
  const attempts = await storage.episodes.attempts(ids);
  return episodesOf({ transitions, acknowledgements, pauses, orders, attempts }, now()).slice(0, limit);
}

async function ordersOf({ orders }: Pick<Storage, 'orders'>, model: string, asked: ReadonlySet<string>) {
  const own = (await orders.orders(model, most)).filter(({ transition }) => asked.has(transition));
  const steps = await Promise.all(own.map(({ id }) => orders.steps(id)));
  return steps.filter(list => list.length > 0);
}
