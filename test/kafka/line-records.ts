/** One record of the line: deterministic in its number. */
export interface LineRecord {
  readonly kind: 'valid' | 'copy' | 'corrupted';
  readonly partition: number;
  readonly value: Buffer;
}

/** What the tables must hold of a bucket. */
export interface BucketTally {
  rows: number;
  /** Sum of the feature `amount`, a whole number in every row. */
  amount: number;
}

/** Records of the line and what must become of them. */
export interface Line {
  readonly partitions: number;
  /** Event times lie in [from, to), epoch seconds. */
  readonly from: number;
  readonly to: number;
  record(index: number): LineRecord;
  /** Counts of the valid records below `count`: by model, then by bucket. */
  tally(count: number): Map<string, Map<number, BucketTally>>;
  labels(count: number): number;
  /** A training set for a model, as NDJSON. */
  training(model: string, rows: number): string;
}

/** Its event times lie in the last 40 minutes: such buckets are due again as soon as they are touched. */
export const recentModel = 'recent';
/** Its event times lie in the last 12 hours. */
export const dayModel = 'day';

const spanSeconds = { [recentModel]: 2400, [dayModel]: 43_200 } as const;
const partitions = 4;
/** A copy stands so many records behind its original, in another partition. */
const copyDistance = 21;

/**
 * Numbered records: one in 100 is corrupted, two in 100 are copies of an earlier one in another partition, one in ten
 * has no id of its own, one in twenty brings its label. Event times move on with the number, out of order by up to
 * five minutes, and end where the last full bucket before `now` (epoch seconds) ends.
 */
export function createLine(count: number, now: number): Line {
  const to = Math.floor(now / 300) * 300;
  const timeOf = (index: number): number => {
    const span = spanSeconds[modelOf(index)];
    const jitter = ((index * 7919) % 600) - 300;
    const seconds = to - span + (index / count) * span + jitter;
    return Math.min(Math.max(Math.floor(seconds * 1000), (to - span) * 1000), to * 1000 - 1);
  };
  return {
    partitions,
    from: to - spanSeconds[dayModel],
    to,
    record: index => {
      const kind = kindOf(index);
      const of = kind === 'copy' ? index - copyDistance : index;
      const payload = payloadOf(of, timeOf(of));
      const value = kind === 'corrupted' ? corrupt(index, payload) : Buffer.from(JSON.stringify(payload));
      return { kind, partition: index % partitions, value };
    },
    tally: upTo => {
      const models = new Map([recentModel, dayModel].map(m => [m, new Map<number, BucketTally>()]));
      for (let index = 0; index < upTo; index++) {
        if (kindOf(index) !== 'valid') continue;
        const buckets = models.get(modelOf(index))!;
        const bucket = Math.floor(timeOf(index) / 300_000) * 300;
        const tally = buckets.get(bucket) ?? { rows: 0, amount: 0 };
        buckets.set(bucket, tally);
        tally.rows++;
        tally.amount += amountOf(index);
      }
      return models;
    },
    labels: upTo => {
      let labels = 0;
      for (let index = 0; index < upTo; index++) if (kindOf(index) === 'valid' && hasLabel(index)) labels++;
      return labels;
    },
    training: (model, rows) =>
      Array.from({ length: rows }, (_, index) =>
        JSON.stringify({ ...payloadOf(index * 2, to * 1000), id: `training-${index}`, model }),
      ).join('\n'),
  };
}

function kindOf(index: number): LineRecord['kind'] {
  if (index % 100 === 37) return 'corrupted';
  return index % 50 === 49 ? 'copy' : 'valid';
}

const modelOf = (index: number) => (index % 2 === 0 ? recentModel : dayModel);
const amountOf = (index: number) => (index * 7919) % 1000;
const hasLabel = (index: number) => index % 20 === 1;

function payloadOf(index: number, time: number) {
  const yes = ((index * 31) % 100) / 100;
  return {
    // Without an id the row is known by its place in the topic.
    ...(index % 10 === 3 ? {} : { id: `r-${index}` }),
    time: new Date(time).toISOString(),
    model: modelOf(index) as string,
    version: index % 7 === 0 ? '2' : '1',
    features: {
      amount: amountOf(index),
      age: 18 + ((index * 13) % 60),
      rate: Math.sin(index) * 10,
      plan: ['basic', 'pro', 'team'][index % 3],
      vip: index % 4 === 0,
      income: index % 9 === 0 ? null : 1000 + ((index * 17) % 5000),
    },
    prediction: { label: yes > 0.5 ? 'yes' : 'no', probabilities: { yes, no: 1 - yes } },
    ...(hasLabel(index) ? { label: index % 3 === 0 ? 'yes' : 'no' } : {}),
    latency_ms: 5 + ((index * 11) % 40),
    status: index % 500 === 0 ? 500 : 200,
  };
}

/** The ways a record is broken here, by reject reason. */
export const corruptions = ['not-json', 'not-utf8', 'no-model', 'bad-time', 'time-ahead'] as const;

/** Which of the corruptions a corrupted record has. */
export const corruptionOf = (index: number) => corruptions[Math.floor(index / 100) % corruptions.length]!;

function corrupt(index: number, payload: ReturnType<typeof payloadOf>): Buffer {
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));
  switch (corruptionOf(index)) {
    case 'not-json':
      return json(payload).subarray(0, -5);
    case 'not-utf8':
      return Buffer.concat([json(payload).subarray(0, 50), Buffer.from([0xff, 0xfe])]);
    case 'no-model':
      return json({ ...payload, model: undefined });
    case 'bad-time':
      return json({ ...payload, time: 'yesterday' });
    case 'time-ahead':
      return json({ ...payload, time: '2999-01-01T00:00:00Z' });
  }
}
