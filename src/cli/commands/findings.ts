import { findingChecks } from '../../domain/check-name.ts';
import {
  type AddCommand,
  examples,
  modelPath,
  oneNameOf,
  oneNumberOf,
  print,
  serviceCommand,
  wholeNumber,
  windowHours,
} from '../command.ts';
import { knownModel } from '../known-model.ts';
import { connect, type Service, type ServiceOptions } from '../service.ts';
import { hoursText, table, timeText } from '../table.ts';

interface Finding {
  readonly check: string;
  readonly subject: string;
  readonly windowStart: number;
  readonly windowSeconds: number;
  readonly verdict: string;
  readonly sentence: string;
}

interface FindingsOptions extends ServiceOptions {
  readonly model: string;
  readonly check?: string;
  readonly subject?: string;
  readonly environment?: string;
  readonly hours?: number;
  readonly limit: number;
}

/** `leeway findings`: what was concluded about a model. */
export const findings: AddCommand = (program, context) => {
  const command = serviceCommand('findings', 'list what was concluded about a model, newest window first')
    .requiredOption('--model <name>', 'the model')
    .option('--check <name>', 'only this check, e.g. drift', oneNameOf(findingChecks))
    .option('--subject <name>', 'only this subject, e.g. feature:age')
    .option('--environment <name>', 'only this environment')
    .option('--hours <length>', 'only windows of this length: 1, 6, 24 or 168', oneNumberOf(windowHours))
    .option('--limit <number>', 'at most so many', wholeNumber(1, 50_000), 50)
    .addHelpText(
      'after',
      examples(
        'leeway findings --model churn',
        'leeway findings --model churn --subject feature:age --hours 24 --json',
      ),
    )
    .action(async (options: FindingsOptions) => {
      const { check, subject, environment, hours, limit } = options;
      const query = {
        check,
        subject,
        environment,
        limit: String(limit),
        windowSeconds: hours === undefined ? undefined : String(hours * 3600),
      };
      const service = connect(context, options);
      const path = modelPath(options.model, '/findings');
      const answer = await service.get<{ findings: Finding[] }>(path, query);
      const head = ['window end (UTC)', 'length', 'check', 'subject', 'verdict', 'in words'];
      const rows = answer.findings.map(f => [
        timeText((f.windowStart + f.windowSeconds) * 1000),
        hoursText(f.windowSeconds),
        f.check,
        f.subject,
        f.verdict,
        f.sentence,
      ]);
      const nothing = rows.length > 0 ? '' : await whyNone(service, options);
      print(context, options, answer, table(context, { head, rows, nothing }));
    });
  program.addCommand(command);
};

/** Why there is no finding: nothing fits what was asked for, the model is learning, or no window has closed. */
async function whyNone(service: Service, options: FindingsOptions): Promise<string> {
  const streams = await knownModel(service, options.model);
  const { check, subject, environment, hours } = options;
  if ([check, subject, environment, hours].some(given => given !== undefined))
    return 'No finding fits. Leave out --check, --subject, --environment and --hours to see all.';
  const learning = streams.map(({ learning: sentence }) => sentence).filter(Boolean);
  return [
    'No finding yet: the first window closes at the full hour and is judged 10 minutes later.',
    ...learning,
  ].join('\n');
}
