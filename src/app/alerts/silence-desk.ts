import { randomUUID } from 'node:crypto';
import { mostSilences } from '../../act/controls.ts';
import {
  covers,
  coversStream,
  cronProblem,
  type Stretch,
  silenceState,
  stretchAt,
} from '../../act/silence.ts';
import { isTimeZone } from '../../act/wall-time.ts';
import type { Silence, SilenceMatch } from '../../domain/control.ts';
import type {
  AlertDesk,
  SilenceDesk,
  SilenceOrder,
  SilencePreview,
  SilenceRow,
} from '../../http/control-ports.ts';
import { LeewayError } from '../../lib/errors.ts';
import type { Storage } from '../storage.ts';

export interface SilenceDeskDeps {
  readonly storage: Pick<Storage, 'findings' | 'models' | 'silences'>;
  readonly alerts: Pick<AlertDesk, 'list'>;
  /** Run's clock. */
  readonly now: () => number;
}

/** Most silences that may still be in force at once. */
const mostLive = 1000;
/** Longest time from the beginning of a silence to its end, milliseconds. */
const longest = 366 * 86_400_000;
/** Streams and stretches that a preview names. */
const previewStreams = 200;
const previewStretches = 3;

/** Silences as people make and end them. */
export function createSilenceDesk(deps: SilenceDeskDeps): SilenceDesk {
  const { storage, now } = deps;
  return {
    now,
    list: async ({ over, limit }) => {
      const rows = (await storage.silences.list(mostSilences)).map(one => rowOf(one, now()));
      return rows.filter(row => over || isLive(row)).slice(0, limit);
    },
    create: async order => {
      const silence = checked(silenceFrom(order, now()), now());
      const live = (await storage.silences.list(mostSilences)).filter(one => isLive(rowOf(one, now())));
      if (live.length >= mostLive)
        throw new LeewayError('LW_CONFLICT', `there are ${live.length} silences already: end some of them`);
      await storage.silences.write(silence);
      return rowOf(silence, now());
    },
    preview: async order => preview(deps, checked(silenceFrom({ ...order, by: '', note: '' }, now()), now())),
    end: async (id, by) => {
      const silence = await storage.silences.find(id);
      if (silence === null)
        throw new LeewayError(
          'LW_NOT_FOUND',
          `there is no silence ${id}`,
          undefined,
          '`leeway silence list` lists them.',
        );
      const { state } = rowOf(silence, now());
      if (state === 'over' || state === 'ended')
        throw new LeewayError('LW_CONFLICT', `silence ${id} is over already`);
      const ended = { ...silence, ended: now(), endedBy: by };
      await storage.silences.write(ended);
      return rowOf(ended, now());
    },
  };
}

const isLive = ({ state }: SilenceRow) => state === 'active' || state === 'waiting';

function rowOf(silence: Silence, now: number): SilenceRow {
  return { ...silence, state: silenceState(silence, now), next: stretchAt(silence, now) };
}

function silenceFrom({ match, from, to, recurrence, by, note }: SilenceOrder, now: number): Silence {
  return {
    id: `si_${randomUUID().replaceAll('-', '').slice(0, 12)}`,
    match,
    from: from ?? now,
    to,
    recurrence,
    by,
    note,
    created: now,
    ended: null,
    endedBy: '',
  };
}

/** @throws LeewayError LW_REQUEST_INVALID */
function checked(silence: Silence, now: number): Silence {
  const problem = problemOf(silence, now);
  if (problem === null) return silence;
  throw new LeewayError(
    'LW_REQUEST_INVALID',
    problem,
    undefined,
    'docs/silences.md shows silences; `leeway silence add --help` has examples.',
  );
}

function problemOf({ match, from, to, recurrence }: Silence, now: number): string | null {
  if (Object.values(match).every(patterns => patterns.length === 0))
    return 'a silence names models, environments, policies, checks or subjects; for everything give * as a model';
  if (recurrence === null && to === null) return 'a silence needs an end (to), or a recurrence';
  if (to !== null && to <= from) return `the end (${iso(to)}) is not after the beginning (${iso(from)})`;
  if (to !== null && to <= now) return `the end (${iso(to)}) lies in the past`;
  if (to !== null && to - from > longest) return 'a silence lasts at most 366 days';
  if (from - now > longest) return 'a silence begins within 366 days';
  if (recurrence === null) return null;
  const cron = cronProblem(recurrence.cron);
  if (cron !== null) return `the cron expression "${recurrence.cron}" cannot be used: ${cron}`;
  if (!isTimeZone(recurrence.timeZone)) return `there is no time zone "${recurrence.timeZone}"`;
  return null;
}

const iso = (at: number) => new Date(at).toISOString();

/** What it would cover if it were in force now. */
async function preview({ storage, alerts, now }: SilenceDeskDeps, silence: Silence): Promise<SilencePreview> {
  const { match } = silence;
  const [open, versions, newest] = await Promise.all([
    alerts.list({ model: null, open: true }),
    storage.models.list(),
    storage.findings.newest(),
  ]);
  // A finding has no policy of its own: it may be one to any.
  const anyPolicy: SilenceMatch = { ...match, policies: [] };
  const met = open.map(row => ({
    model: row.model,
    environment: row.environment,
    policy: row.policy,
    severity: row.severity,
    covered: row.findings
      .filter(finding => covers(match, { ...row, ...finding }))
      .map(({ check, subject }) => ({ check, subject })),
    of: row.findings.length,
  }));
  return {
    alerts: met.filter(({ covered }) => covered.length > 0),
    streams: streamsOf(versions)
      .filter(stream => coversStream(match, stream))
      .slice(0, previewStreams),
    findings: newest.filter(one => one.verdict === 'drift' && covers(anyPolicy, { ...one, policy: '' }))
      .length,
    next: nextStretches(silence, now()),
  };
}

interface Stream {
  readonly model: string;
  readonly environment: string;
}

/** Each model and environment once. */
function streamsOf(versions: readonly Stream[]): readonly Stream[] {
  const named = versions.map(
    ({ model, environment }) => [JSON.stringify([model, environment]), { model, environment }] as const,
  );
  return [...new Map(named).values()];
}

function nextStretches(silence: Silence, now: number): readonly Stretch[] {
  const found: Stretch[] = [];
  let at = now;
  while (found.length < previewStretches) {
    const stretch = stretchAt(silence, at);
    if (stretch === null) break;
    found.push(stretch);
    if (stretch.to === null) break;
    at = stretch.to;
  }
  return found;
}
