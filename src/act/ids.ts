import { createHash } from 'node:crypto';

/** Names one alert: its policy over one model in one environment. */
export interface AlertKey {
  readonly policy: string;
  readonly model: string;
  readonly environment: string;
}

/** Id of a transition: the same after every restart, so that writing it twice is writing it once. */
export function transitionId(alert: AlertKey, episode: number, kind: string): string {
  return `tr_${digest([alert.policy, alert.model, alert.environment, String(episode), kind])}`;
}

/** Id of the order a transition asks for. */
export function orderId(transition: string): string {
  return `or_${digest(['order', transition])}`;
}

/** Id of an order that something else asks for: a slot of a schedule, an alert of Alertmanager, a person. */
export function askId(parts: readonly string[]): string {
  return `or_${digest(['ask', ...parts])}`;
}

/** Id of a message to one endpoint (header `webhook-id`): the same on every attempt, and without a full stop. */
export function messageId(id: string, endpoint: string): string {
  return `${id}_${endpoint}`.replaceAll('.', '-');
}

/** 128 bits of SHA-256 over the parts; the parts' lengths go in, so that no two lists give the same text. */
function digest(parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:${part};`);
  return hash.digest('hex').slice(0, 32);
}
