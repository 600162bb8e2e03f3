import { Command } from 'commander';
import { LeewayError } from '../../lib/errors.ts';
import type { PreviewAnswer, SilenceAnswer, Stretch } from '../alert-answers.ts';
import { type AddCommand, collect, examples, print, serviceCommand, wholeNumber } from '../command.ts';
import type { CliContext } from '../context.ts';
import { connect, type Service, type ServiceOptions } from '../service.ts';
import { minutes, minutesText } from '../span.ts';
import { table, timeText } from '../table.ts';
import { userName } from '../user-name.ts';

/** `leeway silence add|list|expire`: findings that nobody is to be told of. */
export const silence: AddCommand = (program, context) => {
  const group = new Command('silence').description('have nobody told of findings for a while');
  group.addCommand(add(context)).addCommand(list(context)).addCommand(expire(context));
  program.addCommand(group);
};

interface AddOptions extends ServiceOptions {
  readonly model: readonly string[];
  readonly environment: readonly string[];
  readonly policy: readonly string[];
  readonly check: readonly string[];
  readonly subject: readonly string[];
  readonly for: number;
  readonly from?: string;
  readonly until?: string;
  readonly cron?: string;
  readonly timeZone: string;
  readonly note: string;
  readonly by: string;
  readonly dryRun?: boolean;
}

function add(context: CliContext): Command {
  const pattern = (what: string) => `only ${what} (\`*\` for any text; may be given again)`;
  return serviceCommand('add', 'silence findings, once or again and again')
    .option('--model <pattern>', pattern('models'), collect, [])
    .option('--environment <pattern>', pattern('environments'), collect, [])
    .option('--policy <pattern>', pattern('policies'), collect, [])
    .option('--check <pattern>', pattern('checks'), collect, [])
    .option('--subject <pattern>', pattern('subjects, e.g. feature:age'), collect, [])
    .requiredOption('--for <time>', 'how long (each time): 90m, 2h, 3d', minutes)
    .option('--from <time>', 'when it begins, RFC 3339 (default: now)')
    .option('--cron <expression>', 'again and again: minute, hour, day, month, day of the week')
    .option('--time-zone <name>', 'whose clock the expression goes by', 'UTC')
    .option('--until <time>', 'when a recurring one ends, RFC 3339 (default: never)')
    .option('--note <text>', 'why', '')
    .option('--by <name>', 'who', userName())
    .option('--dry-run', 'only say what it would cover now')
    .addHelpText(
      'after',
      examples(
        'leeway silence add --model churn --for 2h --note "backfill"',
        `leeway silence add --model 'fraud*' --check drift --subject 'feature:age' --for 1d --dry-run`,
        `leeway silence add --environment prod --cron '0 2 * * *' --for 2h --time-zone Europe/Berlin`,
      ),
    )
    .action(async (options: AddOptions) => {
      const service = connect(context, options);
      const order = await orderOf(service, options);
      const preview = await service.post<PreviewAnswer>('/v1/silences/preview', order);
      if (options.dryRun === true) {
        const text = `${previewText(context, preview)}\nNothing was silenced. Next: the same without --dry-run`;
        return print(context, options, preview, text);
      }
      const { note, by } = options;
      const made = await service.post<SilenceAnswer>('/v1/silences', { ...order, note, by });
      const text = `Silence ${made.id} is ${made.state}${whenText(made)}.\n${previewText(context, preview)}\nNext: leeway silence list, or leeway silence expire ${made.id}`;
      print(context, options, made, text);
    });
}

async function orderOf(service: Service, options: AddOptions) {
  const { model, environment, policy, check, subject, from, until, cron, timeZone } = options;
  if (cron === undefined && until !== undefined)
    throw new LeewayError('LW_USAGE', '--until is for a recurring silence (--cron); give --for alone.');
  const match = {
    models: model,
    environments: environment,
    policies: policy,
    checks: check,
    subjects: subject,
  };
  const begin = from === undefined ? {} : { from: momentOf(from, '--from') };
  if (cron !== undefined)
    return {
      ...match,
      ...begin,
      ...(until === undefined ? {} : { to: momentOf(until, '--until') }),
      recurrence: { cron, minutes: options.for, timeZone },
    };
  const now = (await service.get<{ now: number }>('/v1/silences', { limit: '1' })).now;
  return { ...match, ...begin, to: (begin.from ?? now) + options.for * 60_000 };
}

