import { randomUUID } from 'node:crypto';
import { pause, type Tools } from './harness.ts';

/** Something that sends rows until it is stopped, and sends a row again until it is taken. */
export interface Traffic {
  /** Ids of the rows that were acknowledged, with their place: `partition/offset`, '' over HTTP. */
  readonly sent: ReadonlyMap<string, string>;
  /** Answers other than 200, with how long they took; status 0 is none at all. */
  readonly refusals: readonly Refusal[];
  /** Sends no more. */
  end(): void;
  /** The same; resolves when the last row is acknowledged. */
  stop(): Promise<void>;
}

export interface Refusal {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly seconds: number;
}

/** One row; sent again it is the same row. */
function makeRow(): { readonly id: string; readonly body: string } {
  const id = randomUUID();
  const row = { id, time: new Date().toISOString(), model: 'away', features: { amount: 1 }, prediction: 0.5 };
  return { id, body: JSON.stringify(row) };
}

/** About 250 records a second, in batches of 50 over four partitions. */
export function startKafkaTraffic(tools: Tools, topic: string): Traffic {
  /** Base offset by partition; null when not everything was acknowledged. */
  const send = async (messages: { partition: number; value: string }[]) => {
    const answers = await tools.producer.send({ topic, acks: -1, messages }).catch(() => []);
    const bases = new Map(answers.map(({ partition, baseOffset }) => [partition, Number(baseOffset)]));
    return bases.size === 4 ? bases : null;
  };
  return startTraffic(async ({ sent }) => {
    const rows = Array.from({ length: 50 }, makeRow);
    const messages = rows.map(({ body }, i) => ({ partition: i % 4, value: body }));
    let answers = await send(messages);
    // The broker is away: the same records again. Those it had taken all the same stand there twice.
    for (; answers === null; answers = await send(messages)) await pause(500);
    for (const [i, { id }] of rows.entries())
      sent.set(id, `${i % 4}/${answers.get(i % 4)! + Math.floor(i / 4)}`);
    await pause(200);
  });
}

/**
 * Two clients with about five requests of two rows a second each.
 *
 * @param url Where the service is now; a service that is started again has another port.
 */
export function startHttpTraffic(url: () => string): Traffic {
  const post = async (body: string, refusals: Refusal[]): Promise<boolean> => {
    const began = performance.now();
    const headers = { 'content-type': 'application/x-ndjson' };
    const signal = AbortSignal.timeout(15_000);
    const answer = await fetch(`${url()}/v1/inferences`, { method: 'POST', headers, body, signal }).then(
      async response => {
        await response.arrayBuffer();
        return { status: response.status, retryAfter: response.headers.get('retry-after') };
      },
      () => ({ status: 0, retryAfter: null }),
    );
    if (answer.status === 200) return true;
    refusals.push({ ...answer, seconds: (performance.now() - began) / 1000 });
    return false;
  };
  const client = async ({ sent, refusals }: Telling) => {
    const rows = [makeRow(), makeRow()];
    while (!(await post(rows.map(row => row.body).join('\n'), refusals))) await pause(200);
    for (const { id } of rows) sent.set(id, '');
    await pause(200);
  };
  return startTraffic(client, client);
}

interface Telling {
  readonly sent: Map<string, string>;
  readonly refusals: Refusal[];
}

function startTraffic(...clients: ((telling: Telling) => Promise<void>)[]): Traffic {
  const telling: Telling = { sent: new Map(), refusals: [] };
  const stopping = new AbortController();
  const work = Promise.all(
    clients.map(async client => {
      while (!stopping.signal.aborted) await client(telling);
    }),
  );
  // Looked at by `stop`.
  work.catch(() => undefined);
  const end = () => stopping.abort();
  return {
    ...telling,
    end,
    stop: async () => {
      end();
      await work;
    },
  };
}
