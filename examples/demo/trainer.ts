/**
 * A trainer such as a platform team would run: it takes Leeway's signed retraining order, checks the signature with the
 * standardwebhooks package, fetches labelled rows through Leeway's API, fits a model, uploads the training set as the
 * new version's baseline and reports back. It knows Leeway by its HTTP interface only.
 *
 * Usage: tsx examples/demo/trainer.ts --secret whsec_... ; prints `listening on URL`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { type Application, fitLoanModel, type LoanModel, predictLoan } from './model.ts';
import { payloadOf } from './payload.ts';

interface Order {
  readonly type: string;
  readonly data: {
    readonly order: string;
    readonly model: string;
    readonly environment: string;
    readonly period: { readonly from: string; readonly to: string };
    readonly links: { readonly rows: string; readonly callback: string; readonly baselines: string };
  };
}

interface ExportedRow {
  readonly id: string;
  readonly time: string;
  readonly version: string;
  readonly features: Record<string, unknown>;
  readonly prediction: { readonly label: string; readonly probabilities: Record<string, number> };
  readonly label: string | number;
}

const { values } = parseArgs({ options: { secret: { type: 'string' } } });
const webhook = new Webhook(values.secret ?? '');
const models = new Map<string, LoanModel>();
const taken = new Map<string, Promise<void>>();

const server = createServer((request, response) => {
  answer(request, response).catch((error: Error) => {
    console.error(`trainer: ${error.message}`);
    if (!response.headersSent) response.writeHead(500).end();
  });
});
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'GET' && request.url?.startsWith('/models/')) {
    const model = models.get(request.url.slice('/models/'.length));
    response
      .writeHead(model ? 200 : 404, { 'content-type': 'application/json' })
      .end(JSON.stringify(model ?? null));
    return;
  }
  if (request.method !== 'POST' || request.url !== '/retrain') {
    response.writeHead(404).end();
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  let order: Order;
  try {
    order = webhook.verify(body, request.headers as Record<string, string>) as Order;
  } catch {
    response.writeHead(401).end('bad signature');
    return;
  }
  response.writeHead(202).end();
  // The same order may come twice; it is trained once.
  if (order.type === 'retraining.requested' && !taken.has(order.data.order))
    taken.set(
      order.data.order,
      train(order).catch(error => reportFailure(order, error as Error)),
    );
}

async function train(order: Order): Promise<void> {
  const { links, model } = order.data;
  await report(links.callback, {
    event_id: `${order.data.order}-running`,
    state: 'running',
    message: 'fetching labelled rows',
  });
  const rows = await fetchRows(links.rows);
  const applications = rows.map(toApplication);
  const comparison = compare(applications);
  const fitted = fitLoanModel(applications);
  models.set(order.data.order, fitted);
  const training = rows.map((row, i) => {
    const application = applications[i]!;
    return JSON.stringify(
      payloadOf({
        id: row.id,
        time: Date.parse(row.time),
        model,
        version: '2',
        application,
        score: predictLoan(fitted, application),
      }),
    );
  });
  const baseline = await uploadBaseline(links.baselines, training.join('\n'));
  await report(links.callback, {
    event_id: `${order.data.order}-succeeded`,
    state: 'succeeded',
    version: '2',
    baseline,
    message: `logistic regression on ${rows.length} labelled rows`,
    metrics: { accuracy_before: comparison.before, accuracy_after: comparison.after, comparison },
  });
}

async function reportFailure(order: Order, error: Error): Promise<void> {
  console.error(`trainer: ${error.message}`);
  await report(order.data.links.callback, {
    event_id: `${order.data.order}-failed`,
    state: 'failed',
    message: error.message.slice(0, 200),
  });
}

async function fetchRows(url: string): Promise<ExportedRow[]> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`export answered ${response.status}: ${await response.text()}`);
  const lines = (await response.text()).split('\n').filter(line => line !== '');
  return lines.map(line => JSON.parse(line) as ExportedRow);
}

async function uploadBaseline(url: string, ndjson: string): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: ndjson,
  });
  if (!response.ok) throw new Error(`baseline upload answered ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { baseline: number }).baseline;
}

async function report(url: string, event: Record<string, unknown>): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(event),
  });
  if (!response.ok) throw new Error(`callback answered ${response.status}: ${await response.text()}`);
}

function toApplication(row: ExportedRow): Application {
  return {
    features: row.features,
    score: row.prediction.probabilities['repaid'] ?? Number.NaN,
    repaid: row.label === 'repaid' ? 1 : 0,
  };
}

/** Parts of the rows: each is scored by a model that was fitted on the others. */
const parts = 5;

/**
 * The accuracy of the new model and of the old one on the same rows, none of which the new one has seen, with the limits
 * of a 90 % interval of what it gained.
 */
function compare(rows: readonly Application[]) {
  const scores = rows.map(row => row.score);
  for (let part = 0; part < parts; part++) {
    const model = fitLoanModel(rows.filter((_, i) => i % parts !== part));
    for (let i = part; i < rows.length; i += parts) scores[i] = predictLoan(model, rows[i]!);
  }
  const right = (score: number, { repaid }: Application) => Number((score >= 0.5 ? 1 : 0) === repaid);
  const mean = (of: readonly number[]) => of.reduce((sum, value) => sum + value, 0) / of.length;
  const before = mean(rows.map(row => right(row.score, row)));
  const after = mean(rows.map((row, i) => right(scores[i]!, row)));
  const gain = rows.map((row, i) => right(scores[i]!, row) - right(row.score, row));
  const spread = Math.sqrt(mean(gain.map(value => (value - after + before) ** 2)) / rows.length);
  const [low, high] = [-1, 1].map(side => after - before + side * 1.645 * spread);
  return { measure: 'accuracy', before, after, rows: rows.length, low, high };
}
