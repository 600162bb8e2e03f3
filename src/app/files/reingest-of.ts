import type { Config } from '../../config/schema.ts';
import type { Clock } from '../../lib/clock.ts';
import { LeewayError } from '../../lib/errors.ts';
import { openRangeReader } from '../../source/kafka/range.ts';
import type { Intake } from '../../store/intake.ts';
import { createPositionStore } from '../../store/reingest.ts';
import type { Decoders } from '../decoders.ts';
import { kafkaOptions } from '../kafka-options.ts';
import type { Storage } from '../storage.ts';
import { createReingest, type Reingest } from './reingest.ts';

/** Reingest over an open store and the sources of a configuration. */
export function reingestOf(deps: {
  readonly config: Config;
  readonly storage: Storage;
  readonly intake: Pick<Intake, 'write'>;
  readonly decoders: Pick<Decoders, 'of'>;
  readonly clock: Clock;
}): Reingest {
  const { config, storage } = deps;
  return createReingest({
    ...deps,
    positions: createPositionStore(storage),
    progress: storage.progress,
    rawDays: config.retention.rawDays,
    storeNow: () => storage.storeClock.now(),
    open: async name => {
      const source = config.sources.find(each => each.name === name);
      if (source?.type === 'kafka') return openRangeReader(kafkaOptions(source));
      const kafka = config.sources.filter(each => each.type === 'kafka').map(each => each.name);
      const there = kafka.length === 0 ? 'the configuration has none' : `there is ${kafka.join(', ')}`;
      throw new LeewayError(
        'LW_USAGE',
        `${name} is no source of type kafka; ${there}. For files: leeway reingest FILE.`,
      );
    },
  });
}
