import type { Inference } from '../domain/inference.ts';
import type { Label } from '../domain/label.ts';
import type { Progress } from '../domain/record.ts';
import type { Outcome, Reject } from '../domain/reject.ts';

/** What a source hands over: the outcomes of contiguous records, and how far it has read with them. */
export interface IntakeBatch {
  readonly outcomes: readonly Outcome[];
  readonly progress: readonly Progress[];
}

/** A batch sorted by where its parts go. */
export interface Admitted {
  readonly inferences: Inference[];
  readonly labels: Label[];
  /** Rejects of the decoder and of the intake. */
  readonly rejects: Reject[];
  /** Those of the intake alone: what the caller does not know yet. */
  readonly refused: Reject[];
  readonly ignored: { readonly source: string; readonly reason: string }[];
}

export interface AdmissionRules {
  isErased(model: string, id: string): boolean;
  /** Whether this row may be stored; a new model takes one of the free places. */
  admitsRow(row: { readonly model: string; readonly environment: string }): boolean;
  /** Whether a label of this model may be stored. */
  knowsModel(model: string): boolean;
}

/** Sorts a batch: erased ids are ignored, rows of one model too many are refused. Labels create no model. */
export function admit(batch: IntakeBatch, rules: AdmissionRules): Admitted {
  const admitted: Admitted = { inferences: [], labels: [], rejects: [], refused: [], ignored: [] };
  for (const outcome of batch.outcomes) {
    if (outcome.kind === 'rejected') admitted.rejects.push(outcome.reject);
    else if (outcome.kind === 'ignored') admitted.ignored.push({ source: '', reason: outcome.reason });
    else admitRow(outcome, rules, admitted);
  }
  return admitted;
}

function admitRow(
  outcome: Extract<Outcome, { kind: 'inference' | 'label' }>,
  rules: AdmissionRules,
  admitted: Admitted,
): void {
  const row = outcome.kind === 'inference' ? outcome.inference : outcome.label;
  if (rules.isErased(row.model, row.id)) {
    admitted.ignored.push({ source: row.source, reason: 'erased' });
    return;
  }
  const admits =
    outcome.kind === 'inference' ? rules.admitsRow(outcome.inference) : rules.knowsModel(row.model);
  if (!admits) {
    const refused = refusal(
      row,
      'too-many-models',
      'model: no new model, nor a known one in a new environment, is created beyond limits.autoModels',
    );
    admitted.rejects.push(refused);
    admitted.refused.push(refused);
    return;
  }
  if (outcome.kind === 'inference') admitted.inferences.push(outcome.inference);
  if (outcome.label !== null) admitted.labels.push(outcome.label);
}

/** A reject made after decoding, when the record's bytes are gone: without content hash and payload. */
export function refusal(
  row: { readonly source: string; readonly position: string },
  reason: Reject['reason'],
  detail: string,
): Reject {
  return {
    source: row.source,
    position: row.position,
    reason,
    detail: detail.slice(0, 300),
    content: '',
    payload: '',
  };
}
