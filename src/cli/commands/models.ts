import { type AddCommand, examples, print, serviceCommand } from '../command.ts';
import { connect, type ServiceOptions } from '../service.ts';
import { hoursText, table, timeText } from '../table.ts';
import { printable } from '../terminal.ts';

interface Model {
  readonly model: string;
  readonly environment: string;
  readonly rows: number;
  readonly lastSeen: number;
  readonly baseline: number | null;
  readonly learning: string | null;
  readonly verdict: string;
  readonly firing: boolean;
  readonly worst: {
    readonly subject: string;
    readonly check: string;
    readonly effect: number | null;
    readonly windowSeconds: number;
  } | null;
  readonly armed: boolean;
}

/** Models of which it is said what they wait for; --json has all. */
const mostSentences = 10;

/** `leeway models`: the watched models. */
export const models: AddCommand = (program, context) => {
  const command = serviceCommand('models', 'list the watched models with their worst finding')
    .addHelpText('after', examples('leeway models', 'leeway models --json'))
    .action(async (options: ServiceOptions) => {
      const service = connect(context, options);
      const answer = await service.get<{ models: Model[] }>('/v1/models');
      const head = [
        'model',
        'environment',
        'rows',
        'last seen (UTC)',
        'baseline',
        'verdict',
        'worst',
        'alert',
        'armed',
      ];
      const rows = answer.models.map(m => [
        m.model,
        m.environment,
        m.rows,
        timeText(m.lastSeen),
        m.baseline,
        m.verdict,
        m.worst === null ? '' : worstText(m.worst),
        m.firing ? 'firing' : '',
        m.armed,
      ]);
      const learning = answer.models
        .filter(m => m.verdict === 'learning')
        .slice(0, mostSentences)
        .map(m => `${printable(m.model)} (${printable(m.environment)}): ${learningText(m)}`);
      const nothing = `No model yet: POST an inference to ${service.url}/v1/inferences.`;
      print(context, options, answer, [table(context, { head, rows, nothing }), ...learning].join('\n'));
    });
  program.addCommand(command);
};

function worstText({ subject, check, effect, windowSeconds }: NonNullable<Model['worst']>): string {
  const size = effect === null ? '' : ` ${Number(effect.toPrecision(3))}`;
  return `${check} ${subject}${size} (${hoursText(windowSeconds)})`;
}

/** What is missing before a model can be judged. */
function learningText({ learning, baseline }: Model): string {
  if (learning !== null) return printable(learning);
  if (baseline === null) return 'Learning: what is missing is said after the first look, in a moment.';
  return `Judged by baseline ${baseline} from its first whole hour on, 10 minutes after that hour ends.`;
}
