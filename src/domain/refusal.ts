/**
 * Why an order is not given, in the order in which it is looked at: a closed list, each with what would lift it. The
 * last two are no guard rails: the order would have gone out, and is kept with the body that would have been sent.
 */
export const orderHolds = {
  stopped: 'Start retraining again: `leeway retrain start`.',
  'not-model-drift': 'Nothing: what was found is not remedied by training. Look at the alert.',
  'not-calibrated':
    'Time: a check orders once 28 days of history are known. By hand it can be ordered before.',
  'too-few-windows': 'More paging windows of the same episode.',
  blind: 'Windows that could be read wholly: see what holds the sources up (`leeway progress`).',
  'data-quality': 'Windows whose data are not in doubt: repair what sends them.',
  'too-few-rows': 'More rows; or a smaller `leastRows`.',
  'too-few-labels': 'More labels; or a smaller `leastLabels`.',
  'in-flight': 'The end of the order under way: `leeway retrain show ID`, or `cancel ID`.',
  cooldown: 'Time; or a shorter `cooldownHours`.',
  'limit-day': 'Time; or a larger `perDay`.',
  'limit-30-days': 'Time; or a larger `per30Days`.',
  'no-receiver': 'A target for this kind in `retraining` of the configuration.',
  'not-armed': 'Arm the model: `leeway retrain arm MODEL`.',
} as const;
export type OrderHold = keyof typeof orderHolds;
export type Refusal = Exclude<OrderHold, 'no-receiver' | 'not-armed'>;

/** The name at the beginning of an order's reason, null when it is none of the list. */
export function orderHoldOf(reason: string): OrderHold | null {
  const name = /^[a-z0-9-]+(?=:|$)/.exec(reason)?.[0] ?? '';
  return Object.hasOwn(orderHolds, name) ? (name as OrderHold) : null;
}
