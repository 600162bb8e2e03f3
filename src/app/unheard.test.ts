import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { Secret } from '../config/secret.ts';
import { createRecordedEvents } from '../lib/events.ts';
import { createRouteWatch, routeLines, unheardRoutes } from './unheard.ts';

const policies = loadConfig(
  null,
  {
    secretsKeys: [new Secret(Buffer.alloc(32, 7).toString('base64'))],
    policies: [
      { name: 'strict', routes: ['ops', 'night'] },
      { name: 'alone', checks: ['errors'], routes: ['gone'] },
      { name: 'default', enabled: false },
      { name: 'all', checks: ['schema'] },
    ],
  } as never,
  {},
).policies;
const ops = { name: 'ops', takes: 'alerts' };

describe('routes that lead to nobody', () => {
  it('are those without a receiver of alerts', () => {
    expect(unheardRoutes(policies, [ops, { name: 'night', takes: 'orders' }])).toEqual([
      { policy: 'strict', route: 'night', nobody: false },
      { policy: 'alone', route: 'gone', nobody: true },
    ]);
    const all = ['ops', 'night', 'gone'].map(name => ({ name, takes: 'alerts' }));
    expect(unheardRoutes(policies, all)).toEqual([]);
    expect(unheardRoutes([{ ...policies[1]!, enabled: false }], [])).toEqual([]);
  });

  it('are told by the doctor, worse where nobody is left', () => {
    const lines = routeLines(policies, [ops]);
    expect(lines.map(({ level, check }) => [level, check])).toEqual([
      ['warn', 'night'],
      ['fail', 'gone'],
    ]);
    expect(lines[1]!.text).toContain('its alerts reach nobody');
    const night = { ...ops, name: 'night' };
    expect(routeLines(policies.slice(0, 1), [ops, night]).map(({ level }) => level)).toEqual(['ok']);
    expect(routeLines([], [])).toEqual([]);
  });

  it('are logged once, and again after they led to somebody', () => {
    const events = createRecordedEvents();
    const watch = createRouteWatch(events);
    const count = () => events.seen.filter(({ name }) => name === 'problemOccurred').length;
    for (const receivers of [[ops], [ops], []]) watch(policies.slice(0, 1), receivers);
    expect(count()).toBe(2);
    expect(events.seen[0]!.event).toMatchObject({ code: 'LW_ROUTE_UNHEARD' });
    watch(policies.slice(0, 1), [ops, { ...ops, name: 'night' }]);
    watch(policies.slice(0, 1), [ops]);
    expect(count()).toBe(3);
  });
});
