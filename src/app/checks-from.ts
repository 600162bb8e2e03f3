import type { Activation } from '../domain/baseline.ts';
import type { ModelDetail } from '../http/ports.ts';

const needsBaseline: readonly (readonly [check: string, note: string])[] = [
  ['drift', 'distribution of features, prediction and scores; pages at an effect of .10'],
  ['missing', 'share of missing values; pages at .02'],
  ['mismatch', 'share of values of a wrong type or not a number; pages at .02'],
  ['unseen', 'share of values the baseline never had; pages at .02'],
  ['schema', 'fields that appeared or vanished'],
  ['errors', 'share of errors, upward only'],
  ['latency', 'latency, upward only, when p95 rose by a quarter'],
  ['size', 'request and response bytes: exported, not judged'],
  ['volume', 'rows: exported, not judged'],
];

/** From when each check of a model can page: `blind` from the first record, the others once a baseline is active. */
export function checksFrom(
  activations: readonly Activation[],
  learning: string | null,
  firstSeen: number,
): ModelDetail['checks'] {
  const first = activations.filter(a => a.version === '').map(a => a.from);
  const from = first.length === 0 ? null : Math.min(...first);
  const wait = from === null ? ` (waits for the baseline${learning === null ? '' : `: ${learning}`})` : '';
  return [
    { check: 'blind', from: firstSeen, note: 'what could not be read in time; from the first record' },
    ...needsBaseline.map(([check, note]) => ({ check, from, note: note + wait })),
  ];
}
