import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { createLiveConfig } from './live-config.ts';
import { createStreamRules } from './stream-rules.ts';

const load = (over: object) => loadConfig(null, over as never, {});
const prod = (model: string) => ({ model, environment: 'prod' });

describe('settings of a stream', () => {
  it('share the fleet budget among those that have none of their own and are not ignored', () => {
    const config = load({
      budget: { fleetFalseAlarmsPerWeek: 1 },
      environments: { dev: { ignore: true } },
      models: { special: { budget: { falseAlarmsPerMonth: 9 } } },
    });
    const rules = createStreamRules(config);
    const all = [prod('a'), prod('b'), prod('special'), { model: 'a', environment: 'dev' }];
    expect(rules.settings(prod('a'), all)?.budget).toBeCloseTo(30 / 7 / 2, 12);
    expect(rules.settings(prod('special'), all)?.budget).toBe(9);
    expect(rules.settings({ model: 'a', environment: 'dev' }, all)).toBeNull();
    // A model more, and each gets less.
    expect(rules.settings(prod('a'), [...all, prod('c')])?.budget).toBeCloseTo(30 / 7 / 3, 12);
  });

  it('take lateness and checks from the overrides, and follow a reload', () => {
    const live = createLiveConfig(load({}));
    const rules = createStreamRules(live.view);
    expect(rules.settings(prod('churn'), [])).toEqual({ budget: 1, latenessSeconds: 600, off: new Set() });
    live.reload(load({ models: { 'ch*': { latenessSeconds: 5, checks: { volume: false } } } }));
    expect(rules.settings(prod('churn'), [])).toEqual({
      budget: 1,
      latenessSeconds: 5,
      off: new Set(['volume']),
    });
    expect(rules.settings(prod('fraud'), [])?.latenessSeconds).toBe(600);
  });
});
