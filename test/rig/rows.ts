import type { Inference } from '../../src/domain/inference.ts';
import type { Label } from '../../src/domain/label.ts';
import type { Outcome } from '../../src/domain/reject.ts';

/** An inference with everything unknown but what is given. */
export function makeInference(some: Partial<Inference> & { readonly id: string }): Inference {
  return {
    model: 'm',
    environment: 'prod',
    version: '1',
    time: 600_000,
    timeSource: 'payload',
    numNames: ['age'],
    numValues: [41],
    catNames: ['plan'],
    catValues: ['pro'],
    prediction: Number.NaN,
    predicted: 'yes',
    scoreNames: ['yes', 'no'],
    scoreValues: [0.71, 0.29],
    latencySeconds: 0.0124,
    status: 200,
    error: '',
    requestBytes: 512,
    responseBytes: 64,
    segmentNames: [],
    segmentValues: [],
    source: 'kafka',
    position: `c/t/0/${some.id}`,
    ...some,
  };
}

export function makeLabel(some: Partial<Label> & { readonly id: string }): Label {
  return {
    model: 'm',
    label: Number.NaN,
    labelled: 'yes',
    time: 700_000,
    source: 'kafka',
    position: `l/${some.id}`,
    ...some,
  };
}

export function outcomeOf(
  some: Partial<Inference> & { readonly id: string },
  label: Label | null = null,
): Outcome {
  return { kind: 'inference', inference: makeInference(some), label };
}
