import { LeewayError } from '../../lib/errors.ts';
import type { Endpoint, SecretText } from '../channel.ts';
import type { HttpDeps } from '../targets/http.ts';
import { episodeKey } from './alert-key.ts';
import { type HttpChannel, httpChannel } from './http-channel.ts';
import type { Notice, NoticeEvent } from './notice.ts';
import { clip, factsOf, findingLines, linksOf, oneLine, titleOf } from './words.ts';

const most = { summary: 1024, text: 255, finding: 500, findings: 20 };

const actions: Readonly<Record<NoticeEvent, 'trigger' | 'acknowledge' | 'resolve'>> = {
  firing: 'trigger',
  reminded: 'trigger',
  acknowledged: 'acknowledge',
  resolved: 'resolve',
  test: 'trigger',
};

/** Events API version 2: 202 when an event is taken. One incident an episode, by its `dedup_key`. */
export function createPagerdutyChannel(deps: HttpDeps) {
  const channel: HttpChannel = {
    kind: 'pagerduty',
    keepsOpen: true,
    check: endpoint => void routingKey(endpoint),
    render: (notice, endpoint) => ({
      body: JSON.stringify(pagerdutyEvent(notice, routingKey(endpoint).reveal())),
    }),
  };
  return httpChannel(channel, deps);
}

/** The event of a message. Only a trigger says more than which incident it is about. */
export function pagerdutyEvent(notice: Notice, key: string): object {
  const action = actions[notice.event];
  const event = { routing_key: key, event_action: action, dedup_key: episodeKey(notice) };
  if (action !== 'trigger') return event;
  const links = linksOf(notice).map(({ text, url }) => ({ href: url, text }));
  const facts = factsOf(notice).map(({ name, text }): [string, string] => [name, clip(text, most.finding)]);
  const findings = findingLines(notice, most.findings).map(line => clip(line, most.finding));
  return {
    ...event,
    client: 'Leeway',
    ...(notice.links.alert === '' ? {} : { client_url: notice.links.alert }),
    links,
    payload: {
      summary: clip(titleOf(notice), most.summary),
      source: clip(oneLine(notice.model), most.text),
      severity: notice.event === 'test' ? 'info' : notice.severity,
      timestamp: new Date(notice.at).toISOString(),
      component: clip(oneLine(notice.model), most.text),
      ...(notice.environment === '' ? {} : { group: clip(oneLine(notice.environment), most.text) }),
      class: clip(oneLine(notice.findings[0]?.check ?? notice.policy), most.text),
      custom_details: { ...Object.fromEntries(facts), Findings: findings },
    },
  };
}

function routingKey(endpoint: Endpoint): SecretText {
  const key = endpoint.settings['routingKey'] as SecretText | undefined;
  if (key === undefined)
    throw new LeewayError('LW_CONFIG_INVALID', `channel ${endpoint.name}: routingKey is needed`);
  return key;
}
