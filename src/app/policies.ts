import { blindPolicy, defaultPolicy, type Policy } from '../act/policy.ts';
import { streamRules } from '../config/overrides.ts';
import { checkOf, fitsStream, type PolicyConfig, policySubject, sizedChecks } from '../config/policies.ts';
import type { Config } from '../config/schema.ts';
import type { MeasureRule } from '../detect/checks/measures.ts';
import { measureNamed } from '../stats/measures/index.ts';

/** What policies are made from. */
export type PolicyConfigs = Pick<Config, 'policies' | 'measures' | 'environments' | 'models'>;

interface Stream {
  readonly model: string;
  readonly environment: string;
}

const hourMs = 3_600_000;

/**
 * The policies that hold for a stream now: the built-in ones, changed where the configuration says so, then its own.
 * Tolerances set for the model or the environment hold in all of them, unless a policy names one itself.
 */
export function policiesOf(
  config: PolicyConfigs,
  stream: Stream,
  base: Policy = defaultPolicy,
): readonly Policy[] {
  const fitting = config.policies.filter(policy => fitsStream(policy, stream));
  const leftOut = onlyOfPolicies(config);
  const usual = tuned(config, stream, { ...base, leftOut: [...new Set([...base.leftOut, ...leftOut])] });
  const builtIn = [usual, blindPolicy].flatMap(policy => {
    const own = fitting.find(({ name }) => name === policy.name);
    if (own === undefined) return [policy];
    return own.enabled === false ? [] : [changed(policy, own)];
  });
  const others = fitting.filter(
    ({ name, enabled }) => enabled !== false && name !== usual.name && name !== blindPolicy.name,
  );
  const blank = tuned(config, stream, base);
  return [...builtIn, ...others.map(own => changed({ ...blank, name: own.name }, own))];
}

/** With the tolerances of the model and the environment. */
function tuned(config: PolicyConfigs, { model, environment }: Stream, base: Policy): Policy {
  const { rare, ...tolerances } = streamRules(config, model, environment).tolerances;
  return {
    ...base,
    pagingEffects: { ...base.pagingEffects, ...tolerances },
    rareEffect: rare ?? base.rareEffect,
  };
}

function changed(base: Policy, own: PolicyConfig): Policy {
  const { when, resolve, remindHours } = own;
  return {
    ...base,
    ...scopeOf(base, own),
    ...sizesOf(base, own),
    severity: own.severity ?? base.severity,
    routes: own.routes ?? base.routes,
    actions: own.actions ?? base.actions,
    windows: own.windows?.map(hours => hours * 3600) ?? base.windows,
    when: when === undefined ? base.when : { windows: when.windows, of: when.of ?? when.windows },
    resolveShare: resolve?.below ?? base.resolveShare,
    resolveWindows: resolve?.windows ?? base.resolveWindows,
    remind: remindHours === undefined ? base.remind : remindHours * hourMs,
  };
}

function scopeOf(
  base: Policy,
  own: PolicyConfig,
): Pick<Policy, 'checks' | 'leftOut' | 'subjects' | 'measure'> {
  const measured = own.measure === undefined ? null : checkOf(own.measure);
  const checks = own.checks ?? (measured === null ? base.checks : [measured]);
  return {
    checks,
    leftOut: own.checks === undefined && measured === null ? base.leftOut : [],
    subjects: own.subjects?.map(policySubject) ?? base.subjects,
    measure:
      measured === null || own.threshold === undefined
        ? base.measure
        : {
            check: measured,
            threshold: own.threshold,
            alarmsWhen: measureNamed(own.measure!)?.alarmsWhen ?? 'above',
          },
  };
}

/** A check that is named and has no tolerance pages by its verdict. */
function sizesOf(
  base: Policy,
  { tolerance, checks }: PolicyConfig,
): Pick<Policy, 'pagingEffects' | 'pagingChecks' | 'rareEffect'> {
  const sized = Object.keys(base.pagingEffects);
  const chosen = checks?.filter(check => sizedChecks.includes(check)) ?? sized;
  const given = tolerance === undefined ? {} : Object.fromEntries(chosen.map(check => [check, tolerance]));
  const pagingEffects = { ...base.pagingEffects, ...given };
  const byVerdict = (checks ?? []).filter(check => pagingEffects[check] === undefined);
  return {
    pagingEffects,
    pagingChecks: [...new Set([...base.pagingChecks, ...byVerdict])],
    rareEffect: tolerance ?? base.rareEffect,
  };
}

/** Rules of `measures`, and of the measures that only policies ask for. */
export function measuresOf({ measures, policies }: Pick<Config, 'measures' | 'policies'>): MeasureRule[] {
  const asked = policies.flatMap(({ name: _name, measure, threshold, enabled, ...own }) => {
    if (measure === undefined || threshold === undefined || enabled === false) return [];
    const { models = [], subjects = [], windows = [1, 6, 24, 168] } = own;
    return [{ measure, threshold, models, subjects, hours: windows }];
  });
  const rules: MeasureRule[] = [...measures];
  for (const rule of asked) rules.push(...without(rule, rules));
  return rules;
}

/** A finding has one name: what a rule before computes for all models and subjects is not computed again. */
function without(rule: MeasureRule, before: readonly MeasureRule[]): MeasureRule[] {
  const same = before.filter(({ measure }) => measure === rule.measure);
  const hours = rule.hours.filter(
    each => !same.some(({ hours: known, models }) => known.includes(each) && models.length === 0),
  );
  return hours.length === 0 ? [] : [{ ...rule, hours }];
}

/** Checks of measures that no rule of `measures` asks for: they are the business of the policies that do. */
function onlyOfPolicies({ measures, policies }: Pick<Config, 'measures' | 'policies'>): readonly string[] {
  const general = measures.map(({ measure }) => checkOf(measure));
  return policies
    .flatMap(({ measure }) => (measure === undefined ? [] : [checkOf(measure)]))
    .filter(check => !general.includes(check));
}
