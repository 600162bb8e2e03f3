import type { Situation } from './change.ts';
import type { Evidence, Memory } from './memory.ts';
import { isRemedial } from './policy.ts';
import { evidenceOf, type Reading } from './reading.ts';

/** Most subjects whose being listed is remembered; an episode that has listed so many is not extended any more. */
export const mostListed = 100;

export const nameOf = ({ check, subject }: Pick<Evidence, 'check' | 'subject'>) => subject || check;

/** With what it lists now noted as listed. */
export function listing(memory: Memory): Memory {
  const listed = [...new Set([...memory.listed, ...memory.evidence.map(nameOf)])];
  return { ...memory, listed: listed.slice(0, mostListed) };
}

export function allSilenced(
  findings: readonly Pick<Evidence, 'check' | 'subject'>[],
  { context: { silenced } }: Situation,
): boolean {
  return (
    silenced !== undefined &&
    findings.length > 0 &&
    findings.every(({ check, subject }) => silenced(check, subject))
  );
}

export function withFindings(before: Memory, memory: Memory, here: Situation, reading: Reading): Memory {
  const counted = before.lengths[here.window.windowSeconds]?.paged === here.end;
  const pagingWindows = memory.pagingWindows + (counted ? 0 : 1);
  return { ...memory, ...foundIn(here, reading), pagingWindows };
}

export function foundIn({ window, end, policy }: Situation, reading: Reading): Partial<Memory> {
  const remedial = [...reading.paging, ...reading.inhibited].filter(finding => isRemedial(finding, policy));
  const rebuild = reading.paging.some(finding => policy.rebuildChecks.includes(finding.check));
  return {
    last: { start: window.windowStart, end, found: reading.paging.length },
    evidence: evidenceOf(reading.paging, policy),
    remedial: remedial.length > 0,
    calibrated: remedial.some(finding => policy.orderingCalibrations.includes(finding.calibration)),
    calls: [
      ...(remedial.length > 0 ? (['retrain'] as const) : []),
      ...(rebuild ? (['rebuild'] as const) : []),
    ],
  };
}
