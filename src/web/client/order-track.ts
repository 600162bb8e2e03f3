/** The life of an order as a list: its states, and the reports that led to none. */
import type { OrderEntry, OrderLife } from './answers.ts';

export interface TrackStep {
  readonly key: string;
  readonly at: number;
  readonly what: string;
  readonly detail: string;
}

/** Oldest first. A report that became a state is that state; the others stand by themselves. */
export function orderTrack({ steps, reports }: Pick<OrderLife, 'steps' | 'reports'>): readonly TrackStep[] {
  const states = steps.map(
    (step): TrackStep => ({
      key: `s${step.step}`,
      at: step.at,
      what: step.state.replaceAll('-', ' '),
      detail: step.reason,
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
      }),
    );
  return [...states, ...others].sort((a, b) => a.at - b.at);
}

export function orderTitle({ kind, state, target }: OrderEntry): string {
  const what = kind === 'retrain' ? 'Retraining' : 'Rebuild';
  return `${what}, ${state.replaceAll('-', ' ')}${target === '' ? '' : `, for ${target}`}`;
}
