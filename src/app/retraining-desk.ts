import { asksOfNotification } from '../act/alertmanager.ts';
import { askOf } from '../act/ask.ts';
import { askId } from '../act/ids.ts';
import type { Retraining } from '../act/retraining.ts';
import { nextSlot } from '../act/slots.ts';
import type { Config } from '../config/schema.ts';
import type { Delivery } from '../domain/alert.ts';
import { orderKinds } from '../domain/order.ts';
import type {
  NotificationAnswer,
  OrderLife,
  RetrainingDesk,
  RetrainingOverview,
} from '../http/retraining-desk.ts';
import { webAddress } from '../lib/web-address.ts';
import { railsOf, targetFor } from './retraining-rules.ts';
import type { Storage } from './storage.ts';

export interface RetrainingDeskDeps {
  readonly config: Pick<Config, 'retraining'>;
  readonly storage: {
    readonly orders: Pick<Storage['orders'], 'steps'>;
    readonly callbacks: Pick<Storage['callbacks'], 'of'>;
    readonly arming: Pick<Storage['arming'], 'stopped' | 'history' | 'stops'>;
    readonly deliveries: Pick<Storage['deliveries'], 'attempts'>;
  };
  readonly retraining: Retraining;
  /** Run's clock, epoch milliseconds. */
  readonly runNow: () => number;
}

/** Turns of switches that are shown. */
const shown = 200;
const hour = 3_600_000;

/** Orders as the HTTP interface hands them out and takes them in. */
export function createRetrainingDesk(deps: RetrainingDeskDeps): RetrainingDesk {
  const { config, storage, retraining, runNow } = deps;
  return {
    receive: retraining.receive,
    arm: retraining.arm,
    disarm: retraining.disarm,
    stop: retraining.stop,
    cancel: retraining.cancel,
    promote: retraining.promote,
    order: ({ request, ...wish }) =>
      retraining.ask(
        askOf(askId(['manual', wish.model, request]), { ...wish, trigger: 'manual', now: runNow() }),
      ),
    notify: async (body, known) => {
      const asked = asksOfNotification(body, runNow(), known);
      if (asked === null) return null;
      const answers: NotificationAnswer[] = [];
      for (const { fingerprint, ask, ignored } of asked)
        answers.push({ fingerprint, ignored, order: ask === null ? null : await retraining.ask(ask) });
      return answers;
    },
    life: async id => {
      const steps = await storage.orders.steps(id);
      const order = steps.at(-1);
      if (order === undefined) return null;
      const [reports, attempts] = await Promise.all([
        storage.callbacks.of(id),
        storage.deliveries.attempts(id),
      ]);
      return {
        order,
        steps,
        reports: reports.map(({ eventId, state, at, body }) => ({ event: eventId, state, at, body })),
        runs: runsOf(attempts),
      };
    },
    overview: () => overviewOf(deps),
    receiver: kind => targetFor(config, kind),
  };
}

/** What the answers to an order say was started. An address is shown as a link: anything but http(s) is left out. */
function runsOf(attempts: readonly Delivery[]): OrderLife['runs'] {
  return attempts.flatMap(({ endpoint: target, run = '', url = '', at }) => {
    const address = webAddress(url) ?? '';
    return run === '' && address === '' ? [] : [{ target, run, url: address, at }];
  });
}

async function overviewOf({ config, storage, runNow }: RetrainingDeskDeps): Promise<RetrainingOverview> {
  const [stop, arms, stops] = await Promise.all([
    storage.arming.stopped(),
    storage.arming.history(null, shown),
    storage.arming.stops(shown),
  ]);
  const last = new Map<string, (typeof arms)[number]>();
  for (const turn of arms) if (!last.has(turn.model)) last.set(turn.model, turn);
  return {
    stop,
    armed: [...last.values()].filter(turn => turn.on).sort((a, b) => (a.model < b.model ? -1 : 1)),
    history: [...arms, ...stops].sort((a, b) => b.at - a.at).slice(0, shown),
    kinds: orderKinds.map(kind => {
      const { cooldown, timeout, ...counts } = railsOf(config, kind);
      const rails = { cooldownHours: cooldown / hour, ...counts, timeoutHours: timeout / hour };
      return { kind, target: targetFor(config, kind), rails };
    }),
    schedules: (config.retraining?.schedules ?? []).map(schedule => ({
      ...schedule,
      next: nextSlot(schedule, runNow()),
    })),
  };
}
