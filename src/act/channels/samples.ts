import type { Finding } from '../../domain/finding.ts';
import type { Endpoint, SecretText } from '../channel.ts';
import { type Decision, decide } from '../decide.ts';
import { createLinks } from '../links.ts';
import { emptyMemory, type Memory } from '../memory.ts';
import { buildTransition } from '../message.ts';
import { defaultPolicy, type Policy } from '../policy.ts';
import { judged } from '../samples.ts';

/** Hours of one stream and what the policy makes of them. */
export interface Course {
  readonly model?: string;
  readonly policy?: Partial<Policy>;
  /** Findings of one hour after another; the first begins at nine. */
  readonly hours: readonly (readonly Partial<Finding>[])[];
}

const first = Date.parse('2026-11-21T09:00:00Z') / 1000;
const hour = 3600;
const links = createLinks('https://leeway.example.org');
/** Two episodes are over. */
const third: Memory = { ...emptyMemory, episode: 2, toldEpisode: 2, step: 4 };

/** Bodies of all that people are told of these hours, in order: decided and written as the service does it. */
export function bodiesOf({ model = 'churn', policy: over, hours }: Course): readonly string[] {
  const policy = { ...defaultPolicy, ...over };
  const alert = { model, environment: 'prod', policy: policy.name };
  const bodies: string[] = [];
  let memory = third;
  for (const [i, findings] of hours.entries()) {
    const named = findings.map(each => ({ ...each, model }));
    const window = judged(first + i * hour, hour, named);
    // An hour is judged when late rows have had their ten minutes.
    const now = (first + (i + 1) * hour + 600) * 1000;
    const decision: Decision = decide(memory, window, policy, { now, promotion: null });
    const { transition: change, reason } = decision;
    memory = decision.memory;
    if (change?.notify)
      bodies.push(buildTransition({ alert, policy, memory, change, reason, window, now }, links).body);
  }
  return bodies;
}

/** Findings of an hour in which two features lie elsewhere than in the baseline, as the checks found them. */
export const drifted: readonly Partial<Finding>[] = [
  {
    subject: 'feature:age',
    verdict: 'drift',
    p: 1.6601087362909796e-51,
    effect: 0.25,
    effectLow: 0.20699439626952754,
    effectHigh: 0.2830393153807542,
    n: 900,
    sentence:
      'age: 25 % of rows moved away from below 35; p 1.7e-51 against 1e-5 allowed (shape); 900 rows against 5,000 in the baseline.',
  },
  {
    subject: 'feature:income',
    verdict: 'drift',
    p: 2.1550798007473937e-21,
    effect: 0.1444444444444445,
    effectLow: 0.08629053364797445,
    effectHigh: 0.20330220805778115,
    n: 900,
    sentence:
      'income: 14.4 % of rows moved away from below 40,000; p 2.2e-21 against 1e-5 allowed (location); 900 rows against 5,000 in the baseline.',
  },
];

/** The same when it is over. */
export const calm: readonly Partial<Finding>[] = ['age', 'income'].map(name => ({
  subject: `feature:${name}`,
  verdict: 'stable',
  p: 1,
  effect: 0,
  effectLow: 0,
  effectHigh: 0.06890404736912085,
  n: 900,
  sentence: `${name}: no move of rows beyond noise (tolerance 2 %); p 1 against 1e-5 allowed (location); 900 rows against 5,000 in the baseline.`,
}));

interface Body {
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>> & {
    readonly findings: readonly Readonly<Record<string, unknown>>[];
  };
}

const opened = JSON.parse(bodiesOf({ hours: [drifted] })[0]!) as Body;

/** The body of an alert that fires, with parts that a test wants otherwise. */
export function alertBody(
  over: {
    readonly type?: string;
    readonly timestamp?: string;
    readonly data?: Readonly<Record<string, unknown>>;
  } = {},
): string {
  return JSON.stringify({ ...opened, ...over, data: { ...opened.data, ...over.data } });
}

/** A finding as it stands in a body. */
export function bodyFinding(over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { ...opened.data.findings[0], ...over };
}

/** Texts that mean something to some receiver's markup, or break where they are not looked at. */
export const hostileTexts = [
  '<!channel> <@U123> <https://evil.example|click>',
  '*bold* _it_ ~no~ `code` > quote',
  '**x** [x](https://evil.example) ![i](https://evil.example/i.png) # h',
  '<script>alert(1)</script><img src=x onerror=alert(1)>"\'&amp;',
  'two\r\nBcc: victim@example.org\r\n\r\nlines',
  '{{ .Labels }} ${jndi:ldap://x} %n%s',
  '\u202edesrever\u202c zero\u200bwidth \ud800 nul\u0000 \u2028line',
  '\u00fcml\u00e4ut \u6f22\u5b57 \ud83d\udea8'.repeat(3),
] as const;

const hidden = (text: string): SecretText & { toJSON(): string } => ({
  reveal: () => text,
  toJSON: () => '<secret>',
});

/** Secrets of the endpoints below: none may ever be in an answer. */
export const sampleSecrets = [
  `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  'R0UT1NGKEY0123456789abcdef012345',
  'hunter2-password',
  'hunter2-bearer',
  'T0KEN-IN-THE-PATH',
  'ops@example.org',
] as const;

/** An endpoint of each kind that leads to `port` of this machine. */
export function sampleEndpoint(kind: string, port: number): Endpoint {
  const path = `/services/${sampleSecrets[4]}`;
  const settings: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    pagerduty: { routingKey: hidden(sampleSecrets[1]) },
    alertmanager: { labels: { team: 'ml' }, token: hidden(sampleSecrets[3]) },
    email: {
      host: '127.0.0.1',
      port,
      security: 'none',
      username: 'leeway',
      password: hidden(sampleSecrets[2]),
      from: 'leeway@example.org',
      to: [sampleSecrets[5]],
    },
  };
  const secret = ['slack', 'teams'].includes(kind) ? { url: hidden(`http://127.0.0.1:${port}${path}`) } : {};
  return {
    name: 'ops',
    kind,
    takes: 'alerts',
    url: kind === 'email' ? `smtp://127.0.0.1:${port}` : `http://127.0.0.1:${port}${path}`,
    secrets: kind === 'webhook' ? [hidden(sampleSecrets[0])] : [],
    settings: { ...settings[kind], ...secret },
  };
}
