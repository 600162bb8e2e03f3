/** Alerts, episodes and silences of the page's fixture: answers that change as the page asks. */
import type {
  AlertListAnswer,
  AlertState,
  Episode,
  EpisodeEvent,
  EpisodesAnswer,
  EventKind,
  PreviewAnswer,
  SilenceEntry,
} from '../../src/web/client/alert-answers.ts';
import { change } from './fixture-data.ts';

const hour = 3_600_000;
const day = 24 * hour;
const fired = change * 1000 + 9 * hour;
const now = fired + 3 * day;

const sentence = (name: string, percent: number) =>
  `${name}: ${percent} % of the rows moved, more than the 10 % that matter (6 h window).`;

const churn: AlertState = {
  model: 'churn',
  environment: 'production',
  policy: 'default',
  state: 'firing',
  open: true,
  severity: 'critical',
  since: fired,
  episode: 3,
  subjects: ['feature:income', 'feature:plan', 'score:yes'],
  summary: 'churn (production): drift of feature:income and 2 more: effect 0.183, tolerance 0.1',
  told: true,
  findings: ['feature:income', 'feature:plan', 'feature:monthly_charges', 'score:yes'].map((subject, i) => ({
    check: 'drift',
    subject,
    effect: 0.18 - i / 50,
    tolerance: 0.1,
    sentence: sentence(subject.slice(subject.indexOf(':') + 1), 18 - 2 * i),
  })),
  acknowledged: null,
  paused: null,
  silences: [],
  heard: 4,
};

const fraud: AlertState = {
  ...churn,
  model: 'fraud',
  policy: 'blind',
  severity: 'warning',
  since: now - 5 * hour,
  episode: 1,
  subjects: ['blind'],
  told: false,
  findings: [
    {
      check: 'blind',
      subject: '',
      effect: null,
      tolerance: null,
      sentence: 'Partition 2 was not read past the window.',
    },
  ],
  silences: ['si_8d2f01'],
  heard: 0,
};

const over: AlertState = {
  ...churn,
  model: 'credit',
  state: 'ok',
  open: false,
  since: now - 20 * day,
  findings: [],
};

const event = (kind: EventKind, at: number, more: Partial<EpisodeEvent> = {}): EpisodeEvent => ({
  kind,
  at,
  reason: kind,
  by: '',
  window: null,
  subjects: [],
  told: false,
  ...more,
});

const window = (at: number) => ({ window: { from: at - 6 * hour, to: at }, subjects: churn.subjects });

function episode(number: number, from: number, to: number | null, events: readonly EpisodeEvent[]): Episode {
  const attempt = { attempt: 1, at: from, outcome: 'done', status: 204, detail: '', next: 0 };
  const failed = {
    ...attempt,
    outcome: 'retry',
    status: 503,
    detail: '503 Service Unavailable',
    next: from + 300_000,
  };
  return {
    episode: number,
    state: to === null ? 'open' : 'resolved',
    severity: 'critical',
    since: from - hour,
    opened: from,
    resolved: to,
    summary: churn.summary,
    subjects: churn.subjects,
    acknowledged: null,
    events: [
      event('opened', from, { ...window(from), told: true }),
      ...events,
      ...(to === null ? [] : [event('resolved', to, { ...window(to), told: true })]),
    ],
    messages: [
      {
        id: `tr_${number}`,
        kind: 'opened',
        at: from,
        summary: churn.summary,
        deliveries: [{ endpoint: 'pager', outcome: 'done', attempts: [failed, { ...attempt, attempt: 2 }] }],
      },
    ],
    orders: [],
  };
}

