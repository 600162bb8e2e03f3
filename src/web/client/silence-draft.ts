import type { AlertState, Recurrence, SilenceMatch } from './alert-answers.ts';

/** The fields of the form of a silence as they stand there. */
export interface Draft {
  readonly models: string;
  readonly environments: string;
  readonly policies: string;
  readonly checks: string;
  readonly subjects: string;
  readonly minutes: number;
  readonly again: boolean;
  readonly cron: string;
  readonly timeZone: string;
  readonly note: string;
}

/** A first draft: what an alert is about, or nothing yet. */
export function draftOf(about: Pick<AlertState, 'model' | 'environment' | 'policy'> | null): Draft {
  return {
    models: about?.model ?? '',
    environments: about?.environment ?? '',
    policies: about?.policy ?? '',
    checks: '',
    subjects: '',
    minutes: 120,
    again: false,
    cron: '0 2 * * *',
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    note: '',
  };
}

export interface SilenceOrder extends SilenceMatch {
  readonly to?: number;
  readonly recurrence?: Recurrence;
}

/** What is asked of the service; `now` is its clock. */
export function orderOf(draft: Draft, now: number): SilenceOrder {
  const match = {
    models: patterns(draft.models),
    environments: patterns(draft.environments),
    policies: patterns(draft.policies),
    checks: patterns(draft.checks),
    subjects: patterns(draft.subjects),
  };
  const { cron, timeZone, minutes } = draft;
  if (!draft.again) return { ...match, to: now + minutes * 60_000 };
  return { ...match, recurrence: { cron: cron.trim(), minutes, timeZone: timeZone.trim() } };
}

/** `a, b*` as a list. */
function patterns(text: string): readonly string[] {
  return text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '');
}
