import { beforeEach, describe, expect, it } from 'vitest';
import type { Finding, JudgedWindow } from '../domain/finding.ts';
import { createRecordedEvents } from '../lib/events.ts';
import { type ActorDeps, createActor, type OrderRequest } from './actor.ts';
import { createLinks } from './links.ts';
import { blindPolicy, defaultPolicy, type Policy } from './policy.ts';
import type { Controls } from './ports.ts';
import { judged } from './samples.ts';
import { type ActTwins, createActTwins } from './twins.ts';

const hour = 3600;
const base = 1_000 * hour;
const page: Partial<Finding> = { verdict: 'drift', effect: 0.3 };
const errors: Partial<Finding> = { check: 'errors', subject: 'status', verdict: 'drift', effect: 0.1 };
const clear: Partial<Finding> = { verdict: 'stable' };
const at = (n: number, findings: readonly Partial<Finding>[]) => judged(base + n * hour, hour, findings);
const strict: Policy = {
  ...defaultPolicy,
  name: 'strict',
  checks: ['errors'],
  severity: 'warning',
  routes: ['ops'],
};

let stores: ActTwins;
let policies: readonly Policy[];
let asked: OrderRequest[];
let controls: Partial<Controls>;

beforeEach(() => {
  stores = createActTwins({ now: () => 0 });
  policies = [defaultPolicy, blindPolicy, strict];
  asked = [];
  controls = {};
});

function actor(over: Partial<ActorDeps> = {}) {
  return createActor({
    alerts: stores.alerts,
    orders: { consider: async request => (asked.push(request), null) },
    policiesOf: () => policies,
    controls: {
      read: async () => ({
        silenced: () => null,
        paused: () => false,
        acknowledged: () => false,
        ...controls,
      }),
    },
    links: createLinks('http://127.0.0.1:8080'),
    events: createRecordedEvents(),
    ...over,
  });
}

async function judge(to: ReturnType<typeof actor>, window: JudgedWindow) {
  stores.addWindow(window);
  await to.handle([window], end => (end + 600) * 1000);
}

const story = () =>
  [...stores.alerts.transitions.values()].map(t => `${t.policy} ${t.reason}${t.notify ? ', told' : ''}`);

