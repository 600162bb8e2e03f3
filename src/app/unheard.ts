import type { PolicyConfig } from '../config/policies.ts';
import type { Events } from '../lib/events.ts';
import { type DoctorLine, linesOf } from './doctor/line.ts';

/** A name in the routes of a policy that no receiver of alerts has. */
export interface UnheardRoute {
  readonly policy: string;
  readonly route: string;
  /** None of the policy's routes leads anywhere: its alerts reach nobody. */
  readonly nobody: boolean;
}

interface Named {
  readonly name: string;
  readonly takes: string;
}

/** Routes that lead to nobody. Receivers kept by the API come and go, so only the running service can tell. */
export function unheardRoutes(
  policies: readonly PolicyConfig[],
  receivers: readonly Named[],
): readonly UnheardRoute[] {
  const known = new Set(receivers.filter(({ takes }) => takes === 'alerts').map(({ name }) => name));
  return policies
    .filter(({ enabled }) => enabled !== false)
    .flatMap(({ name: policy, routes = [] }) => {
      const nobody = !routes.some(route => known.has(route));
      return routes.filter(route => !known.has(route)).map(route => ({ policy, route, nobody }));
    });
}

/** What is wrong with such a route, for people. */
export function unheardText({ policy, nobody }: UnheardRoute): string {
  const rest = nobody ? 'its alerts reach nobody' : 'only its other receivers are told';
  return `policy ${policy} names it, but there is no receiver of alerts of this name: ${rest}`;
}

const advice = 'Make it with `leeway channels create`, or correct `routes` of the policy.';

/** The same as lines of the doctor; one that is fine where routes are used at all. */
export function routeLines(policies: readonly PolicyConfig[], receivers: readonly Named[]): DoctorLine[] {
  const { ok, warn, fail } = linesOf('routes');
  const unheard = unheardRoutes(policies, receivers);
  const using = policies.some(({ routes, enabled }) => enabled !== false && routes !== undefined);
  if (unheard.length === 0) return using ? [ok('receivers', 'every route of a policy leads to one')] : [];
  return unheard.map(each => (each.nobody ? fail : warn)(each.route, unheardText(each), advice));
}

/** Logs a route that leads to nobody once, and again when it has led to somebody meanwhile. */
export function createRouteWatch(events: Pick<Events, 'problemOccurred'>) {
  let told = new Set<string>();
  return (policies: readonly PolicyConfig[], receivers: readonly Named[]): void => {
    const now = new Map(
      unheardRoutes(policies, receivers).map(each => [JSON.stringify([each.policy, each.route]), each]),
    );
    for (const [key, each] of now)
      if (!told.has(key))
        events.problemOccurred({
          code: 'LW_ROUTE_UNHEARD',
          message: `route ${each.route}: ${unheardText(each)}`,
        });
    told = new Set(now.keys());
  };
}
