import type { Finding, JudgedWindow } from '../../domain/finding.ts';
import { LeewayError } from '../../lib/errors.ts';

/** Findings read at once: a model with thousands of subjects has this many in a few hours. */
const mostAtOnce = 100_000;

/** What is kept of findings. Implemented by store/findings.ts. */
export interface FindingReader {
  /** Of windows that end in (from, to], epoch seconds, over all versions. */
  list(filter: {
    readonly model: string;
    readonly environment: string;
    readonly from: number;
    readonly to: number;
    readonly limit: number;
  }): Promise<readonly Finding[]>;
}

export interface Period {
  readonly model: string;
  readonly environment: string;
  /** Windows that end after `from` and by `to`, epoch milliseconds. */
  readonly from: number;
  readonly to: number;
}

/**
 * Windows of a period as the service judged them, in order of end and then length, some at a time. What was judged
 * again for late rows is there as it was judged last.
 */
export async function* storedWindows(
  findings: FindingReader,
  { model, environment, from, to }: Period,
): AsyncGenerator<readonly JudgedWindow[]> {
  const last = Math.floor(to / 1000);
  // Findings are not kept in order of time: every reading passes over all of them, so few large ones cost least.
  let step = 4 * 86_400;
  for (let begin = Math.floor(from / 1000); begin < last; ) {
    const end = Math.min(last, begin + step);
    const found = await findings.list({ model, environment, from: begin, to: end, limit: mostAtOnce });
    if (found.length >= mostAtOnce) {
      if (step <= 3600) throw tooMany(model);
      step = Math.max(3600, Math.floor(step / 4 / 3600) * 3600);
      continue;
    }
    begin = end;
    if (found.length > 0) yield windowsOf(found);
    step = Math.min(40 * 86_400, nextStep(step, found.length));
  }
}

/** As many hours as should hold two fifths of the most, if they are like these: reading more stops everything else. */
function nextStep(step: number, found: number): number {
  return Math.max(3600, Math.floor((step * 0.4 * mostAtOnce) / Math.max(1, found) / 3600) * 3600);
}

function tooMany(model: string): LeewayError {
  return new LeewayError(
    'LW_REQUEST_INVALID',
    `model "${model}" has more than ${mostAtOnce} findings that end within one hour: too many for a backtest`,
  );
}

/** Findings by window, in order of end and then length. */
export function windowsOf(findings: readonly Finding[]): JudgedWindow[] {
  const windows = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.windowStart}/${finding.windowSeconds}`;
    const of = windows.get(key);
    if (of === undefined) windows.set(key, [finding]);
    else of.push(finding);
  }
  const all = [...windows.values()].map((of): JudgedWindow => {
    const { model, environment, windowStart, windowSeconds } = of[0]!;
    const generation = of.reduce((most, each) => (each.generation > most ? each.generation : most), 0n);
    return { model, environment, windowStart, windowSeconds, generation, findings: of };
  });
  return all.sort((a, b) => endOf(a) - endOf(b) || a.windowSeconds - b.windowSeconds);
}

function endOf({ windowStart, windowSeconds }: JudgedWindow): number {
  return windowStart + windowSeconds;
}
