import type { Clock } from '../lib/clock.ts';
import type { LeewayError } from '../lib/errors.ts';
import type { Events } from '../lib/events.ts';
import type { Source } from '../source/ports.ts';
import type { Intake } from '../store/intake.ts';
import { holdBack } from './back-pressure.ts';
import type { Decoders } from './decoders.ts';
import type { Failpoint } from './options.ts';
import { createPipeline } from './pipeline.ts';

export interface IngestDeps {
  readonly sources: readonly Source[];
  readonly intake: Intake;
  readonly decoders: Decoders;
  readonly clock: Clock;
  readonly events: Events;
  readonly linger: boolean;
  readonly failpoint: (name: Failpoint) => void;
  readonly crashed: (error: LeewayError) => void;
}

/** Starts the sources on the pipeline; returns what stops them. */
export async function startIngest(deps: IngestDeps): Promise<() => Promise<void>> {
  const { sources, intake, decoders, clock, events, linger, crashed } = deps;
  const pipeline = createPipeline({ decoderOf: decoders.of, intake, clock, events, linger, crashed });
  for (const source of sources) await source.start(pipeline);
  const release = holdBack(intake, sources, clock);
  return async () => {
    await release();
    await Promise.all(sources.map(source => source.stop()));
  };
}
