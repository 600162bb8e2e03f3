import { type AddCommand, examples, print, serviceCommand } from '../command.ts';
import { clearScreen, liveView } from '../live-view.ts';
import { connect, type ServiceOptions } from '../service.ts';
import { type Overview, statusText } from '../status-text.ts';

/** `leeway status`: how everything stands; `--watch` goes on showing it. */
export const status: AddCommand = (program, context) => {
  const command = serviceCommand(
    'status',
    'show how everything stands: models, alerts, sources with their lag, rows a second, store, failing jobs',
  )
    .option('--watch', 'draw it again every 2 seconds until Ctrl-C; once where it is not a terminal')
    .addHelpText(
      'after',
      examples('leeway status', 'leeway status --watch', 'leeway status --url http://127.0.0.1:8080 --json'),
    )
    .action(async (options: ServiceOptions & { readonly watch?: boolean }) => {
      const service = connect(context, options);
      const ask = () => service.get<Overview>('/v1/status');
      if (options.watch === true && options.json !== true) {
        clearScreen(context);
        await liveView(context, async () => statusText(context, service.url, await ask()));
        return;
      }
      const now = await ask();
      const next = now.models.length === 0 ? 'leeway doctor' : 'leeway models';
      print(context, options, now, `${statusText(context, service.url, now)}\nNext: ${next}`);
    });
  program.addCommand(command);
};
