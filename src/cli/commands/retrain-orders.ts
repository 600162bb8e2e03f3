import type { Command } from 'commander';
import { examples, print, serviceCommand, wholeNumber } from '../command.ts';
import type { CliContext } from '../context.ts';
import { knownModel } from '../known-model.ts';
import { connect, type ServiceOptions } from '../service.ts';
import { table, timeText } from '../table.ts';
import { printable } from '../terminal.ts';
import { userName } from '../user-name.ts';

/** An order as the service shows it. */
export interface ShownOrder {
  readonly id: string;
  readonly model: string;
  readonly environment: string;
  readonly kind: string;
  readonly state: string;
  readonly reason: string;
  readonly lift: string;
  readonly at: number;
  readonly target: string;
  readonly trigger: string;
  readonly by: string;
  readonly why: string;
}

interface Turn {
  readonly model: string;
  readonly on: boolean;
  readonly by: string;
  readonly reason: string;
  readonly at: number;
}

interface Overview {
  readonly stop: Turn | null;
  readonly armed: readonly Turn[];
}

interface Life {
  readonly order: ShownOrder;
  readonly steps: readonly ShownOrder[];
  readonly reports: readonly { readonly event: string; readonly state: string; readonly at: number }[];
  readonly runs: readonly {
    readonly target: string;
    readonly run: string;
    readonly url: string;
    readonly at: number;
  }[];
}

/** `leeway retrain list|show|cancel`. */
export function addOrderCommands(group: Command, context: CliContext): void {
  group.addCommand(list(context)).addCommand(show(context)).addCommand(cancel(context));
}

function list(context: CliContext): Command {
  return serviceCommand('list', 'orders, newest first, each in its last state')
    .argument('[model]', 'only those of this model')
    .option('--limit <n>', 'at most so many', wholeNumber(1, 5000), 20)
    .addHelpText('after', examples('leeway retrain list', 'leeway retrain list churn --json'))
    .action(async (model: string | undefined, options: ServiceOptions & { readonly limit: number }) => {
      const service = connect(context, options);
      if (model !== undefined) await knownModel(service, model);
      const { orders } = await service.get<{ orders: ShownOrder[] }>('/v1/orders', {
        model,
        limit: String(options.limit),
      });
      const overview = await service.get<Overview>('/v1/retraining');
      print(context, options, { orders, ...overview }, listText(context, orders, overview));
    });
}

function listText(context: CliContext, orders: readonly ShownOrder[], { stop, armed }: Overview): string {
  const rows = orders.map(o => [
    timeText(o.at),
    o.model,
    o.environment,
    o.kind,
    o.state,
    o.reason,
    `${o.trigger} ${o.by}`,
    o.id,
  ]);
  const head = ['time (UTC)', 'model', 'environment', 'kind', 'state', 'reason', 'asked by', 'order'];
  const lines = [table(context, { head, rows, nothing: 'No orders yet.' })];
  const names = armed.map(turn => `${printable(turn.model)} (${printable(turn.by)}, ${timeText(turn.at)})`);
  lines.push(names.length === 0 ? 'No model is armed: orders are dry runs.' : `Armed: ${names.join(', ')}.`);
  if (stop?.on === true) lines.push(stopText(stop));
  if (orders[0] !== undefined) lines.push(`Next: leeway retrain show ${orders[0].id}`);
  return lines.join('\n');
}

function stopText({ by, at, reason }: Turn): string {
  const why = reason === '' ? '' : `: ${printable(reason)}`;
  return `Retraining is stopped by ${printable(by)} since ${timeText(at)} UTC${why}. \`leeway retrain start\` lets it go on.`;
}

function show(context: CliContext): Command {
  return serviceCommand('show', 'one order: its life, and what would lift a refusal')
    .argument('<order>', 'id of the order')
    .addHelpText('after', examples('leeway retrain show or_5f0c0000000000000000000000000000'))
    .action(async (id: string, options: ServiceOptions) => {
      const life = await connect(context, options).get<Life>(`/v1/orders/${encodeURIComponent(id)}`);
      const rows = [
        ...life.steps.map(step => ({ at: step.at, what: step.state, detail: step.reason })),
        ...life.reports.map(each => ({
          at: each.at,
          what: `report ${each.state}`,
          detail: `event ${each.event}`,
        })),
        ...life.runs.map(each => ({ at: each.at, what: 'run started', detail: runText(each) })),
      ].sort((a, b) => a.at - b.at);
      const timeline = table(context, {
        head: ['time (UTC)', 'what', 'detail'],
        rows: rows.map(({ at, what, detail }) => [timeText(at), what, detail]),
        nothing: '',
      });
      print(context, options, life, `${orderText(life.order)}\n${timeline}`);
    });
}

function runText({ target, run, url }: Life['runs'][number]): string {
  return [`${target}${run === '' ? '' : ` ${run}`}`, url].filter(part => part !== '').join(': ');
}

function cancel(context: CliContext): Command {
  return serviceCommand('cancel', 'end an order that is under way')
    .argument('<order>', 'id of the order')
    .option('--by <name>', 'who decides', userName())
    .addHelpText('after', examples('leeway retrain cancel or_5f0c0000000000000000000000000000'))
    .action(async (id: string, options: ServiceOptions & { readonly by: string }) => {
      const path = `/v1/orders/${encodeURIComponent(id)}/cancel`;
      const order = await connect(context, options).post<ShownOrder>(path, { by: options.by });
      const text = `Order ${id} is cancelled. What its receiver has begun goes on: end it there too. Next: leeway retrain list ${printable(order.model)}`;
      print(context, options, order, text);
    });
}

/** An order in a few lines, and what to do next. */
export function orderText(order: ShownOrder): string {
  const lines = [
    `Order ${order.id} to ${order.kind} ${printable(order.model)} (${printable(order.environment)}): ${order.state}.`,
  ];
  if (order.reason !== '') lines.push(`Reason: ${printable(order.reason)}`);
  if (order.lift !== '') lines.push(`What would lift it: ${printable(order.lift)}`);
  lines.push(`Asked for by ${order.trigger}, ${printable(order.by)}: ${printable(order.why) || '-'}`);
  if (order.target !== '') lines.push(`Goes to: ${printable(order.target)}`);
  lines.push(`Next: leeway retrain show ${order.id}`);
  return lines.join('\n');
}
