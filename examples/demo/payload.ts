import type { Application } from './model.ts';

/** A scored loan application as a payload (version 1, docs/formats.md), with its truth. */
export function payloadOf(row: {
  readonly id: string;
  readonly time: number;
  readonly model: string;
  readonly version: string;
  readonly application: Application;
  readonly score: number;
}): Record<string, unknown> {
  return {
    id: row.id,
    time: new Date(row.time).toISOString(),
    model: row.model,
    version: row.version,
    environment: 'prod',
    features: row.application.features,
    prediction: {
      label: row.score >= 0.5 ? 'repaid' : 'defaulted',
      probabilities: { repaid: row.score, defaulted: round(1 - row.score) },
    },
    label: row.application.repaid === 1 ? 'repaid' : 'defaulted',
  };
}

/** 1 - .7 is not .3 in floating point; a score of a few digits should look like one. */
function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
