import type { Endpoint } from '../channel.ts';
import { wellFormed } from './words.ts';

/** As `withoutSecrets`, on one line without control characters, short enough to be logged. */
export function shortAnswer(text: string, endpoint: Endpoint): string {
  return withoutSecrets(text.replaceAll(/[^\x21-\x7e\u00a1-\uffff]+/g, ' ').trim(), endpoint).slice(0, 300);
}

/**
 * Takes every trace of an endpoint's address and secrets out of a text: receivers like to echo what they were sent, and
 * an answer is shown, kept and logged.
 */
export function withoutSecrets(text: string, endpoint: Endpoint): string {
  const parts = [...secretsOf(endpoint), ...addressParts(endpoint.url)]
    .flatMap(part => [
      part,
      encodeURIComponent(wellFormed(part)),
      JSON.stringify(part).slice(1, -1),
      base64Of(part),
    ])
    .filter(part => part.length > 1)
    .sort((a, b) => b.length - a.length);
  return parts.reduce((left, part) => left.replaceAll(part, '<address>'), text);
}

/** Base64 of a short text alone could stand anywhere. */
function base64Of(part: string): string {
  return part.length < 8 ? '' : Buffer.from(part).toString('base64').replace(/=+$/, '');
}

function secretsOf(endpoint: Endpoint): readonly string[] {
  const settings = Object.values(endpoint.settings);
  const given = settings.flatMap(value => (isSecret(value) ? [value.reveal()] : []));
  const login = [endpoint.settings['username'], endpoint.settings['password']];
  const basic = isSecret(login[1]) ? [`${String(login[0])}:${login[1].reveal()}`] : [];
  const people = [endpoint.settings['to'], endpoint.settings['from']].flat();
  return [
    ...endpoint.secrets.map(secret => secret.reveal()),
    ...given,
    ...basic.map(text => Buffer.from(text).toString('base64')),
    ...people.filter(each => typeof each === 'string'),
  ];
}

/** An address may carry a token in its path or query: as a whole, and each part that is long enough to be one. */
function addressParts(address: string): readonly string[] {
  if (!URL.canParse(address)) return [address];
  const url = new URL(address);
  const long = [...url.pathname.split('/'), ...url.searchParams.values()].filter(part => part.length >= 8);
  return [address, url.href, url.pathname + url.search, url.search, url.pathname, ...long];
}

function isSecret(value: unknown): value is { reveal(): string } {
  return typeof value === 'object' && value !== null && 'reveal' in value;
}
