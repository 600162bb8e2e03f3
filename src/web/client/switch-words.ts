/** Switches of retraining, and receivers, in words. */
import { fullMoment } from './format.ts';
import type { Receiver, Turn } from './order-answers.ts';

/** What a turn of a switch did. */
export function turnWords({ model, on }: Turn): string {
  if (model === '') return on ? 'retraining stopped' : 'retraining let go on';
  return on ? 'armed' : 'disarmed';
}

/** What has become of the global stop; null when nothing is stopped. */
export function stopWords(stop: Turn | null): string | null {
  if (stop === null || !stop.on) return null;
  const why = stop.reason === '' ? '' : `: ${stop.reason}`;
  return `by ${stop.by}, since ${fullMoment(stop.at)}${why}. No order is sent and no version takes over until it goes on:`;
}

/** Whether a receiver is sent to: in a word or two, in more, and whether that needs somebody. */
export function receiverWords({ state, breaker }: Receiver): {
  readonly word: string;
  readonly more: string;
  readonly well: boolean;
} {
  const failures = `${breaker.failures} failures in a row`;
  if (state === 'disabled') return { word: 'Switched off', more: 'it answered 410', well: false };
  if (state === 'unreadable')
    return { word: 'Unreadable', more: 'no key opens what is kept of it', well: false };
  if (breaker.state === 'open')
    return { word: 'Left alone', more: `until ${fullMoment(breaker.until)}: ${failures}`, well: false };
  if (breaker.state === 'half-open')
    return { word: 'Tried', more: `with one message: ${failures}`, well: false };
  return { word: 'Takes messages', more: breaker.failures === 0 ? '' : failures, well: true };
}

/** The last attempt at a receiver, without its time. */
export function attemptWords(status: number): string {
  return status === 0 ? 'no answer' : `answered ${status}`;
}
