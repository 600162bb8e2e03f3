import type { AlertReader } from '../http/ports.ts';
import type { Storage } from './storage.ts';

/** What the page and the command line read about alerts and orders. */
export function createAlertReader({ alerts, orders }: Storage): AlertReader {
  return { alerts: alerts.alerts, transitions: alerts.transitions, orders: orders.orders };
}