const episodes: readonly Episode[] = [
  episode(3, fired, null, [
    event('order', fired + 60_000, { reason: 'retrain dry-run: not-armed', by: 'default' }),
    event('extended', fired + 10 * hour, window(fired + 10 * hour)),
    event('reminded', fired + day, { ...window(fired + day), told: true }),
    event('reminded', fired + 2 * day, { ...window(fired + 2 * day), told: true }),
  ]),
  episode(2, fired - 9 * day, fired - 5 * day, [
    event('order', fired - 9 * day + hour, { reason: 'retrain requested', by: 'default' }),
    event('acknowledged', fired - 9 * day + 2 * hour, { by: 'ann', reason: 'feature store is late' }),
    event('order', fired - 8 * day, { reason: 'retrain succeeded', by: 'default' }),
    event('paused', fired - 7 * day, { by: 'ann', reason: 'backfill' }),
    event('resumed', fired - 6 * day, { by: 'ann', reason: '' }),
    event('order', fired - 5.5 * day, { reason: 'retrain promoted', by: 'default' }),
  ]),
  episode(1, fired - 16 * day, fired - 15.5 * day, [
    event('unacknowledged', fired - 15.8 * day, { by: 'bob', reason: '' }),
  ]),
];

const nightly: SilenceEntry = {
  id: 'si_8d2f01',
  models: ['fraud'],
  environments: [],
  policies: [],
  checks: ['blind'],
  subjects: [],
  from: now - 9 * day,
  to: null,
  recurrence: { cron: '0 2 * * *', minutes: 120, timeZone: 'Europe/Berlin' },
  by: 'ann',
  note: 'nightly restart of the brokers',
  state: 'active',
  next: { from: now - hour, to: now + hour },
};

/** What was asked of the service. */
export interface Asked {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Alerts that can be acknowledged, paused and silenced. */
export interface AlertFixture {
  readonly asked: Asked[];
  /** Null for a path that is none of these. */
  get(path: string, empty: boolean): unknown;
  post(path: string, body: Readonly<Record<string, unknown>>): unknown;
}

export function createAlertFixture(): AlertFixture {
  let alert = churn;
  let silences: readonly SilenceEntry[] = [nightly];
  const asked: Asked[] = [];
  const said = { by: 'page', note: '', at: now };
  const changes: Readonly<Record<string, (body: Readonly<Record<string, unknown>>) => Partial<AlertState>>> =
    {
      acknowledge: body => ({ acknowledged: { ...said, note: String(body['note']) } }),
      unacknowledge: () => ({ acknowledged: null }),
      pause: body => ({ state: 'paused', paused: { ...said, until: Number(body['until']) || null } }),
      resume: () => ({ state: 'firing', paused: null }),
    };
  return {
    asked,
    get: (path, empty) => {
      if (path === '/v1/alerts')
        return { now, alerts: empty ? [] : [alert, fraud, over] } satisfies AlertListAnswer;
      if (path === '/v1/silences') return { now, silences: empty ? [] : silences };
      if (path === '/v1/models/churn/alerts/default/episodes')
        return { now, alert, episodes } satisfies EpisodesAnswer;
      return null;
    },
    post: (path, body) => {
      asked.push({ path, body });
      const verb = path.slice(path.lastIndexOf('/') + 1);
      if (path === '/v1/silences/preview') return previewOf(body);
      if (path === '/v1/silences') {
        silences = [...silences, { ...nightly, ...body, id: 'si_new', recurrence: null, by: 'page' }];
        return silences.at(-1);
      }
      if (verb === 'expire') {
        silences = silences.filter(({ id }) => !path.includes(id));
        return nightly;
      }
      const made = changes[verb]?.(body);
      if (made === undefined) return null;
      alert = { ...alert, ...made };
      return alert;
    },
  };
}

function previewOf(body: Readonly<Record<string, unknown>>): PreviewAnswer {
  const models = body['models'] as readonly string[];
  const fits = models.length === 0 || models.some(name => 'churn'.startsWith(name.replace('*', '')));
  return {
    alerts: fits
      ? [{ model: 'churn', environment: 'production', policy: 'default', covered: churn.findings, of: 4 }]
      : [],
    streams: fits ? [{ model: 'churn', environment: 'production' }] : [],
    findings: fits ? 7 : 0,
    next: [{ from: now, to: now + 2 * hour }],
  };
}
