import { Command, InvalidArgumentError } from 'commander';
import { isLive, type KeyEntry, type KeyRole, keyRoles } from '../../lib/api-key.ts';
import { type AddCommand, examples, wholeNumber } from '../command.ts';
import type { CliContext } from '../context.ts';
import { table } from '../table.ts';

const day = 86_400_000;

interface DataOptions {
  readonly data: string;
  readonly json?: boolean;
}

interface CreateOptions extends DataOptions {
  readonly name: string;
  readonly roles: KeyRole[];
  readonly expires?: number;
  readonly requestsPerSecond?: number;
  readonly bodyBytes?: number;
  readonly printOnly?: boolean;
}

/** `leeway keys create|list|revoke`: API keys, without a running service; one that runs heeds them at once. */
export const keys: AddCommand = (program, context) => {
  const group = new Command('keys').description('make, list and revoke API keys');
  group.addCommand(create(context)).addCommand(list(context)).addCommand(revoke(context));
  program.addCommand(group);
};

function dataCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--data <directory>', 'data directory of the service', '.leeway')
    .option('--json', 'print JSON, for scripts');
}

function create(context: CliContext): Command {
  return dataCommand('create', 'make a key; it is printed once and cannot be shown again')
    .requiredOption('--name <name>', 'who will use it', parseName)
    .requiredOption('--roles <list>', `what it may do, of ${keyRoles.join(',')}`, parseRoles)
    .option('--expires <time>', 'when it ends: 90d, 12h, or a time such as 2027-01-31', text =>
      parseExpiry(text, context.clock.now()),
    )
    .option('--requests-per-second <number>', 'bound of this key alone', wholeNumber(1, 1_000_000))
    .option('--body-bytes <number>', 'largest body with this key', wholeNumber(1, 1_073_741_824))
    .option('--print-only', 'keep nothing: print the key, and its entry for `keys:` in the configuration')
    .addHelpText(
      'after',
      examples(
        'leeway keys create --name scoring --roles ingest',
        'leeway keys create --name dashboard --roles read --expires 90d',
        'LEEWAY_API_KEY=$(leeway keys create --name ops --roles admin) leeway status --url https://leeway.example.org',
        'leeway keys create --name scoring --roles ingest --print-only',
      ),
    )
    .action(async (options: CreateOptions) => {
      const { createKey, makeKey } = await import('../../app/key-desk.ts');
      const now = context.clock.now();
      const order = {
        name: options.name,
        roles: options.roles,
        expires: options.expires ?? null,
        requestsPerSecond: options.requestsPerSecond ?? null,
        bodyBytes: options.bodyBytes ?? null,
      };
      const made = options.printOnly === true ? makeKey(order, now) : createKey(options.data, order, now);
      const { terminal } = context;
      const { hash: _hash, ...shown } = made.entry;
      if (options.json === true)
        return terminal.out(
          JSON.stringify({ key: made.key, ...(options.printOnly === true ? made.entry : shown) }, null, 2),
        );
      // The key alone on standard output, so that a shell can take it.
      terminal.out(made.key);
      terminal.err(options.printOnly === true ? printedOnly(made.entry) : kept(made.entry, options.data));
    });
}

function kept({ id, name, roles }: KeyEntry, data: string): string {
  return [
    `Key ${id} of "${name}" (${roles.join(', ')}) is kept in ${data} as a hash; this is the only time it is shown.`,
    'Send it as `Authorization: Bearer KEY`; the command line takes it from LEEWAY_API_KEY or --key-file.',
    `From now on every caller needs a key. Next: leeway keys list --data ${data}`,
  ].join('\n');
}

function printedOnly({ id, name, roles, hash, expires, requestsPerSecond, bodyBytes }: KeyEntry): string {
  const fields = [
    `name: ${name}`,
    `id: ${id}`,
    `roles: [${roles.join(', ')}]`,
    `hash: "${hash}"`,
    ...(expires === null ? [] : [`expires: "${new Date(expires).toISOString()}"`]),
    ...(requestsPerSecond === null ? [] : [`requestsPerSecond: ${requestsPerSecond}`]),
    ...(bodyBytes === null ? [] : [`bodyBytes: ${bodyBytes}`]),
  ];
  return `Nothing was kept. Put this into the configuration, then run leeway check-config FILE:\nkeys:\n  - {${fields.join(', ')}}`;
}

