import { ageText, countText, type DoctorLine, linesOf } from './line.ts';

/** What is asked about models, rejects and jobs. Times are epoch milliseconds. */
export interface WorkFacts {
  readonly now: number;
  readonly streams: readonly {
    readonly model: string;
    readonly environment: string;
    readonly lastSeen: number;
  }[];
  /** Places that models take, one for each environment, as the intake counts them; and how many there are. */
  readonly models: { readonly known: number; readonly most: number };
  readonly lastDay: { readonly rows: number; readonly rejects: number };
  readonly jobs: readonly {
    readonly job: string;
    readonly model: string;
    readonly outcome: string;
    readonly detail: string;
    readonly started: number;
  }[];
  /** What keeps the service from doing its work. */
  readonly unready: readonly string[];
  /** How far the machine's clock has been moved since the start, milliseconds. */
  readonly clockStep: number;
}

const hour = 3_600_000;
/** Names said of a long list. */
const named = 5;

/** Models that went silent, rejects, jobs that fail. */
export function workLines(facts: WorkFacts): DoctorLine[] {
  return [
    ...readyLines(facts),
    clockLine(facts),
    ...modelLines(facts),
    placesLine(facts),
    rejectLine(facts),
    jobLine(facts),
  ];
}

function readyLines({ unready }: WorkFacts): DoctorLine[] {
  const { ok, fail } = linesOf('service');
  if (unready.length === 0) return [ok('ready', 'it takes rows and does its work')];
  return unready.map(reason => fail('ready', reason, 'GET /readyz and the log say more.'));
}

function clockLine({ clockStep }: WorkFacts): DoctorLine {
  const { ok, warn } = linesOf('service');
  if (Math.abs(clockStep) < 5000) return ok('clock', 'was not moved since the start');
  return warn(
    'clock',
    `was set ${clockStep < 0 ? 'back' : 'forward'} by ${ageText(clockStep)} since the start`,
    'Let NTP keep the clock; windows that fell in between are judged once, late rows may be refused as time-ahead.',
  );
}

function modelLines({ streams, now }: WorkFacts): DoctorLine[] {
  const { ok, warn } = linesOf('models');
  if (streams.length === 0)
    return [warn('rows', 'no model yet', 'POST an inference to /v1/inferences, or check the sources.')];
  const silent = streams.filter(({ lastSeen }) => now - lastSeen > 24 * hour);
  const words = silent
    .slice(0, named)
    .map(s => `${s.model} (${s.environment}) for ${ageText(now - s.lastSeen)}`);
  const more = silent.length > named ? ` and ${silent.length - named} more` : '';
  const newest = Math.max(...streams.map(({ lastSeen }) => lastSeen));
  const lines = [
    ok(
      'rows',
      `${countText(streams.length, 'model')} (by environment); the last row ${ageText(now - newest)} ago`,
    ),
  ];
  if (silent.length > 0)
    lines.push(
      warn(
        'silent',
        `no rows: ${words.join(', ')}${more}`,
        'Check who sends them; retired models can be left.',
      ),
    );
  return lines;
}

/** Share of the places above which is warned. */
const nearlyFull = 0.9;

/** Whether new models find a place: beyond the last one their rows are refused. */
function placesLine({ models: { known, most } }: WorkFacts): DoctorLine {
  const { ok, warn } = linesOf('models');
  const text = `${known} of ${most} model streams (limits.autoModels)`;
  if (known <= most * nearlyFull) return ok('number', text);
  const advice =
    'Raise limits.autoModels and start again, or find out who invents model names: `leeway rejects --reason too-many-models`. A stream is a model in an environment and keeps its place when its rows are gone.';
  return warn('number', known < most ? text : `${text}: rows of new ones are refused`, advice);
}

function rejectLine({ lastDay: { rows, rejects } }: WorkFacts): DoctorLine {
  const { ok, warn, fail } = linesOf('models');
  const share = rejects / Math.max(1, rows + rejects);
  const text = `${countText(rejects, 'record')} of the last day refused (${Number((share * 100).toPrecision(2))} %)`;
  const advice = '`leeway rejects` lists them with their reasons.';
  if (rejects > 0 && share >= 0.1) return fail('rejects', text, advice);
  return share >= 0.001 ? warn('rejects', text, advice) : ok('rejects', text);
}

function jobLine({ jobs, now }: WorkFacts): DoctorLine {
  const { ok, fail, warn } = linesOf('jobs');
  const failing = jobs.filter(({ outcome }) => outcome === 'failed');
  if (failing.length > 0) {
    const words = failing
      .slice(0, named)
      .map(j => `${j.job}${j.model === '' ? '' : ` of ${j.model}`}: ${j.detail || 'no reason given'}`);
    return fail('last runs', words.join('; '), '`leeway jobs` and the log say more; jobs are tried again.');
  }
  const last = Math.max(0, ...jobs.map(({ started }) => started));
  if (last === 0) return ok('last runs', 'none yet');
  const text = `${countText(jobs.length, 'job')}, the last began ${ageText(now - last)} ago`;
  return now - last > hour
    ? warn(
        'last runs',
        text,
        'Rounds come every two seconds: the process hangs or another one does the work.',
      )
    : ok('last runs', text);
}
