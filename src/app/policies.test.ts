import { describe, expect, it } from 'vitest';
import { blindPolicy, defaultPolicy, severityOf } from '../act/policy.ts';
import { finding } from '../act/samples.ts';
import { loadConfig } from '../config/load.ts';
import { createLiveConfig } from './live-config.ts';
import { measuresOf, policiesOf } from './policies.ts';

const load = (over: object) => loadConfig(null, over as never, {});
const prod = (model: string) => ({ model, environment: 'prod' });
const names = (over: object, stream = prod('churn')) => policiesOf(load(over), stream).map(p => p.name);
const only = (own: object, stream = prod('churn')) => policiesOf(load({ policies: [own] }), stream).at(-1)!;

describe('policies of a stream', () => {
  it('are the built-in ones without configuration', () => {
    expect(policiesOf(load({}), prod('churn'))).toEqual([defaultPolicy, blindPolicy]);
  });

  it('follow the tolerances of model and environment', () => {
    const models = { churn: { tolerances: { drift: 0.3, rare: 0.05 } } };
    const [usual] = policiesOf(load({ models }), prod('churn'));
    expect(usual).toEqual({
      ...defaultPolicy,
      pagingEffects: { ...defaultPolicy.pagingEffects, drift: 0.3 },
      rareEffect: 0.05,
    });
    expect(policiesOf(load({ models }), prod('fraud'))[0]).toEqual(defaultPolicy);
    const policies = [{ name: 'own', models: ['churn'] }];
    expect(policiesOf(load({ models, policies }), prod('churn')).at(-1)?.pagingEffects['drift']).toBe(0.3);
    const named = [{ name: 'own', tolerance: 0.5 }];
    expect(policiesOf(load({ models, policies: named }), prod('churn')).at(-1)).toMatchObject({
      pagingEffects: { drift: 0.5, missing: 0.5 },
      rareEffect: 0.5,
    });
  });

  it('hold for models and environments by pattern', () => {
    const policies = [
      { name: 'churns', models: ['churn*'] },
      { name: 'tests', environments: ['test-*', 'dev'] },
      { name: 'off', enabled: false, severity: 'warning' },
    ];
    expect(names({ policies })).toEqual(['default', 'blind', 'churns']);
    expect(names({ policies }, { model: 'fraud', environment: 'test-2' })).toEqual([
      'default',
      'blind',
      'tests',
    ]);
  });

  it('change what is built in where they are of its name, by the keys given', () => {
    const policies = [
      { name: 'default', severity: 'warning', models: ['churn'] },
      { name: 'blind', enabled: false, models: ['fraud'] },
    ];
    const config = load({ policies });
    expect(policiesOf(config, prod('churn'))).toEqual([
      { ...defaultPolicy, severity: 'warning' },
      blindPolicy,
    ]);
    expect(policiesOf(config, prod('fraud'))).toEqual([defaultPolicy]);
  });

  it('take every key', () => {
    const own = {
      name: 'night',
      checks: ['errors', 'reused'],
      windows: [24, 168],
      severity: 'warning',
      tolerance: 0.05,
      when: { windows: 2, of: 3 },
      resolve: { below: 0.5, windows: 4 },
      remindHours: 8,
      actions: ['notify'],
    };
    expect(only(own)).toMatchObject({
      name: 'night',
      checks: ['errors', 'reused'],
      windows: [86_400, 604_800],
      severity: 'warning',
      when: { windows: 2, of: 3 },
      resolveShare: 0.5,
      resolveWindows: 4,
      remind: 8 * 3_600_000,
      actions: ['notify'],
    });
    expect(only({ name: 'a', when: { windows: 3 } }).when).toEqual({ windows: 3, of: 3 });
  });

  it('look at their own checks and subjects alone', () => {
    const policy = only({ name: 'a', checks: ['errors', 'reused', 'drift'], subjects: ['inc*', 'status'] });
    const of = (over: object) => severityOf(finding({ verdict: 'drift', effect: 0.5, ...over }), policy);
    expect(of({ subject: 'feature:income' })).toBe('page');
    expect(of({ subject: 'feature:age' })).toBe('other');
    expect(of({ check: 'missing', subject: 'feature:income' })).toBe('other');
    expect(of({ check: 'errors', subject: 'status' })).toBe('page');
    // A check that does not page by default does so by its verdict when it is named.
    expect(severityOf(finding({ check: 'reused', verdict: 'drift' }), defaultPolicy)).toBe('other');
    expect(
      severityOf(finding({ check: 'reused', verdict: 'drift' }), only({ name: 'b', checks: ['reused'] })),
    ).toBe('page');
  });

  it('hold a tolerance against errors and latency when told', () => {
    const policy = only({ name: 'a', checks: ['errors', 'schema'], tolerance: 0.05 });
    const of = (over: object) => severityOf(finding({ verdict: 'drift', ...over }), policy);
    expect(of({ check: 'errors', effect: 0.06 })).toBe('page');
    expect(of({ check: 'errors', effect: 0.045 })).toBe('near');
    expect(of({ check: 'errors', effect: 0.01 })).toBe('warn');
    expect(of({ check: 'schema', effect: 0.01 })).toBe('page');
  });

  it('hold a tolerance against a loss of performance when told, of one measure too', () => {
    const policy = only({ name: 'a', checks: ['performance'], subjects: ['accuracy'], tolerance: 0.05 });
    const of = (effect: number, subject = 'accuracy') =>
      severityOf(finding({ check: 'performance', subject, verdict: 'drift', effect }), policy);
    expect([0.05, 0.045, 0.03].map(effect => of(effect))).toEqual(['page', 'near', 'warn']);
    expect(of(0.9, 'roc_auc')).toBe('other');
    const lost = finding({ check: 'performance', subject: 'accuracy', verdict: 'drift', effect: 0.03 });
    expect(severityOf(lost, defaultPolicy)).toBe('page');
  });

  it('follow a reload', () => {
    const live = createLiveConfig(load({}));
    expect(policiesOf(live.view, prod('churn'))).toHaveLength(2);
    live.reload(load({ policies: [{ name: 'own' }] }));
    expect(policiesOf(live.view, prod('churn')).map(p => p.name)).toEqual(['default', 'blind', 'own']);
  });
});

