import { measureNamed } from '../stats/measures/index.ts';
import { thresholdProblem } from './measures.ts';
import type { Path } from './node.ts';
import {
  builtInPolicies,
  checkOf,
  type PolicyConfig,
  shareChecks,
  sizedChecks,
  tolerantChecks,
} from './policies.ts';
import { hasObjectives, subjectsProblem } from './policy-reach.ts';
import type { Finding } from './validate.ts';

/** What policies are held against. */
export interface PolicySurroundings {
  readonly policies: readonly PolicyConfig[];
  readonly channels: readonly { readonly name: string }[];
  readonly measures: readonly { readonly measure: string }[];
  readonly models?: Readonly<Record<string, { readonly objectives?: unknown }>>;
  readonly retraining?: unknown;
  /** With them receivers may be kept in the store, which nobody knows here. */
  readonly secretsKeys?: readonly unknown[];
}

/** What is wrong with policies that satisfy the schema: combinations that can never fire, or reach nobody. */
export function policyFindings(config: PolicySurroundings): Finding[] {
  return config.policies.flatMap((policy, index) => {
    const path: Path = ['policies', index];
    const at = (key: keyof PolicyConfig, rule: string, message: string): Finding => ({
      path: [...path, key],
      rule: `policy-${rule}`,
      message,
    });
    return eachRule.flatMap(rule => rule({ policy, index, config, at }));
  });
}

interface Looked {
  readonly policy: PolicyConfig;
  readonly index: number;
  readonly config: PolicySurroundings;
  readonly at: (key: keyof PolicyConfig, rule: string, message: string) => Finding;
}

type Rule = (of: Looked) => Finding[];

const name: Rule = ({ policy, index, config, at }) => {
  const first = config.policies.findIndex(other => other.name === policy.name);
  if (first === index) return [];
  return [at('name', 'name', `must be unique; policies[${first}] has the same name`)];
};

const when: Rule = ({ policy: { when: held }, at }) => {
  if (held?.of === undefined || held.windows <= held.of) return [];
  return [at('when', 'when', `must ask for at most ${held.of} of ${held.of} windows, not ${held.windows}`)];
};

/** A name may be that of a receiver kept by the API, where there can be any: the running service says if it is not. */
const routes: Rule = ({ policy, config, at }) => {
  if ((config.secretsKeys ?? []).length > 0) return [];
  const known = config.channels.map(channel => channel.name);
  const none = known.length === 0 ? 'there are none' : known.join(', ');
  return (policy.routes ?? [])
    .filter(route => !known.includes(route))
    .map(route => at('routes', 'route', `must be names of channels (${none}); nobody is called ${route}`));
};

const measure: Rule = ({ policy, at }) => {
  const { measure: named, threshold, tolerance, checks } = policy;
  if (named === undefined)
    return threshold === undefined
      ? []
      : [at('threshold', 'measure', 'must come with measure, whose value it is held against')];
  if (threshold === undefined)
    return [at('measure', 'measure', `must come with threshold, the value of ${named} that pages`)];
  const check = checkOf(named);
  if (checks !== undefined && !checks.includes(check))
    return [at('checks', 'measure', `must include ${check}: measure ${named} is judged by no other check`)];
  const problem = thresholdProblem(named, threshold);
  const wrong = problem === null ? [] : [at('threshold', 'threshold', problem)];
  const sized = (checks ?? []).some(each => sizedChecks.includes(each));
  return tolerance === undefined || sized
    ? wrong
    : [...wrong, at('tolerance', 'measure', `must be left out: threshold is what ${named} is held against`)];
};

/** A check that nothing computes never fires. */
const computed: Rule = ({ policy, config, at }) =>
  (policy.checks ?? [])
    .filter(check => check.startsWith('drift:') && check !== checkOf(policy.measure ?? ''))
    .filter(check => !config.measures.some(rule => checkOf(rule.measure) === check))
    .map(check =>
      at(
        'checks',
        'check',
        `must not name ${check}, which nothing computes: give measure and threshold, or add it to measures`,
      ),
    );

/** What is shown and never judged never fires, nor does a promise that nobody has made. */
const judged: Rule = ({ policy, config, at }) => {
  const { checks = [] } = policy;
  const objective = checks.includes('objective') && !hasObjectives(policy, config.models ?? {});
  return [
    ...(checks.includes('size')
      ? [at('checks', 'check', 'must not name size, which is shown and never judged')]
      : []),
    ...(objective
      ? [at('checks', 'check', 'must not name objective: no model it holds for has objectives')]
      : []),
  ];
};

