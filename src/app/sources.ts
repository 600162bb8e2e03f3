import type { Config } from '../config/schema.ts';
import { createKafkaSource } from '../source/kafka/consumer.ts';
import type { Source } from '../source/ports.ts';
import type { Replay } from '../source/replay.ts';
import { kafkaOptions } from './kafka-options.ts';
import { createFileReplay, type ReplaySourceDeps } from './replay-source.ts';

export interface SourceDeps extends ReplaySourceDeps {
  readonly config: Config;
}

/** Sources of the configuration. A replay among them sets the run's clock. */
export async function createSources(deps: SourceDeps): Promise<{ sources: Source[]; replay: Replay | null }> {
  const sources: Source[] = [];
  let replay: Replay | null = null;
  for (const source of deps.config.sources) {
    if (source.type === 'kafka') {
      sources.push(createKafkaSource({ ...deps, options: kafkaOptions(source) }));
      continue;
    }
    replay = await createFileReplay(deps, source);
    if (replay !== null) sources.push(replay);
  }
  return { sources, replay };
}
