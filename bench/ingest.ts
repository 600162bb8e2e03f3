import { createDecoder } from '../src/decode/decoder.ts';
import type { Inference } from '../src/domain/inference.ts';
import type { Outcome } from '../src/domain/reject.ts';
import { systemClock } from '../src/lib/clock.ts';
import { chunks, encodeInferences } from '../src/store/inferences.ts';
import type { Intake } from '../src/store/intake.ts';
import { createLedger, type Ledger, measure } from './cpu.ts';
import { type Breakdown, byName, peakMemory, type Report } from './figure.ts';
import { featureCount, payloads, rawRecords } from './records.ts';
import { openBench } from './store.ts';

export interface IngestOptions {
  readonly runs: number;
  readonly records: number;
}

const batchRows = 20_000;
const span = 3_600_000;

/** The path of a record without Kafka: bytes, decoded, stored, marked. One after the other, so that parts add up. */
export async function ingest({ runs, records }: IngestOptions): Promise<Report> {
  const bench = await openBench();
  const ledger = createLedger();
  const intake = await bench.intake(ledger);
  const results: Record<string, number>[] = [];
  let bytes = 0;
  for (let run = 0; run <= runs; run++) {
    const to = systemClock.now();
    const bodies = payloads(records, { from: to - span, to }, `run-${run}`);
    bytes = bodies.reduce((sum, body) => sum + body.length, 0) / records;
    const result = await oneRun({ bodies, intake, ledger, settled: bench.settled });
    // The first run warms up.
    if (run > 0) results.push(result);
  }
  const memory = peakMemory('without Kafka (the records of a run are held in memory)');
  await bench.close();
  const parts = byName(results);
  const of = (name: string) => parts.get(name)!;
  const ratio = (name: string) => ({
    to: 'JSON.parse',
    values: of(name).map((value, i) => value / of('JSON.parse')[i]!),
  });
  const us = 'us of CPU a record';
  return {
    figures: [
      { name: 'JSON.parse alone (of text)', unit: us, values: of('JSON.parse') },
      { name: 'decode', unit: us, values: of('decode'), ratio: ratio('decode') },
      { name: 'bytes to stored, without Kafka', unit: us, values: of('total'), ratio: ratio('total') },
      memory,
    ],
    breakdowns: [breakdown(parts)],
    notes: [
      `Without Kafka: ${records} records of ${Math.round(bytes)} bytes and ${featureCount} features a run, decoded and stored in batches of ${batchRows}; ${runs} runs after one to warm up, all in one process and one store.`,
    ],
  };
}

function breakdown(parts: ReadonlyMap<string, readonly number[]>): Breakdown {
  const shown = [
    'bytes to text',
    'JSON.parse',
    'rest of decode',
    'encode the block',
    'insert (engine)',
    'marks, progress, questions (engine)',
    'rest of the intake',
    'merges afterwards (engine, not counted above)',
  ];
  return {
    title: 'A record from bytes to stored',
    unit: 'us of CPU',
    parts: shown.map(name => ({ name, values: parts.get(name)! })),
  };
}

interface Run {
  readonly bodies: readonly Buffer[];
  readonly intake: Intake;
  readonly ledger: Ledger;
  readonly settled: () => Promise<void>;
}

/** Microseconds of CPU a record by part. */
async function oneRun({ bodies, intake, ledger, settled }: Run): Promise<Record<string, number>> {
  const decoder = createDecoder();
  const now = systemClock.now();
  let total = 0;
  let text = 0;
  let parse = 0;
  let decode = 0;
  let write = 0;
  let encode = 0;
  ledger.clear();
  for (const batch of chunks(bodies, batchRows)) {
    const texts = await measure(() => batch.map(body => body.toString('utf8')));
    const parsed = await measure(() => parseAll(texts.value));
    const records = rawRecords(batch, now);
    const decoded = await measure(() => {
      const outcomes: Outcome[] = [];
      for (const record of records) outcomes.push(...decoder.decode(record, now));
      return outcomes;
    });
    const stored = await measure(() => intake.write({ outcomes: decoded.value, progress: [] }));
    if (stored.value.stored !== batch.length) throw new Error('not every record was stored');
    encode += (await measure(() => encodeInferences(inferences(decoded.value)))).cpuSeconds;
    text += texts.cpuSeconds;
    parse += parsed.cpuSeconds;
    decode += decoded.cpuSeconds;
    write += stored.cpuSeconds;
    total += decoded.cpuSeconds + stored.cpuSeconds;
  }
  const insert = ledger.seconds('insert');
  const statements = ledger.seconds('statement');
  const merges = await measure(settled);
  const costs = {
    total,
    decode,
    'bytes to text': text,
    'JSON.parse': parse,
    'rest of decode': decode - text - parse,
    'encode the block': encode,
    'insert (engine)': insert,
    'marks, progress, questions (engine)': statements,
    'rest of the intake': write - insert - statements - encode,
    'merges afterwards (engine, not counted above)': merges.cpuSeconds,
  };
  return Object.fromEntries(Object.entries(costs).map(([name, s]) => [name, (s / bodies.length) * 1e6]));
}

/** Keeps a little of each result, so that the parsing cannot be left out. */
export function parseAll(texts: readonly string[]): number {
  let kept = 0;
  for (const text of texts) kept += (JSON.parse(text) as { id: string }).id.length;
  return kept;
}

function inferences(outcomes: readonly Outcome[]): Inference[] {
  return outcomes.flatMap(outcome => (outcome.kind === 'inference' ? [outcome.inference] : []));
}
