import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { budgetOf } from './budget.ts';
import { checkConfig, loadConfig } from './load.ts';
import { type Overriding, streamRules } from './overrides.ts';

const config = {
  environments: {
    staging: { ignore: true },
    'test-*': { budget: { falseAlarmsPerMonth: 9 }, latenessSeconds: 60, checks: { volume: false } },
  },
  models: {
    'churn-eu': { latenessSeconds: 5 },
    'churn-*': {
      budget: { falseAlarmsPerMonth: 2 },
      tolerances: { drift: 0.3 },
      limits: { features: 7 },
      checks: { latency: false, volume: true },
      environments: {
        staging: { ignore: false, tolerances: { missing: 0.5 } },
        prod: { budget: { falseAlarmsPerMonth: 0.1 }, checks: { latency: true } },
      },
    },
  },
} satisfies Overriding;

describe('rules of a stream', () => {
  it('are the general ones where nothing fits', () => {
    expect(streamRules(config, 'fraud', 'prod')).toEqual({
      ignore: false,
      budget: null,
      latenessSeconds: null,
      tolerances: {},
      off: new Set(),
      features: null,
    });
  });

  it('come from the environment, the model, and the model in the environment, the last first, key by key', () => {
    expect(streamRules(config, 'fraud', 'staging').ignore).toBe(true);
    expect(streamRules(config, 'churn-us', 'staging')).toMatchObject({
      ignore: false,
      budget: 2,
      tolerances: { drift: 0.3, missing: 0.5 },
      features: 7,
    });
    expect(streamRules(config, 'churn-us', 'prod')).toMatchObject({ budget: 0.1, off: new Set() });
    expect(streamRules(config, 'churn-us', 'test-1')).toMatchObject({
      budget: 2,
      latenessSeconds: 60,
      off: new Set(['latency']),
    });
    expect(streamRules(config, 'fraud', 'test-1')).toMatchObject({ budget: 9, off: new Set(['volume']) });
  });

  it('take the first pattern alone', () => {
    expect(streamRules(config, 'churn-eu', 'prod')).toMatchObject({ budget: null, latenessSeconds: 5 });
  });

  it('are read from a file, and unknown checks and environments keys are named', () => {
    const text = `environments: {staging: {ignore: true}}
models: {churn: {budget: {falseAlarmsPerMonth: 3}, checks: {volume: false}, environments: {dev: {ignore: true}}}}`;
    expect(checkConfig(text, {})).toEqual([]);
    expect(checkConfig('models: {churn: {checks: {drfit: false}}}', {})[0]?.message).toContain(
      'did you mean "drift"',
    );
    expect(checkConfig('environments: {dev: {ignored: true}}', {})[0]?.message).toContain(
      'did you mean "ignore"',
    );
    expect(checkConfig('models: {churn: {checks: {blind: false}}}', {})[0]?.rule).toBe('unknown-key');
    expect(loadConfig(null, {}, {}).environments).toEqual({});
  });
});

describe('budget', () => {
  const fleet = { falseAlarmsPerModelMonth: 1, fleetFalseAlarmsPerWeek: 1 };

  it('is each model’s, its own, or its share of the fleet’s', () => {
    expect(budgetOf({ falseAlarmsPerModelMonth: 1 }, null, 5).falseAlarmsPerMonth).toBe(1);
    expect(budgetOf(fleet, 4, 5)).toEqual({ falseAlarmsPerMonth: 4, from: 'a budget of its own' });
    expect(budgetOf(fleet, null, 5).falseAlarmsPerMonth).toBeCloseTo(30 / 7 / 5, 12);
    expect(budgetOf(fleet, null, 5).from).toBe("the fleet's 1 a week over 5 models");
  });

  it('of the fleet adds up to what was asked for, however many share it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (n, week) => {
          const each = budgetOf({ falseAlarmsPerModelMonth: 1, fleetFalseAlarmsPerWeek: week }, null, n);
          expect((each.falseAlarmsPerMonth * n * 7) / 30 / week).toBeCloseTo(1, 9);
        },
      ),
    );
  });
});
