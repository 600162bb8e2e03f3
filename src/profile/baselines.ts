import type { Activation, Baseline, BaselineOrigin } from '../domain/baseline.ts';
import type { Inference } from '../domain/inference.ts';
import { LeewayError } from '../lib/errors.ts';
import type { Events } from '../lib/events.ts';
import { decideLearning, learningRule } from './baseline-rule.ts';
import { cutSubjects } from './cut.ts';
import type { BaselineStore, SampleQuery, StoreTime, Stream } from './ports.ts';
import type { LabelledRow, RowBlock } from './row-block.ts';
import { shapeOnly } from './shape-only.ts';
import { createUpload } from './upload.ts';
import { defaultMostFeatures } from './watched.ts';

export interface BaselinesDeps {
  readonly store: BaselineStore;
  readonly storeClock: StoreTime;
  readonly events: Events;
  /** Most rows, and most feature values, a baseline is cut from: above them a sample by key hash is taken. */
  readonly sampleRows?: number;
  readonly sampleValues?: number;
  /** Most features of a baseline; 2,000 by default. */
  readonly mostFeatures?: number;
}

/** What became of an attempt to learn. */
export type LearnOutcome =
  /** A baseline was there before. */
  | { readonly state: 'ready'; readonly baseline: number }
  | { readonly state: 'cut'; readonly baseline: Baseline }
  | { readonly state: 'learning'; readonly rows: number; readonly hours: number; readonly sentence: string };

export interface UploadOptions {
  readonly model: string;
  /** Rows, with their labels where they are known. */
  readonly rows: AsyncIterable<Inference | LabelledRow> | Iterable<Inference | LabelledRow>;
  readonly note: string;
  readonly origin: BaselineOrigin;
}

export interface RangeOptions extends Stream {
  /** Event time, epoch milliseconds, widened to full buckets; half-open. */
  readonly from: number;
  readonly to: number;
  readonly version?: string;
  readonly note?: string;
}

export interface ActivateOptions {
  readonly model: string;
  /** '' is every version without a baseline of its own. */
  readonly version: string;
  readonly baseline: number;
  /** Run's clock, epoch milliseconds. */
  readonly from: number;
  readonly by: string;
}

/** Makes, lists and activates baselines. Numbers count up from 1 for each model and are never used twice. */
export interface Baselines {
  /** Cuts and activates the first baseline of a model by the learning rule; changes nothing until it is time. */
  learn(model: string, environment: string, now: number): Promise<LearnOutcome>;
  /** From an uploaded set. It is not activated. Throws LW_BASELINE_INVALID below 500 rows. */
  fromRows(options: UploadOptions): Promise<Baseline>;
  /** From stored rows of a period. It is not activated. Throws LW_BASELINE_INVALID below 500 rows. */
  fromRange(options: RangeOptions): Promise<Baseline>;
  /** Throws LW_NOT_FOUND for a baseline that does not exist. */
  activate(options: ActivateOptions): Promise<Activation>;
  list(model: string): Promise<readonly Omit<Baseline, 'subjects'>[]>;
  /** The baseline that judges `version` at `at` (run's clock, epoch milliseconds): the version's own, else the model's. */
  active(model: string, version: string, at: number): Promise<number | null>;
}

const defaultRows = 1_000_000;
const defaultValues = 20_000_000;
const sliceRows = 25_000;

/** Creates the keeper of baselines. Calls for one model must not overlap with those of another process. */
export function createBaselines(deps: BaselinesDeps): Baselines {
  const inTurn = createTurns();
  const make = (model: string, cut: CutRows) => inTurn(model, () => writeCut(deps, model, cut));
  return {
    learn: (model, environment, now) => inTurn(model, () => learn(deps, { model, environment }, now)),
    fromRows: async ({ model, rows, note, origin }) => {
      const upload = createUpload(deps.sampleRows ?? defaultRows / 5);
      for await (const row of rows) upload.add('inference' in row ? row : { inference: row, label: null });
      const { blocks, note: sampled } = upload.finish();
      return make(model, { blocks, origin, from: 0, to: 0, note: joined(note, sampled) });
    },
    fromRange: async ({ model, environment, from, to, version, note }) => {
      const period = {
        from: floorTo(from / 1000, 300),
        to: Math.ceil(to / 300_000) * 300,
        version: version ?? '',
      };
      const { blocks, note: sampled } = await readSample(deps, { model, environment }, period);
      return make(model, {
        blocks,
        origin: 'range',
        from: period.from * 1000,
        to: period.to * 1000,
        note: joined(note ?? '', sampled),
      });
    },
    activate: options => inTurn(options.model, () => activate(deps, options)),
    list: model => deps.store.list(model),
    active: async (model, version, at) => activeBaseline(await deps.store.activations(model), version, at),
  };
}

/** The newest activation that holds at `at`, of the version itself, else of the model. */
export function activeBaseline(
  activations: readonly Activation[],
  version: string,
  at: number,
): number | null {
  const newest = (of: string) =>
    activations
      .filter(a => a.version === of && a.from <= at)
      .sort((a, b) => b.from - a.from || b.at - a.at)[0];
  return (newest(version) ?? newest(''))?.baseline ?? null;
}

