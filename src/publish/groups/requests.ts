import type { Inference } from '../../domain/inference.ts';
import { type Group, type GroupDeps, other } from '../group.ts';
import { createHistogram, type Observer } from '../histogram.ts';
import { counter } from '../metric.ts';

const labelNames = ['model', 'environment', 'version'] as const;
const latencyBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const sizeBuckets = [256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304];

interface Stream {
  readonly latency: Observer;
  readonly request: Observer;
  readonly response: Observer;
  count(rows: number, errors: number): void;
}

/** Whether a row counts as an error: a server error, or an error text. */
function isError(inference: Pick<Inference, 'status' | 'error'>): boolean {
  return inference.status >= 500 || inference.error !== '';
}

/** The series a row belongs to. */
const createStreams = ({ registry, streams, versions }: GroupDeps) => {
  const requests = counter(
    registry,
    'leeway_requests_total',
    'Inferences stored. A record delivered again by a source counts again; table inferences holds it once.',
    labelNames,
  );
  const errors = counter(
    registry,
    'leeway_request_errors_total',
    'Inferences stored with status 500 or above, or with an error text.',
    labelNames,
  );
  const histogram = (name: string, help: string, buckets: readonly number[]) =>
    createHistogram(registry, { name, help, labelNames, buckets });
  const latency = histogram('leeway_request_duration_seconds', 'Latency of inferences.', latencyBuckets);
  const request = histogram('leeway_request_size_bytes', 'Size of request bodies.', sizeBuckets);
  const response = histogram('leeway_response_size_bytes', 'Size of response bodies.', sizeBuckets);
  const known = new Map<string, Stream>();

  const open = (row: Inference): Stream => {
    const own = streams(row.model, row.environment);
    const version = own ? versions(JSON.stringify([row.model, row.environment])).admit(row.version) : null;
    const labels = {
      model: own ? row.model : other,
      environment: own ? row.environment : other,
      version: version ?? other,
    };
    errors.inc(labels, 0);
    return {
      latency: latency.with(labels),
      request: request.with(labels),
      response: response.with(labels),
      count: (rows, failed) => {
        requests.inc(labels, rows);
        errors.inc(labels, failed);
      },
    };
  };
  // Streams beyond the caps are not remembered, so the map stays as bounded as the series are.
  return (row: Inference): Stream => {
    const key = JSON.stringify([row.model, row.environment, row.version]);
    const stream = known.get(key) ?? open(row);
    if (known.size < 10_000) known.set(key, stream);
    return stream;
  };
};

/** How often, how fast and how reliably the watched models answer, from the rows as they are stored. */
export const createRequests: Group = deps => {
  const streamOf = createStreams(deps);
  return {
    batchStored: ({ inferences }) => {
      const counts = new Map<Stream, { rows: number; errors: number }>();
      let last: Inference | null = null;
      let stream: Stream | null = null;
      let count = { rows: 0, errors: 0 };
      for (const row of inferences) {
        if (stream === null || last === null || !sameStream(last, row)) {
          stream = streamOf(row);
          count = counts.get(stream) ?? { rows: 0, errors: 0 };
          counts.set(stream, count);
        }
        last = row;
        count.rows++;
        if (isError(row)) count.errors++;
        stream.latency.observe(row.latencySeconds);
        stream.request.observe(row.requestBytes);
        stream.response.observe(row.responseBytes);
      }
      for (const [one, { rows, errors: failed }] of counts) one.count(rows, failed);
    },
  };
};

function sameStream(a: Inference, b: Inference): boolean {
  return a.model === b.model && a.environment === b.environment && a.version === b.version;
}
