import { fillAll } from './order-message.ts';
import { neededSecret, setting, templates } from './settings.ts';
import { isGood, notTheTarget, refused, started, type Trigger, unclear } from './trigger.ts';

/** Databricks takes at most 10 kB of parameters. */
const mostBytes = 10_000;

/** What is sent unless the settings say otherwise. */
const defaultParameters: Readonly<Record<string, string>> = {
  order: '{order}',
  kind: '{kind}',
  model: '{model}',
  environment: '{environment}',
  from: '{from}',
  to: '{to}',
  rows: '{rows}',
  callback: '{callback}',
  baselines: '{baselines}',
  callback_token: '{callback_token}',
};

/** A run of a Databricks job. The order's id is the idempotency token: asked twice, the same run is answered. */
export const databricks = (): Trigger => ({
  kind: 'databricks',
  check: endpoint => {
    neededSecret(endpoint, 'token');
    setting(endpoint, 'job');
  },
  start: async (order, endpoint, call) => {
    const parameters = fillAll(templates(endpoint, 'parameters', defaultParameters), order);
    if (Buffer.byteLength(JSON.stringify(parameters)) > mostBytes)
      return { status: refused, detail: 'not sent: the parameters are larger than Databricks takes (10 kB)' };
    const reply = await call({
      url: `${endpoint.url.replace(/\/+$/, '')}/api/2.2/jobs/run-now`,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${neededSecret(endpoint, 'token').reveal()}`,
      },
      body: JSON.stringify({
        job_id: Number(setting(endpoint, 'job')),
        job_parameters: parameters,
        idempotency_token: order.fields.order.slice(0, 64),
      }),
    });
    const stranger = notTheTarget(reply, true);
    if (stranger !== null) return stranger;
    if (!isGood(reply.status)) return { status: reply.status };
    const run = started(reply.json?.['run_id']);
    if (run.run === undefined)
      return {
        status: unclear,
        detail: `answered ${reply.status} without a run_id; asking again is harmless`,
      };
    return { status: reply.status, ...run };
  },
});