interface CutRows {
  readonly blocks: readonly RowBlock[];
  readonly origin: BaselineOrigin;
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly note: string;
}

async function writeCut(deps: BaselinesDeps, model: string, cut: CutRows): Promise<Baseline> {
  const rows = cut.blocks.reduce((sum, block) => sum + block.rows, 0);
  if (rows < learningRule.fewestRows)
    throw new LeewayError(
      'LW_BASELINE_INVALID',
      `a baseline of model "${model}" needs at least ${learningRule.fewestRows} rows, and there are ${rows}`,
    );
  const { subjects, unwatched } = cutSubjects(cut.blocks, deps.mostFeatures);
  const aside = subjects
    .filter(subject => subject.aside === 'id-like')
    .map(subject => subject.binning.subject);
  const shapes = shapeOnly(subjects.map(subject => subject.binning.subject));
  const baseline: Baseline = {
    model,
    baseline: (await deps.store.lastNumber(model)) + 1,
    origin: cut.origin,
    created: await deps.storeClock.now(),
    rows,
    from: cut.from,
    to: cut.to,
    note: joined(
      cut.note,
      aside.length > 0 ? `set aside because they look like identifiers: ${aside.join(', ')}` : '',
      unwatched > 0
        ? `${unwatched} more features are stored and not watched: the commonest ${deps.mostFeatures ?? defaultMostFeatures} are (limits.watchedFeatures)`
        : '',
      shapes.length > 0 ? `watched by shape only: ${shapes.join(', ')}` : '',
    ),
    subjects,
  };
  await deps.store.write(baseline);
  deps.events.baselineCut({ model, baseline: baseline.baseline, origin: cut.origin, rows });
  return baseline;
}

async function learn(deps: BaselinesDeps, stream: Stream, now: number): Promise<LearnOutcome> {
  const { model } = stream;
  const activations = await deps.store.activations(model);
  const active = activeBaseline(activations, '', Infinity);
  if (active !== null) return { state: 'ready', baseline: active };
  // Learnt before, but the process ended before it was activated.
  const unfinished = (await deps.store.list(model)).find(({ origin }) => origin === 'learned');
  if (unfinished !== undefined) {
    await activate(deps, { ...activationOf(unfinished), by: 'learning' });
    return { state: 'ready', baseline: unfinished.baseline };
  }
  const state = await deps.store.hours(stream, now);
  const decision = decideLearning({ ...state, last: Math.min(state.last, now) });
  if (decision.kind === 'learning') return { ...decision, state: 'learning' };
  const { from, to } = decision;
  const { blocks, note } = await readSample(deps, stream, { from, to, version: '' });
  const baseline = await writeCut(deps, model, {
    blocks,
    origin: 'learned',
    from: from * 1000,
    to: to * 1000,
    note,
  });
  await activate(deps, { ...activationOf(baseline), by: 'learning' });
  return { state: 'cut', baseline };
}

/** A learned baseline judges from the end of its period on, which is a full hour. */
function activationOf({ model, baseline, to }: Omit<Baseline, 'subjects'>) {
  return { model, version: '', baseline, from: to };
}

async function activate(deps: BaselinesDeps, options: ActivateOptions): Promise<Activation> {
  const known = await deps.store.list(options.model);
  if (!known.some(({ baseline }) => baseline === options.baseline))
    throw new LeewayError(
      'LW_NOT_FOUND',
      `model "${options.model}" has no baseline ${options.baseline}`,
      undefined,
      `\`leeway baselines list --model ${options.model}\` lists the baselines.`,
    );
  const activation = { ...options, at: await deps.storeClock.now() };
  await deps.store.activate(activation);
  return activation;
}

/** Rows of a period, slice of the key by slice of the key, until the sample is large enough: the same in any order. */
async function readSample(
  deps: BaselinesDeps,
  stream: Stream,
  period: SampleQuery,
): Promise<{ blocks: RowBlock[]; note: string }> {
  const total = await deps.store.countRows(stream, period);
  const slices = 2 ** Math.min(14, Math.max(0, Math.ceil(Math.log2(total / sliceRows))));
  const blocks: RowBlock[] = [];
  let rows = 0;
  let values = 0;
  for (let slice = 0; slice < slices; slice++) {
    if (rows >= (deps.sampleRows ?? defaultRows) || values >= (deps.sampleValues ?? defaultValues))
      return {
        blocks,
        note: `a sample of ${rows} of ${total} rows, chosen by key hash (${slice} of ${slices} parts)`,
      };
    for (const block of await deps.store.readSample(stream, { ...period, slice, slices })) {
      blocks.push(block);
      rows += block.rows;
      values += block.num.values.length + block.cat.values.indexes.length;
    }
  }
  return { blocks, note: '' };
}

function joined(...notes: readonly string[]): string {
  return notes.filter(note => note !== '').join('; ');
}

function floorTo(value: number, step: number): number {
  return Math.floor(value / step) * step;
}

/** One after another for each key: numbers count up. */
function createTurns(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const tails = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const turn = (tails.get(key) ?? Promise.resolve()).then(work, work);
    const settled = turn
      .catch(() => undefined)
      .finally(() => {
        if (tails.get(key) === settled) tails.delete(key);
      });
    tails.set(key, settled);
    return turn;
  };
}
