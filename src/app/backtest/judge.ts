import { createDetector, type DetectorDeps, type StreamSettings } from '../../detect/detector.ts';
import { activeBaseline } from '../../detect/due.ts';
import type { FindingLedger, LedgerEntry, StreamStart } from '../../detect/ports.ts';
import { windowsEndingIn } from '../../detect/windows.ts';
import type { Activation } from '../../domain/baseline.ts';
import type { JudgedWindow } from '../../domain/finding.ts';
import { windowLengths } from '../../domain/window.ts';
import { LeewayError } from '../../lib/errors.ts';

/** Windows judged at once: between two batches a service gets on with its other work. */
const batch = 200;
/** How far back profiles may be needed to know the noise of a stream: as in service. */
const historySeconds = 100 * 86_400;
/** Nothing of the period is newer than this: it is not judged again. */
const settled = (1n << 64n) - 1n;

/** What judging a period reads; the stages' own stores, none of which is written to. */
export type JudgeDeps = Pick<
  DetectorDeps,
  'windows' | 'baselines' | 'noise' | 'performance' | 'clock' | 'calendar' | 'measures' | 'objectives'
>;

export interface JudgePeriod {
  readonly model: string;
  readonly environment: string;
  /** Windows that end after `from` and by `to` are judged, epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly settings: StreamSettings;
}

/**
 * Judges the windows of a period as the service does, in order of their ends, and stores nothing. Rows that came late
 * are in it from the start. Throws LeewayError (`LW_NOT_FOUND`) without any rows of the stream.
 */
export async function* judgePeriod(
  deps: JudgeDeps,
  period: JudgePeriod,
): AsyncGenerator<readonly JudgedWindow[]> {
  const stream = await streamOf(deps, period);
  let failure: string | null = null;
  const activations = await deps.baselines.activations(period.model);
  const { read } = deps.noise;
  const { performance } = deps;
  const detector = createDetector({
    ...deps,
    windows: { ...deps.windows, streams: async () => [stream] },
    noise: { read: (of, version) => read(of, version), write: async () => undefined },
    // What is not counted yet is not counted for a backtest.
    ...(performance === undefined ? {} : { performance: { ...performance, count: async () => undefined } }),
    findings: createLedger(period, stream, activations),
    settings: () => period.settings,
    horizonSeconds: Math.ceil((period.to - period.from) / 1000) + historySeconds,
    events: {
      windowJudged: () => undefined,
      jobFinished: ({ outcome, detail }) => {
        if (outcome === 'failed') failure = detail;
      },
    },
  });
  const now = period.to + period.settings.latenessSeconds * 1000;
  for (;;) {
    const judged = await detector.tick({ now, readUpTo: Number.POSITIVE_INFINITY, cap: batch });
    if (failure !== null) throw new LeewayError('LW_INTERNAL', `judging the past failed: ${failure}`);
    if (judged.length === 0) return;
    yield judged;
  }
}

async function streamOf(deps: JudgeDeps, { model, environment }: JudgePeriod): Promise<StreamStart> {
  const streams = await deps.windows.streams();
  const stream = streams.find(each => each.model === model && each.environment === environment);
  if (stream !== undefined) return stream;
  const others = streams.filter(each => each.model === model).map(each => `"${each.environment}"`);
  const hint = others.length === 0 ? '' : `; it has rows in ${others.join(', ')}`;
  throw new LeewayError(
    'LW_NOT_FOUND',
    `model "${model}" has no rows in environment "${environment}"${hint}`,
  );
}

/** What was judged in this run; what ends before the period counts as judged long ago. */
function createLedger(
  { from, to }: JudgePeriod,
  { first }: StreamStart,
  activations: readonly Activation[],
): FindingLedger {
  const entries = new Map<string, LedgerEntry>();
  const at = activeBaseline(activations);
  const begin = Math.max(first, from / 1000 - (to - from) / 1000 - historySeconds) - windowLengths.at(-1)!;
  for (const windowSeconds of windowLengths)
    for (const { start, end } of windowsEndingIn(begin, from / 1000, windowSeconds))
      entries.set(`${start}/${windowSeconds}`, {
        windowStart: start,
        windowSeconds,
        generation: settled,
        baseline: at(end * 1000).baseline,
      });
  return {
    ledger: async () => [...entries.values()],
    write: async findings => {
      for (const { windowStart, windowSeconds, baseline } of findings)
        entries.set(`${windowStart}/${windowSeconds}`, {
          windowStart,
          windowSeconds,
          generation: settled,
          baseline,
        });
    },
  };
}
