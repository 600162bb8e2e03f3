import type { Message } from '../channel.ts';

/** What an order says, as texts that any target can carry; '' where the order does not say it. */
export const orderFields = [
  'id',
  'order',
  'kind',
  'model',
  'environment',
  'reason',
  'from',
  'to',
  'rows',
  'callback',
  'baselines',
  'callback_token',
] as const;
export type OrderField = (typeof orderFields)[number];

/** An order as targets read it. */
export interface OrderMessage {
  readonly fields: Readonly<Record<OrderField, string>>;
  /** The order's data, as they stand in the message. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Reads the canonical body of an order; null for a message that is none. A pure function of the message. */
export function readOrder(message: Message): OrderMessage | null {
  const data = objectOf(objectOf(parse(message.body))['data']);
  const { order } = data;
  if (typeof order !== 'string' || !/^[\w-]{1,120}$/.test(order)) return null;
  const links = objectOf(data['links']);
  const period = objectOf(data['period']);
  const given: Readonly<Record<OrderField, unknown>> = {
    id: message.id,
    order,
    kind: data['kind'],
    model: data['model'],
    environment: data['environment'],
    reason: data['reason'],
    from: period['from'],
    to: period['to'],
    rows: links['rows'],
    callback: links['callback'],
    baselines: links['baselines'],
    callback_token: data['callback_token'],
  };
  const fields = Object.fromEntries(
    orderFields.map(name => [name, typeof given[name] === 'string' ? given[name] : '']),
  ) as Record<OrderField, string>;
  return { fields, data };
}

/** Fills `{field}` in: `rows-of-{model}` becomes `rows-of-churn`. What is no field stays as it is. */
export function fill(template: string, { fields }: OrderMessage): string {
  return template.replaceAll(/\{([a-z_]+)\}/g, (whole, name: string) =>
    Object.hasOwn(fields, name) ? fields[name as OrderField] : whole,
  );
}

/** Fills every value of a mapping in. */
export function fillAll(
  templates: Readonly<Record<string, string>>,
  order: OrderMessage,
): Record<string, string> {
  return Object.fromEntries(Object.entries(templates).map(([name, text]) => [name, fill(text, order)]));
}

/** Placeholders of a template that are no field of an order. */
export function unknownFields(template: string): readonly string[] {
  const names = [...template.matchAll(/\{([a-z_]+)\}/g)].map(match => match[1]!);
  return names.filter(name => !(orderFields as readonly string[]).includes(name));
}

/** JSON of an order's data in at most `bytes`: what is found in detail goes first, it is told by `links.rows` too. */
export function boundedData({ data }: OrderMessage, bytes: number): Record<string, unknown> | null {
  const short = { ...data, findings: [] };
  return [data, short].find(each => Buffer.byteLength(JSON.stringify(each)) <= bytes) ?? null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
