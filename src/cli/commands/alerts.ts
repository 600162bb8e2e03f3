import type { Command } from 'commander';
import type { AlertAnswer, AlertsAnswer, EpisodesAnswer } from '../alert-answers.ts';
import { type AddCommand, examples, modelPath, print, serviceCommand, wholeNumber } from '../command.ts';
import type { CliContext } from '../context.ts';
import { knownModel } from '../known-model.ts';
import { connect, type ServiceOptions } from '../service.ts';
import { stretchText } from '../span.ts';
import { table, timeText } from '../table.ts';

interface ListOptions extends ServiceOptions {
  readonly model?: string;
  readonly all?: boolean;
}

/** `leeway alerts`, `leeway alerts show MODEL`: what fires, and what an alert has been through. */
export const alerts: AddCommand = (program, context) => {
  const command = serviceCommand('alerts', 'list the alerts that fire or are paused, the worst first')
    .option('--model <name>', 'only of this model')
    .option('--all', 'also those that are over')
    .addHelpText('after', examples('leeway alerts', 'leeway alerts --all --json', 'leeway alerts show churn'))
    .action(async (options: ListOptions) => {
      const service = connect(context, options);
      const query = { model: options.model, state: options.all === true ? 'all' : 'open' };
      const answer = await service.get<AlertsAnswer>('/v1/alerts', query);
      if (answer.alerts.length === 0 && options.model !== undefined) await knownModel(service, options.model);
      print(context, options, answer, listText(context, answer, options.all === true));
    });
  command.addCommand(show(context));
  program.addCommand(command);
};

function listText(context: CliContext, { alerts: list, now }: AlertsAnswer, all: boolean): string {
  const head = ['model', 'policy', 'state', 'severity', 'since (UTC)', 'for', 'worst', 'people'];
  const rows = list.map(a => [
    a.environment === '' ? a.model : `${a.model} (${a.environment})`,
    a.policy,
    a.state,
    a.open ? a.severity : '',
    timeText(a.since),
    stretchText(now - a.since),
    a.subjects.slice(0, 3).join(', '),
    peopleText(a),
  ]);
  const nothing = all
    ? 'No alert has ever fired.'
    : 'No alert fires. `leeway alerts --all` lists those that are over.';
  const text = table(context, { head, rows, nothing });
  return list[0] === undefined ? text : `${text}\nNext: ${nextOf(list[0])}`;
}

/** What people have to do with it, and know of it. */
function peopleText(alert: AlertAnswer): string {
  const { paused, acknowledged, open, heard, silences, told } = alert;
  if (paused !== null)
    return `paused by ${paused.by}${paused.until === null ? '' : ` until ${timeText(paused.until)}`}`;
  if (acknowledged !== null) return `acknowledged by ${acknowledged.by}`;
  if (!open) return '';
  if (silences.length > 0) return heard === 0 ? `silenced by ${silences.join(', ')}` : 'silenced in part';
  return told ? 'told' : 'nobody was told';
}

function nextOf({ model, policy, environment, open, acknowledged, paused }: AlertAnswer): string {
  const name = `${model}${policy === 'default' ? '' : ` --policy ${policy}`}${environment === '' ? '' : ` --environment ${environment}`}`;
  if (paused !== null) return `leeway resume ${name}`;
  return open && acknowledged === null ? `leeway ack ${name}` : `leeway alerts show ${name}`;
}

interface ShowOptions extends ServiceOptions {
  readonly policy: string;
  readonly environment?: string;
  readonly limit: number;
  readonly model?: string;
}

/** Adds the options that name an alert besides its model. */
export function alertOptions(command: Command): Command {
  return command
    .argument('<model>', 'the model')
    .option('--policy <name>', 'the policy of the alert', 'default')
    .option('--environment <name>', 'needed where the alert is there for several environments');
}

/** Path of an alert. */
export function alertPath(model: string, policy: string, rest: string): string {
  return modelPath(model, `/alerts/${encodeURIComponent(policy)}${rest}`);
}

function show(context: CliContext): Command {
  return alertOptions(serviceCommand('show', 'show the episodes of an alert: what happened, who was told'))
    .option('--limit <number>', 'at most so many episodes', wholeNumber(1, 100), 5)
    .addHelpText(
      'after',
      examples('leeway alerts show churn', 'leeway alerts show churn --policy blind --limit 20 --json'),
    )
    .action(async (model: string, _options: unknown, command: Command) => {
      // The options of the group come before those of its commands.
      const options = command.optsWithGlobals<ShowOptions>();
      const service = connect(context, options);
      const query = { environment: options.environment, limit: String(options.limit) };
      const path = alertPath(model, options.policy, '/episodes');
      const answer = await service.get<EpisodesAnswer>(path, query);
      print(context, options, answer, showText(context, answer));
    });
}

function showText(context: CliContext, { alert, episodes, now }: EpisodesAnswer): string {
  const where = alert.environment === '' ? '' : ` (${alert.environment})`;
  const head = `${alert.model}${where}, policy ${alert.policy}: ${alert.state}${peopleText(alert) === '' ? '' : `, ${peopleText(alert)}`}`;
  if (episodes.length === 0) return `${head}\nIt has never fired.`;
  const parts = episodes.map(one => {
    const lasted = stretchText((one.resolved ?? now) - one.since);
    const title = `Episode ${one.episode}, ${one.state}, ${lasted}${one.resolved === null ? ' so far' : ''}: ${one.summary}`;
    const rows = one.events.map(e => [
      timeText(e.at),
      e.kind,
      e.by === '' ? (e.told ? 'people were told' : '') : e.by,
      [e.reason === e.kind ? '' : e.reason, e.subjects.slice(0, 3).join(', ')]
        .filter(text => text !== '')
        .join('; '),
    ]);
    const events = table(context, { head: ['at (UTC)', 'what', 'who', 'why'], rows, nothing: '' });
    return `${title}\n${events}${deliveriesText(one)}`;
  });
  return [head, ...parts, `Next: ${nextOf(alert)}`].join('\n');
}

/** One line for each message and receiver. */
function deliveriesText({ messages, orders }: EpisodesAnswer['episodes'][number]): string {
  const told = [
    ...messages.map(({ kind, deliveries }) => ({ what: kind, deliveries })),
    ...orders.map(({ id, deliveries }) => ({ what: id, deliveries })),
  ];
  const lines = told.flatMap(({ what, deliveries }) =>
    deliveries.map(({ endpoint, outcome, attempts }) => {
      const last = attempts.at(-1);
      const count = attempts.length === 1 ? '1 attempt' : `${attempts.length} attempts`;
      const next = last === undefined || last.next === 0 ? '' : `, next ${timeText(last.next)}`;
      return `  ${what} to ${endpoint}: ${outcome} after ${count}${next}`;
    }),
  );
  return lines.length === 0 ? '' : `\n${lines.join('\n')}`;
}
