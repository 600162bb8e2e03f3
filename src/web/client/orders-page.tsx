import { PlainTable } from './data-table.tsx';
import { machineTime, moment } from './format.ts';
import { Loading, Note, Trouble } from './notice.tsx';
import type { OrdersAnswer, ReceiversAnswer, RetrainingAnswer } from './order-answers.ts';
import { usePoll } from './poll.ts';
import { ReceiversTable } from './receivers-table.tsx';
import { get } from './request.ts';
import { formatRoute, modelRoute } from './route.ts';
import { StopNote, Turns } from './switches.tsx';

/** Turns of switches that are shown. */
const shownTurns = 20;

/** Orders of all models, whether retraining is stopped, who armed what, and who is told and takes orders. */
export function OrdersPage() {
  const orders = usePoll('orders', signal => get<OrdersAnswer>('v1/orders', { limit: 50 }, signal));
  const switches = usePoll('retraining', signal => get<RetrainingAnswer>('v1/retraining', {}, signal));
  const receivers = usePoll('receivers', signal => get<ReceiversAnswer>('v1/receivers', {}, signal));
  return (
    <>
      <h1 tabIndex={-1}>Orders</h1>
      <StopNote stop={switches.value?.stop ?? null} />
      {switches.value !== null && <p class="lead">{armedWords(switches.value)}</p>}
      <section class="card" aria-labelledby="newest-orders">
        <h2 id="newest-orders">Orders to train</h2>
        <Trouble polled={orders} what="the orders" />
        {orders.value === null && orders.failure === null && <Loading what="the orders" tall />}
        {orders.value !== null && <Newest orders={orders.value.orders} />}
      </section>
      <section class="card" aria-labelledby="switches">
        <h2 id="switches">Armed, disarmed, stopped</h2>
        <Trouble polled={switches} what="the switches" />
        {switches.value !== null && <History {...switches.value} />}
      </section>
      <section class="card" aria-labelledby="receivers">
        <h2 id="receivers">Receivers</h2>
        <Trouble polled={receivers} what="the receivers" />
        {receivers.value !== null && <ReceiversTable receivers={receivers.value.receivers} />}
      </section>
    </>
  );
}

function armedWords({ armed }: RetrainingAnswer): string {
  if (armed.length === 0) return 'No model is armed: orders are dry runs.';
  const names = armed.map(({ model }) => model);
  return `${names.length === 1 ? 'Armed is' : 'Armed are'} ${names.join(', ')}; orders of other models are dry runs.`;
}

function History({ history }: RetrainingAnswer) {
  if (history.length === 0) return <Note>Nobody has armed a model or stopped retraining yet.</Note>;
  return <Turns turns={history.slice(0, shownTurns)} named />;
}

function Newest({ orders }: OrdersAnswer) {
  if (orders.length === 0) return <Note>Nothing was ordered yet.</Note>;
  return (
    <PlainTable
      stack
      caption="Newest orders, times in UTC"
      columns={[
        { name: 'Time (UTC)' },
        { name: 'Model' },
        { name: 'Kind' },
        { name: 'State' },
        { name: 'Reason' },
        { name: 'Asked for by' },
      ]}
      rows={orders.map(order => [
        <time key="at" class="nowrap" dateTime={machineTime(order.at)}>
          {moment(order.at)}
        </time>,
        <a key="model" href={formatRoute(modelRoute(order.model, order.environment))}>
          {order.model}
        </a>,
        order.kind,
        order.state.replaceAll('-', ' '),
        order.reason === '' ? '–' : order.reason,
        `${order.trigger} ${order.by}`,
      ])}
    />
  );
}
