import type { Command } from 'commander';
import { LeewayError } from '../../lib/errors.ts';
import { examples, print, serviceCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { connect, type ServiceOptions } from '../service.ts';
import { userName } from '../user-name.ts';

interface Options extends ServiceOptions {
  readonly by: string;
  readonly confirm?: boolean;
  readonly newestRows?: boolean;
}

interface Answer {
  readonly id: string;
  readonly model: string;
  readonly state: string;
  readonly reason: string;
}

/** `leeway retrain promote ORDER --confirm`. */
export function promoteCommand(context: CliContext): Command {
  return serviceCommand('promote', 'let the version of a succeeded order take over, past the gate')
    .argument('<order>', 'id of the order')
    .option('--by <name>', 'who confirms', userName())
    .option('--confirm', 'that you looked at it; without it nothing is promoted')
    .option(
      '--newest-rows',
      'make its baseline of the rows of the last 7 days: what is wrong in them becomes normal',
    )
    .addHelpText(
      'after',
      examples(
        'leeway retrain promote or_5f0c --confirm',
        'leeway retrain promote or_5f0c --confirm --newest-rows',
      ),
    )
    .action(async (order: string, options: Options) => {
      if (options.confirm !== true)
        throw new LeewayError(
          'LW_USAGE',
          `Nothing was promoted. Look at the order first, then say so: leeway retrain promote ${order} --confirm`,
        );
      const answer = await connect(context, options).post<Answer>(
        `/v1/orders/${encodeURIComponent(order)}/promote`,
        { by: options.by, confirm: true, newest_rows: options.newestRows === true },
      );
      const { model, state, reason } = answer;
      const next = `\nNext: leeway baselines list --model ${model}`;
      print(
        context,
        options,
        answer,
        state === 'promoted' ? `${model}: ${reason}.${next}` : `${model} was not promoted: ${reason}.`,
      );
    });
}
