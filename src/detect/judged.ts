import type { Finding, JudgedWindow } from '../domain/finding.ts';
import type { CheckContext } from './check.ts';
import { blindOf } from './checks/blind.ts';
import { checks } from './checks/index.ts';
import { volumeOf } from './checks/volume.ts';
import { type DueWindow, learningReason } from './due.ts';
import type { Stream } from './ports.ts';

/** All findings of a window. Without rows there is nothing to compare, and `volume` says so. */
export function judgeWindow(context: CheckContext): JudgedWindow {
  const findings = [volumeOf(context, context.rows), blindOf(context)];
  if (context.rows > 0) for (const check of checks) findings.push(...check(context));
  return judgedOf(context.stream, context.window, findings);
}

/** A window that was not read, or that ended before there was a baseline. */
export function withoutBaseline(stream: Stream, window: DueWindow, first: number): JudgedWindow {
  if (window.blind) return judgedOf(stream, window, [blindOf({ stream, window, learning: null })]);
  const place = { stream, window, learning: learningReason(window, first, null) };
  return judgedOf(stream, window, [volumeOf(place, null), blindOf(place)]);
}

function judgedOf(
  { model, environment }: Stream,
  window: DueWindow,
  findings: readonly Finding[],
): JudgedWindow {
  return {
    model,
    environment,
    windowStart: window.start,
    windowSeconds: window.end - window.start,
    generation: window.generation,
    findings,
  };
}
