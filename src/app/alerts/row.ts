import { isPaused } from '../../act/controls.ts';
import { type Memory, parseMemory } from '../../act/memory.ts';
import { silenceOf } from '../../act/silence.ts';
import type { Transition } from '../../domain/alert.ts';
import type { Acknowledgement, ControlledAlert, Pause, Silence } from '../../domain/control.ts';
import type { AlertFinding, AlertRow, Word } from '../../http/control-ports.ts';

/** All that is known of one alert. */
export interface Standing {
  readonly alert: ControlledAlert;
  /** Its last transition; null for one that was paused before anything happened. */
  readonly last: Transition | null;
  readonly acknowledgement: Acknowledgement | null;
  readonly pause: Pause | null;
  readonly silences: readonly Silence[];
}

/** Where an alert stands at a moment of the run's clock. Pure. */
export function alertRow({ alert, last, acknowledgement, pause, silences }: Standing, now: number): AlertRow {
  const memory = last === null ? null : parseMemory(last.memory);
  const open = memory !== null && isOpen(memory);
  const paused = pause !== null && isPaused(pause, now);
  const live = memory === null ? 'ok' : memory.state === 'paused' ? memory.before : memory.state;
  const findings = open ? memory.evidence.map(shown) : [];
  const covering = findings.map(finding => silenceOf(silences, { ...alert, ...finding }, now));
  const mine = acknowledgement?.acknowledged === true && open && acknowledgement.episode === memory.episode;
  return {
    model: alert.model,
    environment: alert.environment,
    policy: alert.policy,
    state: paused ? 'paused' : live,
    open,
    severity: last?.severity ?? 'critical',
    since: open ? memory.since * 1000 : (last?.at ?? pause?.at ?? 0),
    episode: memory?.episode ?? 0,
    subjects: open ? (last?.subjects ?? []) : [],
    summary: open && last !== null ? summaryOf(last) : '',
    told: open && memory.announced === 'firing',
    findings,
    acknowledged: mine ? wordOf(acknowledgement) : null,
    paused: paused ? { ...wordOf(pause), until: pause.until } : null,
    silences: [...new Set(covering.filter(one => one !== null).map(({ id }) => id))],
    heard: covering.filter(one => one === null).length,
  };
}

function isOpen({ state, before }: Memory): boolean {
  return (state === 'paused' ? before : state) === 'firing';
}

function shown({ check, subject, effect, tolerance, sentence }: AlertFinding): AlertFinding {
  return { check, subject, effect, tolerance, sentence };
}

/** Who, when and why. */
export function wordOf({ by, note, at }: Word): Word {
  return { by, note, at };
}

/** The sentence of a message; '' where its body is of another kind. */
export function summaryOf({ body }: Pick<Transition, 'body'>): string {
  try {
    const { data } = JSON.parse(body) as { readonly data?: { readonly summary?: unknown } };
    return typeof data?.summary === 'string' ? data.summary : '';
  } catch {
    return '';
  }
}
