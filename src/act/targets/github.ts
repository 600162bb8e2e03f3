import type { Endpoint } from '../channel.ts';
import { secretSetting, setting } from './settings.ts';
import type { Outcome, TargetReply } from './trigger.ts';

/** The version of GitHub's interface that is spoken; later ones change answers. */
const apiVersion = '2022-11-28';

/** Address under the repository of the settings. */
export function repositoryUrl(endpoint: Endpoint, path: string): string {
  const [owner = '', name = ''] = setting(endpoint, 'repository').split('/').map(encodeURIComponent);
  return `${endpoint.url.replace(/\/+$/, '')}/repos/${owner}/${name}/${path}`;
}

export function githubHeaders(endpoint: Endpoint): Record<string, string> {
  return {
    accept: 'application/vnd.github+json',
    'content-type': 'application/json',
    'x-github-api-version': apiVersion,
    authorization: `Bearer ${secretSetting(endpoint, 'token')?.reveal() ?? ''}`,
  };
}

/** GitHub says "too many requests" with 403 too: those are tried again when the limit is over. */
export function githubOutcome(reply: TargetReply): Outcome {
  const limited =
    reply.status === 403 && (reply.retryAfter !== null || reply.header('x-ratelimit-remaining') === '0');
  const words = typeof reply.json?.['message'] === 'string' ? { detail: reply.json['message'] } : {};
  return { status: limited ? 429 : reply.status, ...words };
}
