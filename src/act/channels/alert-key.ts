import { createHash } from 'node:crypto';
import type { Notice } from './notice.ts';
import { wellFormed } from './words.ts';

/** Name of one episode of an alert with a receiver that keeps track of it; at most 255 characters. */
export function episodeKey({ model, environment, policy, episode }: Notice): string {
  const parts = [model, environment, policy, String(episode)].map(part =>
    encodeURIComponent(wellFormed(part)),
  );
  const plain = `leeway/${parts.join('/')}`;
  if (plain.length <= 255) return plain;
  const hash = createHash('sha256').update(plain).digest('hex');
  return `${plain.slice(0, 180)}~${hash}`;
}