describe('a measure of a policy', () => {
  const psi = { name: 'psi', measure: 'psi', threshold: 0.2, models: ['ch*'], windows: [24] };
  const at = (effect: number, verdict = 'stable', check = 'drift:psi') =>
    finding({ check, effect, verdict: verdict as 'stable' });

  it('decides by its value, whatever the verdict', () => {
    const policy = only(psi);
    expect([0.21, 0.2, 0.16, 0.15].map(value => severityOf(at(value), policy))).toEqual([
      'page',
      'near',
      'near',
      'clear',
    ]);
    expect(severityOf(at(0.9, 'insufficient'), policy)).toBe('unknown');
    expect(severityOf(at(0.9, 'drift', 'drift'), policy)).toBe('other');
  });

  it('pages below its threshold when it is a p-value, and knows no share of a threshold below 0', () => {
    const p = only({ name: 'p', measure: 'chi-square-p', threshold: 0.01 });
    const of = (value: number) => severityOf(at(value, 'stable', 'drift:chi-square-p'), p);
    expect([0.009, 0.012, 0.013].map(of)).toEqual(['page', 'near', 'clear']);
    const level = only({ name: 'cold', measure: 'mean', threshold: -5 });
    const mean = (value: number) => severityOf(at(value, 'stable', 'drift:mean'), level);
    expect([-4.9, -5, -9].map(mean)).toEqual(['page', 'clear', 'clear']);
  });

  it('is computed where no rule of `measures` does, and is no business of the default policy', () => {
    const config = load({ policies: [psi] });
    expect(measuresOf(config)).toEqual([
      { measure: 'psi', threshold: 0.2, models: ['ch*'], subjects: [], hours: [24] },
    ]);
    const drift = at(0.9, 'drift');
    expect(policiesOf(config, prod('churn')).map(policy => severityOf(drift, policy))).toEqual([
      'other',
      'other',
      'page',
    ]);
    const general = { measure: 'psi', threshold: 0.3, hours: [24] };
    const both = load({ policies: [psi], measures: [general] });
    expect(measuresOf(both)).toEqual(both.measures);
    expect(policiesOf(both, prod('churn')).map(policy => severityOf(drift, policy))).toEqual([
      'page',
      'other',
      'page',
    ]);
  });
});
