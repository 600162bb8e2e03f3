import type { Endpoint, SecretText } from '../channel.ts';

/** Bodies and endpoints of messages for tests. */
export function alertBody(
  over: {
    readonly type?: string;
    readonly timestamp?: string;
    readonly data?: Readonly<Record<string, unknown>>;
  } = {},
): string {
  return JSON.stringify({
    type: over.type ?? 'alert.firing',
    timestamp: over.timestamp ?? '2026-11-21T10:10:00.000Z',
    data: { ...data, ...over.data },
  });
}

/** A finding as it stands in a body. */
export function bodyFinding(over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    check: 'drift',
    subject: 'feature:age',
    effect: 0.3,
    effect_low: 0.27,
    effect_high: 0.33,
    tolerance: 0.1,
    n: 900,
    n_reference: 5000,
    sentence: 'feature:age drifted: 30 % of the rows lie elsewhere than in the baseline.',
    ...over,
  };
}

const span = { from: '2026-11-21T09:00:00.000Z', to: '2026-11-21T10:00:00.000Z', seconds: 3600 };
const data = {
  id: 'tr_944d5491f2dda1dc103cfddf08094218',
  model: 'churn',
  environment: 'prod',
  policy: 'default',
  episode: 3,
  severity: 'critical',
  reason: 'opened',
  summary: 'churn (prod): drift of feature:age and 1 more: effect 0.300, tolerance 0.1',
  since: '2026-11-21T09:00:00.000Z',
  window: span,
  found_in: span,
  findings: [
    bodyFinding(),
    bodyFinding({
      subject: 'feature:income',
      effect: 0.14,
      effect_low: 0.11,
      effect_high: 0.17,
      sentence: '',
    }),
  ],
  findings_left_out: 0,
  data_in_doubt: [],
  inhibited: [],
  how_sure: 'p 3e-9 against 1e-5, calibrated on 42 days of the stream',
  links: {
    model: 'https://leeway.example.org/#/models/churn?environment=prod',
    alert: 'https://leeway.example.org/#/alerts/default/churn/prod',
    rows: 'https://leeway.example.org/v1/models/churn/export?environment=prod&from=2026-11-21T09%3A00%3A00.000Z',
  },
};

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
