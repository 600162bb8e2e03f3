/** What the page is told of orders, switches and receivers. */
import type { OrderLife } from '../../src/web/client/answers.ts';
import type {
  OrdersAnswer,
  Receiver,
  ReceiversAnswer,
  RetrainingAnswer,
  Turn,
} from '../../src/web/client/order-answers.ts';
import { alertsOf } from './fixture-data.ts';

const hour = 3_600_000;
const orders = alertsOf('churn').orders;
const at = orders[0]!.at;
const turn = (over: Partial<Turn>): Turn => ({
  model: 'churn',
  on: true,
  by: 'ann',
  reason: '',
  at,
  ...over,
});
const stop = turn({ model: '', by: 'bob', reason: 'incident 17', at: at + 2 * hour });

/** Runs that targets claim to have started: one of them with an address that is no web page. */
export const life: OrderLife = {
  steps: orders,
  reports: [],
  runs: [
    { target: 'ci', run: 'retrain #7', url: 'https://ci.example.org/runs/7', at: at + 30_000 },
    { target: 'airflow', run: 'manual_7', url: 'javascript:alert(1)', at: at + 40_000 },
  ],
};

export const switches: RetrainingAnswer = {
  stop,
  armed: [turn({ at: at - 24 * hour })],
  history: [
    stop,
    turn({ model: 'fraud', on: false, by: 'ci', at: at + hour }),
    turn({ at: at - 24 * hour }),
    turn({ model: 'fraud', by: 'ci', at: at - 48 * hour }),
  ],
};

const receiver = (over: Partial<Receiver>): Receiver => ({
  name: 'pager',
  type: 'pagerduty',
  takes: 'alerts',
  host: 'events.pagerduty.com',
  state: 'active',
  breaker: { state: 'closed', failures: 0, until: 0 },
  last: { at, status: 202 },
  ...over,
});

export const receivers: ReceiversAnswer = {
  receivers: [
    receiver({}),
    receiver({
      name: 'hook',
      type: 'webhook',
      host: 'hooks.example.org',
      breaker: { state: 'open', failures: 7, until: at + hour },
      last: { at: at + hour, status: 0 },
    }),
    receiver({ name: 'ci', type: 'github-workflow', takes: 'orders', host: 'api.github.com', last: null }),
  ],
};

/** Answers by path; null for any other. */
export function ordersAt(pathname: string, empty: boolean): unknown {
  if (pathname.startsWith('/v1/orders/')) return life;
  if (pathname === '/v1/orders')
    return {
      orders: empty ? [] : orders.slice(-1).map(order => ({ ...order, model: 'churn' })),
    } satisfies OrdersAnswer;
  if (pathname === '/v1/retraining') return empty ? { stop: null, armed: [], history: [] } : switches;
  if (pathname === '/v1/receivers') return empty ? { receivers: [] } : receivers;
  return null;
}