function list(context: CliContext): Command {
  return dataCommand('list', 'keys of a data directory, by id; never the keys themselves')
    .option('--all', 'also those that are revoked or have expired')
    .addHelpText('after', examples('leeway keys list', 'leeway keys list --all --json'))
    .action(async (options: DataOptions & { all?: boolean }) => {
      const { listKeys } = await import('../../app/key-desk.ts');
      const now = context.clock.now();
      const all = listKeys(options.data);
      const shown = all.filter(key => options.all === true || isLive(key, now));
      if (options.json === true) {
        const answer = shown.map(({ hash: _hash, ...key }) => ({ ...key, live: isLive(key, now) }));
        return context.terminal.out(JSON.stringify({ keys: answer }, null, 2));
      }
      context.terminal.out(
        table(context, {
          head: ['id', 'name', 'roles', 'made', 'ends', 'state'],
          rows: shown.map(key => [
            key.id,
            key.name,
            key.roles.join(', '),
            dateText(key.created),
            key.expires === null ? 'never' : dateText(key.expires),
            key.revoked !== null ? 'revoked' : isLive(key, now) ? 'live' : 'expired',
          ]),
          nothing: nothingText(options.data, all.length),
        }),
      );
    });
}

/** Once there was a key, callers need one: with none left nobody but this machine's own command line gets in. */
function nothingText(data: string, ended: number): string {
  const next = `Next: leeway keys create --name NAME --roles read --data ${data}`;
  if (ended === 0) return `There is no key in ${data}. ${next}`;
  const ends = ended === 1 ? 'the only one is' : `all ${ended} are`;
  return [
    `No live key is left in ${data}: ${ends} revoked or expired (--all lists them).`,
    'Callers still need a key and get 401, unless the configuration has one.',
    next,
  ].join('\n');
}

function revoke(context: CliContext): Command {
  return dataCommand('revoke', 'end a key; a running service refuses it at once')
    .argument('<id>', 'id of the key: its part between the underscores')
    .addHelpText('after', examples('leeway keys revoke 4kTz0pQx7B'))
    .action(async (text: string, options: DataOptions) => {
      const { revokeKey } = await import('../../app/key-desk.ts');
      // The whole key is understood too, and not repeated.
      const id = /^lw_([0-9A-Za-z]+)_/.exec(text)?.[1] ?? text;
      const { hash: _hash, ...key } = revokeKey(options.data, id, context.clock.now());
      if (options.json === true) return context.terminal.out(JSON.stringify(key, null, 2));
      context.terminal.out(
        `Key ${key.id} of "${key.name}" is revoked. Next: leeway keys list --data ${options.data}`,
      );
    });
}

function dateText(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}

function parseName(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be a letter or digit, then up to 63 letters, digits, . _ @ or -.');
}

function parseRoles(text: string): KeyRole[] {
  const asked = text.split(',').map(part => part.trim());
  const unknown = asked.find(part => !keyRoles.some(role => role === part));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`"${unknown}" is none of ${keyRoles.join(', ')}.`);
  return keyRoles.filter(role => asked.includes(role));
}

/** `90d`, `12h` or a time; epoch milliseconds. */
function parseExpiry(text: string, now: number): number {
  const [, amount, unit] = /^(\d{1,5})([dh])$/.exec(text) ?? [];
  const time =
    amount !== undefined
      ? now + Number(amount) * (unit === 'd' ? day : day / 24)
      : /^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/.test(text)
        ? Date.parse(text)
        : Number.NaN;
  if (time > now) return time;
  throw new InvalidArgumentError('It must be like 90d or 12h, or a time to come such as 2027-01-31.');
}
