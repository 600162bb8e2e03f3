import type { Endpoint, SecretText } from '../channel.ts';
import type { HttpDeps } from '../targets/http.ts';
import { type HttpChannel, httpChannel } from './http-channel.ts';
import type { Notice } from './notice.ts';
import { clip, factsOf, findingLines, linksOf, oneLine, titleOf } from './words.ts';

const most = { title: 1000, line: 500, findings: 10, label: 500 };

/**
 * How long a firing alert holds without being told again, milliseconds: four rounds of `sustained.every`, as Prometheus
 * does it. When Leeway is away for longer the alert ends there, and begins again when it is back.
 */
const holds = 4 * 60_000;

/** Alertmanager, API version 2: it forgets what is not repeated, so a firing alert is told every minute. */
export function createAlertmanagerChannel(deps: HttpDeps) {
  const channel: HttpChannel = {
    kind: 'alertmanager',
    sustained: { every: 60_000, after: 15 * 60_000 },
    render: (notice, endpoint) => ({
      url: `${endpoint.url.replace(/\/+$/, '')}/api/v2/alerts`,
      headers: login(endpoint),
      body: JSON.stringify([alertOf(notice, extraLabels(endpoint))]),
    }),
  };
  return httpChannel(channel, deps);
}

/**
 * One alert. Its labels say which it is, so nothing that changes during an episode may be one: a resolved alert carries
 * the labels of the firing one (an episode keeps its severity). Empty labels are left out, as Alertmanager does itself.
 */
export function alertOf(notice: Notice, extra: Readonly<Record<string, string>>): object {
  const { event, at, since, severity } = notice;
  const labels = {
    ...extra,
    alertname: event === 'test' || notice.reason === 'test' ? 'LeewayTest' : 'LeewayAlert',
    model: notice.model,
    environment: notice.environment,
    policy: notice.policy,
    severity,
  };
  const starts = Math.min(since ?? at, at);
  const [link] = linksOf(notice);
  return {
    labels: Object.fromEntries(
      Object.entries(labels).flatMap(([name, text]) =>
        text === '' ? [] : [[name, clip(oneLine(text), most.label)]],
      ),
    ),
    annotations: annotationsOf(notice),
    startsAt: new Date(starts).toISOString(),
    endsAt: new Date(event === 'resolved' ? at : at + holds).toISOString(),
    ...(link === undefined ? {} : { generatorURL: link.url }),
  };
}

function annotationsOf(notice: Notice): Record<string, string> {
  const lines = findingLines(notice, most.findings).map(line => clip(line, most.line));
  const facts = factsOf(notice).flatMap(({ name, text }) =>
    ['Severity', 'Policy'].includes(name) ? [] : [`${name}: ${clip(text, most.line)}`],
  );
  const links = linksOf(notice).map(({ text, url }) => [`${text.toLowerCase()}_url`, url]);
  const said = {
    summary: clip(oneLine(notice.summary), most.title),
    title: clip(titleOf(notice), most.title),
    description: [...lines, ...facts].join('\n'),
    episode: String(notice.episode),
  };
  return { ...said, ...Object.fromEntries(links) };
}

function extraLabels({ settings }: Endpoint): Readonly<Record<string, string>> {
  return (settings['labels'] ?? {}) as Readonly<Record<string, string>>;
}

function login({ settings }: Endpoint): Record<string, string> {
  const { username, password, token } = settings as {
    readonly username?: string;
    readonly password?: SecretText;
    readonly token?: SecretText;
  };
  if (token !== undefined) return { authorization: `Bearer ${token.reveal()}` };
  if (username === undefined || password === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${password.reveal()}`).toString('base64')}` };
}
