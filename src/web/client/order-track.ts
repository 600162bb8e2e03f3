/** The life of an order as a list: its states, and the reports that led to none. */
import { webAddress } from '../../lib/web-address.ts';
import type { OrderEntry, OrderLife } from './answers.ts';

export interface TrackStep {
  readonly key: string;
  readonly at: number;
  readonly what: string;
  readonly detail: string;
  /** Page of the run that was started; null where there is none. */
  readonly link: string | null;
}

/** Oldest first. A report that became a state is that state; the others stand by themselves. */
export function orderTrack({ steps, reports, runs }: OrderLife): readonly TrackStep[] {
  const states = steps.map(
    (step): TrackStep => ({
      key: `s${step.step}`,
      at: step.at,
      what: step.state.replaceAll('-', ' '),
      detail: step.reason,
      link: null,
    }),
  );
  const taken = new Set(steps.map(step => step.state));
  const others = reports
    .filter(report => !taken.has(report.state))
    .map(
      (report): TrackStep => ({
        key: `r${report.event}`,
        at: report.at,
        what: `reported ${report.state}`,
        detail: 'it came too late, or out of order: nothing followed from it',
        link: null,
      }),
    );
  const started = runs.map(
    ({ target, run, url, at }, i): TrackStep => ({
      key: `u${i}`,
      at,
      what: 'run started',
      detail: run === '' ? `by ${target}` : `${run}, by ${target}`,
      link: webAddress(url),
    }),
  );
  return [...states, ...others, ...started].sort((a, b) => a.at - b.at);
}

export function orderTitle({ kind, state, target }: OrderEntry): string {
  const what = kind === 'retrain' ? 'Retraining' : 'Rebuild';
  return `${what}, ${state.replaceAll('-', ' ')}${target === '' ? '' : `, for ${target}`}`;
}
