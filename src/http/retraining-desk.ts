import type { Order, OrderKind } from '../domain/order.ts';
import type { RetrainingEvent } from './ports.ts';

/** One turn of a switch. `at`: epoch milliseconds. */
export interface SwitchTurn {
  readonly model: string;
  readonly on: boolean;
  readonly by: string;
  readonly reason: string;
  readonly at: number;
}

/** What a person asks for. */
export interface OrderWish {
  readonly model: string;
  readonly environment: string;
  readonly kind: OrderKind;
  readonly by: string;
  readonly reason: string;
  /** The same again is the same order. */
  readonly request: string;
}

/** One alert of a notification of Alertmanager: the order it became, or why it became none. */
export interface NotificationAnswer {
  readonly fingerprint: string;
  readonly order: Order | null;
  readonly ignored: string | null;
}

/** An order with its life. */
export interface OrderLife {
  readonly order: Order;
  /** The first one first. */
  readonly steps: readonly Order[];
  readonly reports: readonly {
    readonly event: string;
    readonly state: string;
    readonly at: number;
    readonly body: string;
  }[];
  /** What its target says it has started, oldest first. `url` is http(s), or ''. */
  readonly runs: readonly {
    readonly target: string;
    readonly run: string;
    readonly url: string;
    readonly at: number;
  }[];
}

/** How retraining stands as a whole. Times are epoch milliseconds. */
export interface RetrainingOverview {
  /** Last turn of the global stop; null = it was never touched. */
  readonly stop: SwitchTurn | null;
  /** Models that are armed. */
  readonly armed: readonly SwitchTurn[];
  /** Turns of all switches, newest first. */
  readonly history: readonly SwitchTurn[];
  /** For each kind: who takes its orders (null: nobody) and its guard rails, hours and counts. */
  readonly kinds: readonly {
    readonly kind: OrderKind;
    readonly target: string | null;
    readonly rails: Readonly<Record<string, number>>;
  }[];
  readonly schedules: readonly {
    readonly model: string;
    readonly environment: string;
    readonly kind: OrderKind;
    readonly cron: string;
    readonly timeZone: string;
    readonly next: number | null;
  }[];
}

/** Orders as people, receivers and other systems handle them. */
export interface RetrainingDesk {
  receive(
    id: string,
    event: RetrainingEvent,
  ): Promise<{ readonly outcome: string; readonly order: Order | null }>;
  arm(model: string, by: string): Promise<void>;
  disarm(model: string, by: string): Promise<void>;
  stop(stopped: boolean, by: string, reason: string): Promise<void>;
  /** Null when there is no order of this id, or it is not under way. */
  cancel(id: string, by: string): Promise<Order | null>;
  /** On a person's word. Null when there is no order of this id, it has not succeeded, or retraining is stopped. */
  promote(
    id: string,
    confirmed: { readonly by: string; readonly newestRows: boolean },
  ): Promise<Order | null>;
  order(wish: OrderWish): Promise<Order>;
  /** Null: the body is no notification. */
  notify(body: unknown, known: (model: string) => boolean): Promise<readonly NotificationAnswer[] | null>;
  life(id: string): Promise<OrderLife | null>;
  overview(): Promise<RetrainingOverview>;
  /** Who takes orders of a kind; null: nobody, they are dry runs. */
  receiver(kind: OrderKind): string | null;
}
