import type { Answer } from '../channel.ts';
import { outcomeOf } from '../schedule.ts';

/** An answer, and what to do about it; the first that fits counts. */
interface Rule {
  readonly kinds?: readonly string[];
  readonly fits: (answer: Answer) => boolean;
  readonly advice: string;
}

const says = (pattern: RegExp) => (answer: Answer) => pattern.test(`${answer.detail} ${answer.body ?? ''}`);
const is =
  (...statuses: readonly number[]) =>
  ({ status }: Answer) =>
    statuses.includes(status);

const rules: readonly Rule[] = [
  {
    fits: says(/target refused|leads to .* not a public/),
    advice: 'List the host in outbound.allow, or correct the address.',
  },
  {
    fits: says(/no answer within/),
    advice: 'Nothing answered in time: look at the receiver, and at firewalls between it and Leeway.',
  },
  {
    fits: says(/ENOTFOUND|EAI_AGAIN|has no address/),
    advice: 'The host has no address: correct the name, or the name server of this machine.',
  },
  {
    fits: says(/ECONNREFUSED/),
    advice: 'Nobody listens there: start the receiver, or correct host and port.',
  },
  {
    kinds: ['email'],
    fits: says(/certificate|self-signed|self signed|altname/i),
    advice:
      'The certificate of the server does not fit: set `ca` to the file of its authority, and `host` to the name in it.',
  },
  {
    kinds: ['email'],
    fits: says(/no safe connection/),
    advice:
      'The server offers no STARTTLS there: try `security: tls` with port 465, or `none` on a network you trust.',
  },
  {
    kinds: ['email'],
    fits: says(/SMTP 53[0-9]|Invalid login/),
    advice: 'Correct username and password; many services want an application password.',
  },
  {
    kinds: ['email'],
    fits: says(/SMTP 5/),
    advice: 'The server refuses this mail for good: correct `from` and `to`, or ask who runs it.',
  },
  { kinds: ['email'], fits: says(/SMTP 4/), advice: 'The server is busy: it will be tried again by itself.' },
  {
    kinds: ['email'],
    fits: says(/recipients were refused/),
    advice: 'Correct the addresses in `to` that the server does not know.',
  },
  {
    fits: says(/certificate|self-signed|self signed|altname/i),
    advice:
      'The certificate does not fit the address: correct one of them (NODE_EXTRA_CA_CERTS names authorities of your own).',
  },
  {
    kinds: ['slack'],
    fits: says(/no_service|no_team|invalid_token|channel_not_found/),
    advice:
      'The webhook does not exist any more: make a new one in the settings of the Slack app, and set `url` to it.',
  },
  {
    kinds: ['slack'],
    fits: says(/channel_is_archived/),
    advice: 'The Slack channel is archived: make a webhook for another one.',
  },
  {
    kinds: ['slack'],
    fits: says(/action_prohibited|posting_to_general/),
    advice: 'An administrator of the Slack workspace does not allow it: ask them, or choose another channel.',
  },
  {
    kinds: ['pagerduty'],
    fits: is(400),
    advice:
      'PagerDuty does not know the key: set `routingKey` to the integration key of an "Events API V2" integration, and `url` to the EU address where the account is there.',
  },
  {
    kinds: ['alertmanager'],
    fits: is(404, 405),
    advice:
      'No API there: `url` is the address of Alertmanager with its route prefix, without /api/v2/alerts.',
  },
  {
    kinds: ['teams'],
    fits: is(400, 401, 403, 404),
    advice:
      'The workflow does not take it: see that it is switched on and takes requests from anyone, and set `url` to what it shows now.',
  },
  {
    fits: is(401, 403),
    advice: 'The receiver does not let Leeway in: correct its secret, or what it allows.',
  },
  { fits: is(404, 405), advice: 'Nothing takes messages at that address: correct `url`.' },
  {
    fits: is(410),
    advice:
      'The receiver says that it is gone: take it out, or give it another address; alerts are not sent there any more.',
  },
  { fits: is(413), advice: 'The receiver takes only smaller messages: raise its limit.' },
  { fits: is(429), advice: 'The receiver is asked too often: it will be tried again by itself.' },
  {
    fits: ({ status }) => status >= 300 && status < 400,
    advice: 'The address has moved, and redirects are not followed: set `url` to where it leads.',
  },
  {
    fits: ({ status }) => status >= 500,
    advice: 'The receiver is in trouble: look at its log; alerts are tried again by themselves.',
  },
  {
    fits: ({ status }) => status === 0,
    advice: 'No connection: look at the network between Leeway and the receiver.',
  },
];

const look: Readonly<Record<string, string>> = {
  webhook: 'The receiver has a message of type alert.test.',
  slack: 'Look into the Slack channel.',
  teams: 'Look into the Teams channel; where nothing comes, look at the runs of the workflow.',
  email: 'Look into the mailbox, and where it is not there, among the spam.',
  pagerduty: 'PagerDuty has opened an incident of severity info and closed it again.',
  alertmanager: 'Alertmanager shows LeewayTest for four minutes; who is told of it is up to its routes.',
};

/** What to do after a test message was answered so. */
export function adviceFor(kind: string, answer: Answer): string {
  const good = outcomeOf(answer.status) === 'done';
  const rule = rules.find(
    each => (each.kinds === undefined || each.kinds.includes(kind)) && each.fits(answer),
  );
  if (good) return answer.detail === '' ? (look[kind] ?? '') : (rule?.advice ?? look[kind] ?? '');
  return rule?.advice ?? 'The receiver does not take the message: look at its log.';
}
