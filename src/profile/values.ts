import type { NumberEntries, RowBlock, TextEntries, Texts } from './row-block.ts';
import { subjectNames } from './subjects.ts';

/** All values of one subject, as far as freezing its binning needs them. */
export interface SubjectValues {
  readonly subject: string;
  /** Values that are numbers, not-a-number included. */
  readonly numberCount: number;
  readonly textCount: number;
  readonly texts: ReadonlyMap<string, number>;
  /** Finite numbers with the event time of their rows. */
  finite(): { readonly numbers: Float64Array; readonly times: Float64Array };
}

interface Collector extends SubjectValues {
  addNumber(value: number, time: number): void;
  addText(text: string, count: number): void;
}

/** Collects the values of every subject that has one. */
export function collectValues(blocks: readonly RowBlock[]): { readonly subjects: Iterable<SubjectValues> } {
  const subjects = new Map<string, Collector>();
  const of = (subject: string): Collector => {
    let collector = subjects.get(subject);
    if (collector === undefined) subjects.set(subject, (collector = createCollector(subject)));
    return collector;
  };
  for (const block of blocks) {
    addNumbers(block.num, block.time, name => of(subjectNames.feature + name));
    addTexts(block.cat, name => of(subjectNames.feature + name));
    addNumbers(block.scores, block.time, name => of(subjectNames.score + name));
    addMeasure(block.prediction, block.time, () => of(subjectNames.prediction));
    addSingleTexts(block.predicted, () => of(subjectNames.prediction));
    addMeasure(knownOnly(block), block.time, () => of(subjectNames.label));
    addSingleTexts(block.labelled, () => of(subjectNames.label));
    addMeasure(block.latency, block.time, () => of(subjectNames.latency));
    addMeasure(block.requestBytes, block.time, () => of(subjectNames.requestBytes));
    addMeasure(block.responseBytes, block.time, () => of(subjectNames.responseBytes));
    if (block.rows > 0) of(subjectNames.status);
  }
  return { subjects: subjects.values() };
}

function createCollector(subject: string): Collector {
  let numbers = new Float64Array(64);
  let times = new Float64Array(64);
  let finite = 0;
  let numberCount = 0;
  let textCount = 0;
  const texts = new Map<string, number>();
  return {
    subject,
    texts,
    get numberCount() {
      return numberCount;
    },
    get textCount() {
      return textCount;
    },
    finite: () => ({ numbers: numbers.subarray(0, finite), times: times.subarray(0, finite) }),
    addNumber: (value, time) => {
      numberCount++;
      if (!Number.isFinite(value)) return;
      if (finite === numbers.length) {
        numbers = grown(numbers);
        times = grown(times);
      }
      numbers[finite] = value;
      times[finite++] = time;
    },
    addText: (text, count) => {
      textCount += count;
      texts.set(text, (texts.get(text) ?? 0) + count);
    },
  };
}

function grown(values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(values.length * 2);
  larger.set(values);
  return larger;
}

type CollectorOf = (name: string) => Collector;

/** One collector a dictionary entry, asked for when the first value comes. */
function byIndex(names: Texts, of: CollectorOf): (index: number) => Collector {
  const known: (Collector | undefined)[] = [];
  return index => (known[index] ??= of(names.keys[index]!));
}

function addNumbers({ offsets, names, values }: NumberEntries, time: Float64Array, of: CollectorOf): void {
  const collector = byIndex(names, of);
  for (let row = 0; row + 1 < offsets.length; row++)
    for (let i = offsets[row]!; i < offsets[row + 1]!; i++)
      collector(names.indexes[i]!).addNumber(values[i]!, time[row]!);
}

function addTexts({ names, values }: TextEntries, of: CollectorOf): void {
  const collector = byIndex(names, of);
  for (const [i, name] of names.indexes.entries())
    collector(name).addText(values.keys[values.indexes[i]!]!, 1);
}

/** A row without a label may hold any number in its place. */
function knownOnly({ label, labelKnown }: RowBlock): Float64Array {
  return label.map((value, row) => (labelKnown[row] === 1 ? value : NaN));
}

/** A measure that is not known is NaN and no value at all. */
function addMeasure(values: Float64Array, time: Float64Array, of: () => Collector): void {
  for (const [row, value] of values.entries()) if (!Number.isNaN(value)) of().addNumber(value, time[row]!);
}

function addSingleTexts(texts: Texts, of: () => Collector): void {
  const counts = new Uint32Array(texts.keys.length);
  for (const index of texts.indexes) counts[index]! += 1;
  for (const [index, count] of counts.entries()) {
    const text = texts.keys[index]!;
    if (count > 0 && text !== '') of().addText(text, count);
  }
}