const share: Rule = ({ policy, at }) => {
  const { tolerance: least = 0, measure: named, checks } = policy;
  const shares = (checks ?? (named === undefined ? tolerantChecks : [])).filter(check =>
    shareChecks.includes(check),
  );
  if (least <= 1 || shares.length === 0) return [];
  return [at('tolerance', 'tolerance', `must be at most 1: the size of ${shares.join(', ')} is a share`)];
};

const tolerance: Rule = ({ policy, at }) => {
  const { checks } = policy;
  if (policy.tolerance === undefined || checks === undefined || policy.measure !== undefined) return [];
  if (checks.some(check => sizedChecks.includes(check))) return [];
  return [
    at(
      'tolerance',
      'tolerance',
      `must be left out: ${checks.join(', ')} page by their verdict; ${sizedChecks.join(', ')} have a size`,
    ),
  ];
};

const subjects: Rule = ({ policy, at }) => {
  const problem = subjectsProblem(policy);
  return problem === null ? [] : [at('subjects', 'subjects', problem)];
};

/** A share of a tolerance says nothing to checks without one. While the noise is being learnt, latency has one. */
const resolve: Rule = ({ policy, index, at }) => {
  const { name: called, measure: named, threshold = 0, tolerance: given } = policy;
  if (policy.resolve?.below === undefined) return [];
  const measured = named === undefined ? [] : [checkOf(named)];
  const usual = named === undefined ? tolerantChecks : measured;
  const checks = called === 'blind' ? ['blind'] : (policy.checks ?? usual);
  const sized = [...tolerantChecks, 'latency', ...(given === undefined ? [] : sizedChecks)];
  const valued = threshold > 0 || measureNamed(named ?? '')?.alarmsWhen === 'below';
  if (checks.some(check => sized.includes(check) || (valued && measured.includes(check)))) return [];
  const message = `must be left out: ${checks.join(', ')} ${checks.length > 1 ? 'have' : 'has'} no tolerance or threshold above 0 to be below a share of`;
  return [{ ...at('resolve', 'resolve', message), path: ['policies', index, 'resolve', 'below'] }];
};

const actions: Rule = ({ policy, config, at }) => {
  const chosen = policy.actions ?? ['auto'];
  const said = (message: string) => [at('actions', 'actions', message)];
  if (chosen.includes('auto') && chosen.length > 1) return said('must be auto alone, or a list without it');
  const orders = chosen.filter(action => action === 'retrain' || action === 'rebuild');
  if (orders.length > 0 && config.retraining === undefined)
    return said(`must not order ${orders.join(' and ')}: there is no section retraining that says whom`);
  if (chosen.includes('auto') || chosen.includes('notify')) return [];
  const message = 'must be left out: nobody is told without the action notify';
  return [
    ...(policy.routes === undefined ? [] : [at('routes', 'actions', message)]),
    ...(policy.remindHours === undefined ? [] : [at('remindHours', 'actions', message)]),
  ];
};

/** Leeway's own problems have neither checks nor sizes, and nothing to retrain. */
const blind: Rule = ({ policy, at }) => {
  if (policy.name !== 'blind') return [];
  const keys = ['checks', 'subjects', 'tolerance', 'measure', 'threshold'] as const;
  const wrong = keys
    .filter(key => policy[key] !== undefined)
    .map(key => at(key, 'blind', 'must be left out: blind is about windows that Leeway could not read'));
  const orders = (policy.actions ?? []).some(action => action !== 'notify');
  return orders ? [...wrong, at('actions', 'blind', 'must be notify: blindness orders nothing')] : wrong;
};

const enabled: Rule = ({ policy, at }) => {
  if (policy.enabled !== false || builtInPolicies.includes(policy.name)) return [];
  const others = Object.keys(policy).filter(key => key !== 'name' && key !== 'enabled');
  if (others.length > 0) return [];
  return [at('enabled', 'enabled', `must switch off a built-in policy: ${builtInPolicies.join(', ')}`)];
};

const eachRule: readonly Rule[] = [
  name,
  when,
  routes,
  measure,
  computed,
  judged,
  tolerance,
  share,
  subjects,
  resolve,
  actions,
  blind,
  enabled,
];
