import { durationOf } from './duration.ts';
import { parseShare, shareText } from './share.ts';
import type { Tally } from './tally.ts';
import { usage } from './usage.ts';

const latencyLimits = { p50: 50, p90: 90, p95: 95, p99: 99, max: 100 } as const;
const shareLimits = ['failures', 'rejected'] as const;

/** A bound beyond which a run has failed. */
export interface Limit {
  readonly name: keyof typeof latencyLimits | (typeof shareLimits)[number] | 'rate';
  /** Milliseconds, a share, or payloads a second. */
  readonly bound: number;
}

/** Without --limit: more than a transport failure in a hundred payloads. */
export const defaultLimits: readonly Limit[] = [{ name: 'failures', bound: 0.01 }];

/** Reads `p95=50ms`, `failures=1%`, `rejected=5%` or `rate=180` (at least). @throws LeewayError LW_USAGE */
export function parseLimit(text: string): Limit {
  const [name = '', value = ''] = text.split('=');
  if (Object.hasOwn(latencyLimits, name)) {
    const bound = durationOf(value);
    if (bound !== null) return { name: name as keyof typeof latencyLimits, bound };
  }
  const share = shareLimits.find(one => one === name);
  if (share !== undefined) return { name: share, bound: parseShare(value) };
  if (name === 'rate' && Number(value) > 0) return { name, bound: Number(value) };
  throw usage(
    `"${text}" is no limit: write p95=50ms (or p50, p90, p99, max), failures=1%, rejected=5% or rate=180.`,
  );
}

/** A limit and what was measured. */
export interface Measured extends Limit {
  readonly measured: number;
  readonly held: boolean;
}

/** Compares what was counted with the limits. */
export function measure(limits: readonly Limit[], tally: Tally, seconds: number): Measured[] {
  const { all } = tally;
  return limits.map(limit => {
    const measured = valueOf(limit, all, seconds);
    const held = limit.name === 'rate' ? measured >= limit.bound : measured <= limit.bound;
    return { ...limit, measured, held };
  });
}

function valueOf({ name }: Limit, all: Tally['all'], seconds: number): number {
  if (name === 'rate') return seconds > 0 ? (all.sent - all.failed) / seconds : 0;
  if (name === 'failures') return all.sent === 0 ? 0 : all.failed / all.sent;
  if (name === 'rejected') return all.sent === 0 ? 0 : all.rejected / all.sent;
  return all.latencies.percentile(latencyLimits[name]);
}

/** `p95 is 61 ms, over the limit of 50 ms`. */
export function limitText({ name, bound, measured, held }: Measured): string {
  const text = (value: number) => {
    if (name === 'rate') return `${Number(value.toPrecision(4))} payloads/s`;
    return name === 'failures' || name === 'rejected'
      ? shareText(value)
      : `${Number(value.toPrecision(3))} ms`;
  };
  const side = name === 'rate' ? 'below' : 'over';
  return `${name} ${text(measured)}, ${held ? 'within' : side} the limit of ${text(bound)}`;
}
