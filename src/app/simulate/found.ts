import type { Tally } from '../../simulate/tally.ts';
import type { MemoryTarget } from './memory-sender.ts';

/** Something found wrong with a model, over all windows in which it was. */
export interface FoundProblem {
  readonly check: string;
  readonly subject: string;
  readonly windows: number;
  /** End of the first and the last of these windows, epoch milliseconds. */
  readonly first: number;
  readonly last: number;
  /** What is said of the last one. */
  readonly sentence: string;
}

/** What of a finding is told. */
interface Finding {
  readonly check: string;
  readonly subject: string;
  readonly verdict: string;
  readonly windowStart: number;
  readonly windowSeconds: number;
  readonly sentence: string;
}

const findingsAtMost = 50_000;

/** Lets the service in this process finish its work, and asks what it found since `from` (epoch milliseconds); refused rows go into the tally. */
export async function foundIn(
  memory: MemoryTarget,
  { model, from, tally }: { readonly model: string; readonly from: number; readonly tally: Tally },
): Promise<FoundProblem[]> {
  await memory.app.settle();
  tally.learn(await memory.rejected());
  // Not over HTTP: a kept directory may have keys.
  const { findings: store } = memory.app.storage;
  const findings = await store.list({ model, from: Math.floor(from / 1000), limit: findingsAtMost });
  return grouped(findings.filter(finding => finding.verdict === 'drift'));
}

/** One line a check and subject, in the order they were first found. */
export function grouped(findings: readonly Finding[]): FoundProblem[] {
  const problems = new Map<string, FoundProblem>();
  for (const { check, subject, windowStart, windowSeconds, sentence } of findings) {
    const end = (windowStart + windowSeconds) * 1000;
    const key = JSON.stringify([check, subject]);
    const known = problems.get(key);
    problems.set(key, {
      check,
      subject,
      windows: (known?.windows ?? 0) + 1,
      first: Math.min(known?.first ?? end, end),
      last: Math.max(known?.last ?? end, end),
      sentence: known !== undefined && known.last > end ? known.sentence : sentence,
    });
  }
  return [...problems.values()].sort((a, b) => a.first - b.first || (a.subject < b.subject ? -1 : 1));
}
