import type { Decoder } from '../decode/decoder.ts';
import type { Activation, Baseline } from '../domain/baseline.ts';
import type { Inference } from '../domain/inference.ts';
import type { Label } from '../domain/label.ts';
import type { BaselineDesk, BaselineSummary } from '../http/ports.ts';
import { LeewayError } from '../lib/errors.ts';
import { activeBaseline, type Baselines } from '../profile/baselines.ts';
import type { LabelledRow } from '../profile/row-block.ts';
import { fenced, type Prove } from './fence.ts';
import type { Storage } from './storage.ts';

/** How the rows of a file are read. */
export interface UploadDeps {
  /** Decodes uploaded rows: any age is fine, the model is the one in the address. */
  readonly decoderFor: (model: string) => Decoder;
  /** Rows of an uploaded file as payloads. */
  readonly readRows: (
    format: 'json' | 'ndjson' | 'csv' | 'parquet',
    body: Uint8Array,
    text?: readonly string[],
  ) => AsyncIterable<Uint8Array>;
  readonly now: () => number;
}

export interface BaselineDeskDeps extends UploadDeps {
  readonly storage: Storage;
  readonly baselines: Baselines;
  readonly runNow: () => number;
}

/** Makes and activates baselines on request. */
export function createBaselineDesk(deps: BaselineDeskDeps): BaselineDesk {
  const { baselines, storage } = deps;
  const summary = async (model: string, number: number): Promise<BaselineSummary> =>
    (await listOf(storage, model)).find(each => each.baseline === number)!;
  const activate = (model: string, baseline: number, by: string) =>
    baselines.activate({ model, version: '', baseline, from: deps.runNow(), by });
  return {
    list: model => listOf(storage, model),
    upload: async ({ model, format, body, text, activate: active, note }) => {
      const rows = uploadedRows(deps, { model, format, body, text: text ?? [] });
      const made = await baselines.fromRows({ model, rows, note, origin: 'uploaded' });
      // The first baseline of a model is what it waits for.
      const first = (await storage.baselines.activations(model)).length === 0;
      if (active || first) await activate(model, made.baseline, 'upload');
      return summary(model, made.baseline);
    },
    cut: async ({ model, environment, from, to, activate: active, note }) => {
      const known = await storage.models.list(model);
      const place = environment ?? known.sort((a, b) => b.lastBucket - a.lastBucket)[0]?.environment;
      if (place === undefined) throw new LeewayError('LW_NOT_FOUND', `there is no model "${model}"`);
      const made = await baselines.fromRange({ model, environment: place, from, to, note });
      if (active) await activate(model, made.baseline, 'range');
      return summary(model, made.baseline);
    },
    activate: async ({ model, version, baseline, from, by }) => {
      const { model: _, ...done } = await baselines.activate({
        model,
        version,
        baseline,
        from: from ?? deps.runNow(),
        by,
      });
      return done;
    },
  };
}

/** The same desk, at which only the leader makes and activates baselines: two processes would number them alike. */
export function ofLeader(desk: BaselineDesk, prove: Prove): BaselineDesk {
  return {
    ...desk,
    upload: fenced(prove, desk.upload),
    cut: fenced(prove, desk.cut),
    activate: fenced(prove, desk.activate),
  };
}

async function listOf({ baselines }: Storage, model: string): Promise<BaselineSummary[]> {
  const [list, activations] = await Promise.all([baselines.list(model), baselines.activations(model)]);
  return summarize(list, activations);
}

/** Baselines for people: without their model, and which one is active. */
export function summarize(
  list: readonly Omit<Baseline, 'subjects'>[],
  activations: readonly Activation[],
): BaselineSummary[] {
  const active = activeBaseline(activations, '', Infinity);
  return list.map(({ model: _, ...baseline }) => ({ ...baseline, active: baseline.baseline === active }));
}

/** A training set must be read wholly or not at all: the first row that cannot be used ends it. */
export async function* uploadedRows(
  deps: UploadDeps,
  upload: {
    readonly model: string;
    readonly format: 'json' | 'ndjson' | 'csv' | 'parquet';
    readonly body: Uint8Array;
    readonly text: readonly string[];
  },
): AsyncGenerator<LabelledRow> {
  const decoder = deps.decoderFor(upload.model);
  let index = 0;
  for await (const body of deps.readRows(upload.format, upload.body, upload.text)) {
    const position = `upload/${index}`;
    const record = { source: 'upload', position, body, time: null, fallbackId: position };
    for (const outcome of decoder.decode(record, deps.now())) {
      if (outcome.kind === 'rejected')
        throw new LeewayError(
          'LW_FILE_INVALID',
          `row ${index + 1}: ${outcome.reject.reason}: ${outcome.reject.detail}`,
        );
      if (outcome.kind === 'inference') yield labelled(outcome.inference, outcome.label);
    }
    index++;
  }
}

function labelled(inference: Inference, label: Label | null): LabelledRow {
  return { inference, label };
}
