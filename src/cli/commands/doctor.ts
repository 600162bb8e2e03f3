import { Command } from 'commander';
import { isHiddenService } from '../../app/doctor/hidden.ts';
import type { DoctorLine } from '../../app/doctor/line.ts';
import type { ShownSetting } from '../../app/doctor/settings.ts';
import { LeewayError } from '../../lib/errors.ts';
import { type AddCommand, collect, examples, serviceOptions } from '../command.ts';
import type { CliContext } from '../context.ts';
import { Outcome } from '../outcome.ts';
import { connect, type ServiceOptions } from '../service.ts';
import { printable } from '../terminal.ts';

interface DoctorOptions extends ServiceOptions {
  readonly config: readonly string[];
  readonly deep?: boolean;
  readonly settings?: boolean;
}

/** The data directory when none is given. */
const usual = '.leeway';

interface Report {
  /** Address of the service that answered; null: none runs. */
  readonly service: string | null;
  readonly lines: readonly DoctorLine[];
  readonly settings: readonly ShownSetting[];
}

interface Answer {
  readonly version: string;
  readonly now: number;
  readonly lines: readonly DoctorLine[];
  readonly settings: readonly ShownSetting[];
}

/** `leeway doctor`: everything a support person would ask, each with what to do. */
export const doctor: AddCommand = (program, context) => {
  const command = serviceOptions(new Command('doctor'))
    .description('check everything a support person would ask about, and say what to do')
    .option('--config <file>', 'configuration, when nothing runs; repeatable, later ones win', collect, [])
    .option('--deep', 'also send one HEAD request to each webhook')
    .option('--settings', 'also list the settings that are not the defaults, secrets hidden')
    .addHelpText(
      'after',
      examples(
        'leeway doctor',
        'leeway doctor --config leeway.yaml --settings',
        'leeway doctor --url http://127.0.0.1:8080 --deep --json',
      ),
    )
    .action(async (options: DoctorOptions) => {
      const data = await directoryOf(context, options);
      const found = await ofService(context, { ...options, ...(data !== null && { data }) });
      const report = found instanceof LeewayError ? await ofMachine(context, options, found) : found;
      const failed = report.lines.filter(({ level }) => level === 'fail').length;
      if (options.json === true)
        context.terminal.out(JSON.stringify({ ok: failed === 0, ...report }, null, 2));
      else context.terminal.out(textOf(report, options));
      if (failed > 0) throw new Outcome(1);
    });
  program.addCommand(command);
};

/** The data directory that was asked for, or that of the configuration; null: the usual one. */
async function directoryOf({ terminal }: CliContext, options: DoctorOptions): Promise<string | null> {
  if (options.config.length === 0 || (options.data ?? usual) !== usual) return options.data ?? null;
  const { readConfig } = await import('../../config/load.ts');
  try {
    return readConfig(options.config, terminal.environment).config?.data ?? null;
  } catch (error) {
    // Told with the checks of the settings.
    if (error instanceof LeewayError) return null;
    throw error;
  }
}

/** What the running service says of itself, and how it looks from here; the reason when none answers. */
async function ofService(context: CliContext, options: DoctorOptions): Promise<Report | LeewayError> {
  const { clock, version } = context;
  try {
    const service = connect(context, options);
    const began = clock.now();
    const deep = options.deep === true ? 'true' : undefined;
    const answer = await service.get<Answer>('/v1/doctor', { deep });
    const line = (level: DoctorLine['level'], check: string, text: string, advice = ''): DoctorLine => ({
      area: 'from here',
      check,
      level,
      text,
      advice,
    });
    const lines = [line('ok', 'service', `${service.url} answered in ${clock.now() - began} ms`)];
    if (answer.version !== version)
      lines.push(
        line(
          'warn',
          'version',
          `the service is Leeway ${answer.version}, this command ${version}`,
          'Use one version.',
        ),
      );
    const skew = answer.now - clock.now();
    if (Math.abs(skew) > 30_000)
      lines.push(
        line(
          'warn',
          'clock',
          `the service's clock differs by ${Math.round(skew / 1000)} s`,
          'Run an NTP client.',
        ),
      );
    return { service: service.url, lines: [...lines, ...answer.lines], settings: answer.settings };
  } catch (error) {
    // An address that was asked for must answer; the data directory may be that of a service that is down.
    const asked = options.url !== undefined || context.terminal.environment['LEEWAY_URL'] !== undefined;
    if (error instanceof LeewayError && error.code === 'LW_SERVICE_UNREACHABLE' && !asked) return error;
    throw error;
  }
}

async function ofMachine(
  context: CliContext,
  options: DoctorOptions,
  unreachable: LeewayError,
): Promise<Report> {
  const { localReport } = await import('../../app/doctor/local.ts');
  const { environment } = context.terminal;
  const given = options.config.length === 0 ? (options.data ?? usual) : (options.data ?? null);
  const data = options.config.length > 0 && given === usual ? null : given;
  const deep = options.deep === true;
  const found = await localReport({
    version: context.version,
    configs: options.config,
    data,
    environment,
    deep,
    unreachable,
  });
  return { service: null, ...found };
}

const marks: Readonly<Record<DoctorLine['level'], string>> = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL' };

function textOf({ service, lines, settings }: Report, options: DoctorOptions): string {
  const shown: string[] = [];
  if (service === null)
    shown.push(
      lines.some(isHiddenService)
        ? 'A service runs here and does not answer: these are the checks that do not need it. Nothing was locked or joined.'
        : 'No service runs here: these are the checks that need none. Nothing was locked or joined.',
      '',
    );
  const areas = [...new Set(lines.map(({ area }) => area))];
  for (const area of areas) {
    shown.push(printable(area));
    for (const { check, level, text, advice } of lines.filter(line => line.area === area)) {
      const words = text.split('\n').map(printable);
      shown.push(`  ${marks[level]}  ${printable(check)}: ${words.join('\n          ')}`);
      if (advice !== '') shown.push(`          ${printable(advice)}`);
    }
  }
  if (options.settings === true) {
    const list = settings.map(({ name, value }) => `  ${printable(name)}: ${printable(value)}`);
    shown.push('settings beside the defaults', ...(list.length === 0 ? ['  none'] : list));
  }
  return [...shown, '', verdictOf(lines, service)].join('\n');
}

function verdictOf(lines: readonly DoctorLine[], service: string | null): string {
  const count = (level: DoctorLine['level']) => lines.filter(line => line.level === level).length;
  const tally = `${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} failed.`;
  if (count('fail') > 0) return `${tally} Begin with the lines marked FAIL; then: leeway doctor`;
  return `${tally} Next: ${service === null ? 'leeway start' : 'leeway status --watch'}`;
}