/** @throws LeewayError LW_USAGE */
function momentOf(text: string, option: string): number {
  const value = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw new LeewayError('LW_USAGE', `${option} ${text} is no time: write it as 2026-11-21T22:00:00Z.`);
}

function previewText(context: CliContext, { alerts, streams, findings, next }: PreviewAnswer): string {
  const rows = alerts.map(a => [
    a.environment === '' ? a.model : `${a.model} (${a.environment})`,
    a.policy,
    a.covered.length === a.of ? 'all' : `${a.covered.length} of ${a.of}`,
  ]);
  const head = ['open alert', 'policy', 'findings covered'];
  const open = table(context, { head, rows, nothing: 'It covers nothing of an open alert.' });
  const about =
    streams.length === 0
      ? 'No model of this service fits it: check the names with leeway models.'
      : `It is about ${streams.length} ${streams.length === 1 ? 'model and environment' : 'models and environments'} and covers ${findings} finding(s) of drift in the newest windows.`;
  const times = next.map(stretch => `  ${stretchText(stretch)}`);
  return [open, about, ...(times.length === 0 ? [] : ['In force (UTC):', ...times])].join('\n');
}

function stretchText({ from, to }: Stretch): string {
  return `${timeText(from)} to ${to === null ? 'further notice' : timeText(to)}`;
}

function whenText({ state, next }: SilenceAnswer): string {
  if (next === null) return '';
  if (state !== 'active') return `, in force from ${timeText(next.from)} UTC`;
  return next.to === null ? '' : `, until ${timeText(next.to)} UTC`;
}

interface SilenceListOptions extends ServiceOptions {
  readonly over?: boolean;
  readonly limit: number;
}

function list(context: CliContext): Command {
  return serviceCommand('list', 'list silences that are or may come in force')
    .option('--over', 'also those that are over')
    .option('--limit <number>', 'at most so many', wholeNumber(1, 5000), 200)
    .addHelpText('after', examples('leeway silence list', 'leeway silence list --over --json'))
    .action(async (options: SilenceListOptions) => {
      const query = { over: String(options.over === true), limit: String(options.limit) };
      const answer = await connect(context, options).get<{ silences: SilenceAnswer[] }>(
        '/v1/silences',
        query,
      );
      const rows = answer.silences.map(s => [
        s.id,
        s.state,
        s.next === null ? '' : stretchText(s.next),
        recurrenceText(s),
        matchText(s),
        s.by,
        s.note,
      ]);
      const head = ['silence', 'state', 'in force (UTC)', 'again', 'covers', 'by', 'note'];
      const nothing = 'Nothing is silenced.';
      const first = answer.silences.find(s => s.state === 'active' || s.state === 'waiting');
      const next = first === undefined ? '' : `\nNext: leeway silence expire ${first.id}`;
      print(context, options, answer, `${table(context, { head, rows, nothing })}${next}`);
    });
}

function recurrenceText({ recurrence }: SilenceAnswer): string {
  if (recurrence === null) return 'once';
  return `${recurrence.cron} for ${minutesText(recurrence.minutes)}, ${recurrence.timeZone}`;
}

function matchText({ models, environments, policies, checks, subjects }: SilenceAnswer): string {
  const parts = Object.entries({ models, environments, policies, checks, subjects })
    .filter(([, patterns]) => patterns.length > 0)
    .map(([name, patterns]) => `${name} ${patterns.map(p => (p === '' ? '""' : p)).join('|')}`);
  return parts.join(', ');
}

function expire(context: CliContext): Command {
  return serviceCommand('expire', 'end a silence now')
    .argument('<id>', 'the silence, as `leeway silence list` names it')
    .option('--by <name>', 'who', userName())
    .addHelpText('after', examples('leeway silence expire si_0f3a9c1d22be'))
    .action(async (id: string, options: ServiceOptions & { readonly by: string }) => {
      const path = `/v1/silences/${encodeURIComponent(id)}/expire`;
      const ended = await connect(context, options).post<SilenceAnswer>(path, { by: options.by });
      print(context, options, ended, `Silence ${id} has ended.\nNext: leeway alerts`);
    });
}