describe('several policies', () => {
  it('an episode keeps the severity it opened with, whatever the policy says by now; the next has the new one', async () => {
    for (const restarts of [false, true]) {
      stores = createActTwins({ now: () => 0 });
      policies = [defaultPolicy];
      let one = actor();
      await judge(one, at(0, [page]));
      policies = [{ ...defaultPolicy, severity: 'warning' }];
      if (restarts) one = actor();
      for (const n of [1, 2, 3]) await judge(one, at(n, [clear]));
      await judge(one, at(4, [page]));
      const told = [...stores.alerts.transitions.values()].map(({ to, severity, body }) => {
        const { data } = JSON.parse(body) as { data: { severity: string } };
        return [to, severity, data.severity];
      });
      expect(told).toEqual([
        ['firing', 'critical', 'critical'],
        ['ok', 'critical', 'critical'],
        ['firing', 'warning', 'warning'],
      ]);
    }
  });

  it('have an alert each, with a severity, receivers and orders of their own', async () => {
    await judge(actor(), at(0, [page, errors]));
    expect(story()).toEqual(['default opened, told', 'strict opened, told']);
    const [usual, own] = [...stores.alerts.transitions.values()];
    expect([usual?.severity, usual?.routes, own?.severity, own?.routes]).toEqual([
      'critical',
      [],
      'warning',
      ['ops'],
    ]);
    expect(JSON.parse(own!.body).data).toMatchObject({ policy: 'strict', severity: 'warning' });
    expect(own?.subjects).toEqual(['status']);
    expect(asked.map(request => [request.policy.name, request.calls])).toEqual([
      ['default', ['retrain']],
      ['strict', []],
    ]);
  });

  it('tell of what Leeway cannot see beside what it sees', async () => {
    const blind = at(0, [{ check: 'blind', subject: '', verdict: 'blind' }]);
    await judge(actor(), blind);
    expect(story()).toEqual(['blind opened, told']);
    const { data } = JSON.parse([...stores.alerts.transitions.values()][0]!.body);
    expect(data.summary).toBe('churn (prod): Leeway cannot see: blind');
  });

  it('end with the reason policy-removed when they are taken out, at once or while the service was down', async () => {
    const made = actor();
    await judge(made, at(0, [errors]));
    policies = [defaultPolicy, blindPolicy];
    await judge(made, at(1, [errors]));
    expect(story()).toEqual(['default opened, told', 'strict opened, told', 'strict policy-removed, told']);
    await judge(made, at(2, [errors]));
    policies = [blindPolicy];
    await actor().recover(end => (end + 600) * 1000);
    expect(story().at(-1)).toBe('default policy-removed, told');
    const count = story().length;
    await actor().recover(end => (end + 600) * 1000);
    expect(story()).toHaveLength(count);
  });

  it('go on when they come back, with the next episode', async () => {
    const made = actor();
    await judge(made, at(0, [errors]));
    policies = [defaultPolicy, blindPolicy];
    await judge(made, at(1, [clear]));
    policies = [defaultPolicy, blindPolicy, strict];
    await judge(made, at(2, [errors]));
    const own = [...stores.alerts.transitions.values()].filter(t => t.policy === 'strict');
    expect(own.map(t => [t.episode, t.reason])).toEqual([
      [1, 'opened'],
      [1, 'policy-removed'],
      [2, 'opened'],
    ]);
  });

  it('tell nobody and order all the same when that is what their actions say', async () => {
    policies = [{ ...defaultPolicy, actions: ['retrain'] }];
    await judge(actor(), at(0, [page]));
    expect(story()).toEqual(['default opened']);
    expect(asked).toHaveLength(1);
  });
});

describe('what people ask of an alert', () => {
  it('silences by check, subject and policy; what still fires is announced when the silence ends', async () => {
    const made = actor();
    controls = {
      silenced: (_at, check, subject, policy) =>
        check === 'drift' && subject === 'feature:age' && policy === 'default' ? 'sl_1' : null,
    };
    await judge(made, at(0, [page, errors]));
    expect(story()).toEqual(['default opened, told', 'strict opened, told']);
    stores = createActTwins({ now: () => 0 });
    const quiet = actor();
    await judge(quiet, at(0, [page]));
    await judge(quiet, at(1, [page]));
    expect(story()).toEqual(['default silenced']);
    expect(asked.filter(request => request.memory.announced === 'ok')).toEqual([]);
    controls = {};
    await judge(quiet, at(2, [page]));
    expect(story()).toEqual(['default silenced', 'default announced, told']);
  });

  it('pauses one alert and not the others, over a restart', async () => {
    controls = { paused: policy => policy === 'default' };
    await judge(actor(), at(0, [page, errors]));
    await judge(actor(), at(1, [page, errors]));
    expect(story()).toEqual(['default paused', 'strict opened, told']);
    controls = {};
    await judge(actor(), at(2, [page, errors]));
    expect(story().slice(2)).toEqual(['default resumed', 'default opened, told']);
  });

  it('does not remind of an episode somebody has taken on', async () => {
    policies = [{ ...defaultPolicy, remind: 2 * hour * 1000 }];
    const made = actor();
    controls = { acknowledged: (policy, episode) => policy === 'default' && episode === 1 };
    for (let n = 0; n < 5; n++) await judge(made, at(n, [page]));
    expect(story()).toEqual(['default opened, told']);
    controls = {};
    for (let n = 5; n < 8; n++) await judge(made, at(n, [page]));
    expect(story()).toEqual(['default opened, told', 'default reminded, told', 'default reminded, told']);
    const types = [...stores.alerts.transitions.values()].map(t => JSON.parse(t.body).type);
    expect(types).toEqual(['alert.firing', 'alert.reminded', 'alert.reminded']);
  });
});
