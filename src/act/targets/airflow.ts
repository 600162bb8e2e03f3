import type { Endpoint } from '../channel.ts';
import { type AirflowSession, createAirflowSession } from './airflow-session.ts';
import { boundedData, type OrderMessage } from './order-message.ts';
import { secretSetting, setting } from './settings.ts';
import {
  type Call,
  isGood,
  notTheTarget,
  type Outcome,
  refused,
  started,
  type TargetReply,
  type Trigger,
  unclear,
} from './trigger.ts';

/** Most of an order that becomes the run's conf, bytes. */
const mostBytes = 60_000;

/**
 * A DAG run of Airflow 2 or 3. The run is named after the order, so that an order that is sent again meets its own run:
 * Airflow answers 409, and the order is done.
 */
export const airflow = (): Trigger => {
  const session = createAirflowSession();
  return {
    kind: 'airflow',
    check: endpoint => {
      setting(endpoint, 'dag');
      if (secretSetting(endpoint, 'token') !== null) return;
      if (secretSetting(endpoint, 'password') === null) setting(endpoint, 'password');
      setting(endpoint, 'username');
    },
    start: (order, endpoint, call, now) => start({ order, endpoint, call, now, session }),
  };
};

interface Start {
  readonly order: OrderMessage;
  readonly endpoint: Endpoint;
  readonly call: Call;
  readonly now: number;
  readonly session: AirflowSession;
}

async function start(of: Start): Promise<Outcome> {
  const { order, endpoint, session } = of;
  const conf = boundedData(order, mostBytes);
  if (conf === null) return { status: refused, detail: 'not sent: the order is larger than 60 kB' };
  const run = `leeway__${order.fields.order}`;
  const { authorization, refusal } = await session.enter(of);
  if (refusal !== null) return refusal;
  const reply = await trigger(of, run, { ...conf, id: order.fields.id }, authorization);
  const again = reply.status === 401 && session.leave(endpoint);
  return again ? start({ ...of }) : outcome(reply, run, endpoint);
}

function trigger(
  { endpoint, call }: Start,
  run: string,
  conf: Readonly<Record<string, unknown>>,
  authorization: string,
): Promise<TargetReply> {
  const version = versionOf(endpoint);
  const dag = encodeURIComponent(setting(endpoint, 'dag'));
  return call({
    url: `${endpoint.url.replace(/\/+$/, '')}/api/v${version === 3 ? 2 : 1}/dags/${dag}/dagRuns`,
    headers: { accept: 'application/json', 'content-type': 'application/json', authorization },
    // Version 3 refuses a request without logical_date, and takes null for "now".
    body: JSON.stringify({ dag_run_id: run, ...(version === 3 ? { logical_date: null } : {}), conf }),
  });
}

function outcome(reply: TargetReply, run: string, endpoint: Endpoint): Outcome {
  const there = started(run, pageOf(endpoint, run));
  if (reply.status === 409)
    return { status: 200, detail: `run ${run} was there already (409) ${there.url ?? ''}`, ...there };
  const stranger = notTheTarget(reply, true);
  if (stranger !== null) return stranger;
  if (!isGood(reply.status)) return { status: reply.status };
  if (reply.json?.['dag_run_id'] === run) return { status: reply.status, ...there };
  return {
    status: unclear,
    detail: `answered ${reply.status} without the run's id; asking again is harmless`,
  };
}

function pageOf(endpoint: Endpoint, run: string): string {
  const base = endpoint.url.replace(/\/+$/, '');
  const dag = encodeURIComponent(setting(endpoint, 'dag'));
  return versionOf(endpoint) === 3
    ? `${base}/dags/${dag}/runs/${run}`
    : `${base}/dags/${dag}/grid?dag_run_id=${run}`;
}

function versionOf(endpoint: Endpoint): 2 | 3 {
  return endpoint.settings['version'] === 2 ? 2 : 3;
}
