import type { OrderEntry, OrderLife } from './answers.ts';
import { machineTime, moment } from './format.ts';
import { Trouble } from './notice.tsx';
import type { RetrainingAnswer } from './order-answers.ts';
import { orderTitle, orderTrack } from './order-track.ts';
import { usePoll } from './poll.ts';
import { get } from './request.ts';
import { StopNote, Turns } from './switches.tsx';

/** Orders that are shown with their whole life. */
const shown = 5;

/** Who armed a model, and its newest orders, each with its life and what would lift a refusal. */
export function OrdersCard({
  model,
  orders,
}: {
  readonly model: string;
  readonly orders: readonly OrderEntry[];
}) {
  const switches = usePoll('retraining', signal => get<RetrainingAnswer>('v1/retraining', {}, signal));
  const newest = lastSteps(orders).slice(0, shown);
  const turns = (switches.value?.history ?? []).filter(turn => turn.model === model);
  if (newest.length === 0 && turns.length === 0) return null;
  return (
    <section class="card" aria-labelledby="orders">
      <h2 id="orders">Orders to train</h2>
      <StopNote stop={switches.value?.stop ?? null} />
      <Trouble polled={switches} what="the switches" />
      {turns.length > 0 && <Turns turns={turns.slice(0, shown)} named={false} />}
      {newest.map(order => (
        <OrderPart key={order.id} order={order} />
      ))}
    </section>
  );
}

/** The last known step of each order, newest first. */
function lastSteps(orders: readonly OrderEntry[]): readonly OrderEntry[] {
  const last = new Map<string, OrderEntry>();
  for (const order of [...orders].sort((a, b) => a.step - b.step)) last.set(order.id, order);
  return [...last.values()].sort((a, b) => b.at - a.at);
}

function OrderPart({ order }: { readonly order: OrderEntry }) {
  const key = `${order.id}#${order.step}`;
  const life = usePoll(key, signal =>
    get<OrderLife>(`v1/orders/${encodeURIComponent(order.id)}`, {}, signal),
  );
  const steps = orderTrack(life.value ?? { steps: [order], reports: [], runs: [] });
  return (
    <article aria-label={orderTitle(order)}>
      <h3>{orderTitle(order)}</h3>
      <p class="muted">
        Asked for by {order.trigger} {order.by}
        {order.why === '' ? '' : `: ${order.why}`}
      </p>
      <ol>
        {steps.map(step => (
          <li key={step.key}>
            <time class="nowrap" dateTime={machineTime(step.at)}>
              {moment(step.at)}
            </time>{' '}
            <strong>{step.what}</strong>
            {step.detail === '' ? '' : `: ${step.detail}`}
            {step.link !== null && (
              <>
                {' '}
                <a href={step.link} target="_blank" rel="noopener noreferrer">
                  Open the run
                </a>
              </>
            )}
          </li>
        ))}
      </ol>
      {order.lift !== '' && <p>What would lift it: {order.lift}</p>}
      <Trouble polled={life} what="the order" />
    </article>
  );
}
