import { Command } from 'commander';
import { type AddCommand, collect, examples, print, serviceCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { Outcome } from '../outcome.ts';
import { connect, type Service, type ServiceOptions } from '../service.ts';
import { printable } from '../terminal.ts';
import { userName } from '../user-name.ts';

interface TestAnswer {
  readonly name: string;
  readonly type: string;
  readonly taken: boolean;
  readonly status: number;
  readonly detail: string;
  readonly seconds: number;
  readonly advice: string;
}

interface Receiver {
  readonly name: string;
  readonly takes: string;
}

interface TestOptions extends ServiceOptions {
  readonly channel: readonly string[];
  readonly by: string;
}

/** `leeway notify test`: tries who is told of alerts. */
export const notify: AddCommand = (program, context) => {
  const group = new Command('notify').description(
    'try who is told of alerts (`leeway channels list` lists them)',
  );
  group.addCommand(testCommand(context));
  program.addCommand(group);
};

const noChannels =
  'Nobody is told of alerts: `channels` is not configured. docs/channels.md has an example of each kind.';

function testCommand(context: CliContext): Command {
  return serviceCommand('test', 'send a test message through the running service, and say what came of it')
    .option('--channel <name>', 'only this receiver; may be given several times', collect, [])
    .option('--by <name>', 'who asks; the message says it', userName())
    .addHelpText(
      'after',
      examples(
        'leeway notify test',
        'leeway notify test --channel on-call --channel mail',
        'leeway notify test --json',
      ),
    )
    .action((options: TestOptions) => test(context, options));
}

async function test(context: CliContext, options: TestOptions): Promise<void> {
  const service = connect(context, options);
  const names = options.channel.length > 0 ? options.channel : await allNames(service);
  if (names.length === 0) return print(context, options, { tests: [] }, noChannels);
  const tests: TestAnswer[] = [];
  for (const name of names) {
    // A receiver that hangs takes a quarter of a minute.
    context.terminal.err(`${printable(name)}: sending ...`);
    const path = `/v1/receivers/${encodeURIComponent(name)}/test`;
    tests.push(await service.post<TestAnswer>(path, { by: options.by }));
  }
  const failed = tests.filter(({ taken }) => !taken);
  const lines = tests.map(testText);
  const next = failed[0] === undefined ? 'leeway alerts' : `leeway notify test --channel ${failed[0].name}`;
  const sum = `${tests.length - failed.length} of ${tests.length} took it. Next: ${next}`;
  print(context, options, { tests }, [...lines, sum].join('\n'));
  if (failed.length > 0) throw new Outcome(1);
}

async function allNames(service: Service): Promise<readonly string[]> {
  const { receivers } = await service.get<{ receivers: readonly Receiver[] }>('/v1/receivers');
  return receivers.flatMap(({ name, takes }) => (takes === 'alerts' ? [name] : []));
}

function testText({ name, type, taken, status, detail, seconds, advice }: TestAnswer): string {
  const answered = status === 0 ? 'no answer' : `answered ${status}`;
  const words = detail === '' ? '' : `: ${printable(detail)}`;
  const head = `${taken ? 'ok  ' : 'FAIL'} ${name} (${type}) ${answered} in ${seconds.toFixed(1)} s${words}`;
  return advice === '' ? head : `${head}\n     ${advice}`;
}
