import type { Finding } from '../../domain/finding.ts';
import { type FindingPlace, findingOf } from '../check.ts';
import { lengthText } from '../words.ts';

/** Whether Leeway has read a window at all. `blind` is Leeway's own problem, never the model's. */
export function blindOf(place: FindingPlace): Finding {
  const { window } = place;
  return findingOf(place, {
    check: 'blind',
    verdict: window.blind ? 'blind' : 'stable',
    n: 0,
    sentence: window.blind
      ? `These ${lengthText(window)} are not read yet: a source lags behind the clock. Nothing is known about the model.`
      : 'The window was read up to its end.',
  });
}
