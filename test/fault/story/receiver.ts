import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A message as it arrived. */
export interface Arrived {
  readonly path: string;
  readonly id: string;
  readonly body: string;
}

/** Receives alerts and retraining orders, and reports a retraining back, through every crash of the service. */
export interface Receiver {
  readonly url: string;
  readonly arrived: readonly Arrived[];
  close(): Promise<void>;
}

interface OrderBody {
  readonly data: {
    readonly order: string;
    readonly model: string;
    readonly period: { readonly from: string; readonly to: string };
    readonly links: { readonly callback: string };
  };
}

/** Starts it on a free port. */
export async function startReceiver(): Promise<Receiver> {
  const arrived: Arrived[] = [];
  const trained = new Set<string>();
  const closing = new AbortController();
  const take = async (request: IncomingMessage) => {
    const body = await readBody(request);
    arrived.push({ path: request.url ?? '', id: String(request.headers['webhook-id']), body });
    const order = request.url === '/orders' ? (JSON.parse(body) as OrderBody) : null;
    if (order === null || trained.has(order.data.order)) return;
    trained.add(order.data.order);
    void train(order, closing.signal);
  };
  const server = createServer((request, response) => {
    void take(request).then(
      () => response.writeHead(202).end(),
      () => response.destroy(),
    );
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived,
    close: () => {
      closing.abort();
      server.closeAllConnections();
      return new Promise(resolve => server.close(() => resolve()));
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Reports `running` and `succeeded` once the order is known to be sent: a report that comes earlier is fine too, but the
 * order then has one step less, and runs could not be compared.
 */
async function train({ data }: OrderBody, signal: AbortSignal): Promise<void> {
  const { order, model, period, links } = data;
  const service = new URL(links.callback).origin;
  const isSent = async () => {
    const answer = await fetch(`${service}/v1/orders?model=${model}`, { signal });
    const { orders } = (await answer.json()) as { orders: { id: string; state: string }[] };
    return orders.some(each => each.id === order && each.state === 'sent');
  };
  await persist(signal, isSent);
  const report = (event: Record<string, unknown>) =>
    persist(signal, async () => {
      const answer = await fetch(links.callback, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(event),
        signal,
      });
      return answer.ok;
    });
  await report({ event_id: `${order}-running`, state: 'running' });
  const metrics = { accuracy_before: 0.5, accuracy_after: 0.75, rows: 1000 };
  const done = { state: 'succeeded', version: '3', training: period, metrics };
  await report({ event_id: `${order}-succeeded`, ...done });
}

/** Tries until it works: the service may be down. */
async function persist(signal: AbortSignal, work: () => Promise<boolean>): Promise<void> {
  while (!signal.aborted) {
    if (await work().catch(() => false)) return;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
