import type { DoctorLine } from './line.ts';

/** Whether a line tells of a service that runs and cannot be reached. */
export function isHiddenService({ area, check, level }: DoctorLine): boolean {
  return area === 'data directory' && check === 'service' && level === 'fail';
}
