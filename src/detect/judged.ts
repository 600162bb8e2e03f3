import type { Finding, JudgedWindow } from '../domain/finding.ts';
import { holm } from '../stats/holm.ts';
import type { CheckContext } from './check.ts';
import { blindOf } from './checks/blind.ts';
import { checks } from './checks/index.ts';
import { volumeCheck, volumeUncounted } from './checks/volume.ts';
import { type DueWindow, learningReason } from './due.ts';
import type { Stream } from './ports.ts';

/** All findings of a window. Without rows there is nothing to compare, and `volume` says so. */
export function judgeWindow(context: CheckContext): JudgedWindow {
  const findings = [volumeCheck(context), blindOf(context)];
  if (context.rows > 0) for (const check of checks) findings.push(...check(context));
  return judgedOf(context.stream, context.window, listed(findings));
}

/**
 * Marks, in a window where something drifted, every subject that stands out at the level of the whole family (Holm):
 * what else to look at once the alarm is there. It adds names, no alarms.
 */
export function listed(findings: readonly Finding[]): readonly Finding[] {
  const family = findings.filter(({ check, alpha }) => check === 'drift' && Number.isFinite(alpha));
  if (!family.some(({ verdict }) => verdict === 'drift')) return findings;
  const level = family.reduce((sum, { alpha }) => sum + alpha, 0);
  const named = new Set(
    holm(
      family.map(({ p }) => p),
      level,
    ).map(i => family[i]!),
  );
  return findings.map(finding =>
    named.has(finding) ? { ...finding, detail: { ...finding.detail, listed: true } } : finding,
  );
}

/** A window that was not read, or that ended before there was a baseline. */
export function withoutBaseline(stream: Stream, window: DueWindow, first: number): JudgedWindow {
  if (window.blind) return judgedOf(stream, window, [blindOf({ stream, window, learning: null })]);
  const place = { stream, window, learning: learningReason(window, first, null) };
  return judgedOf(stream, window, [volumeUncounted(place), blindOf(place)]);
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
