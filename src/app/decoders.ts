import type { Config, SourceConfig } from '../config/schema.ts';
import { createDecoder, type Decoder } from '../decode/decoder.ts';
import { parseMapping } from '../decode/mapping.ts';
import { type DecodeOptions, defaultLimits } from '../decode/options.ts';
import { LeewayError } from '../lib/errors.ts';
import { fileOptions } from './files/options.ts';
import type { FileRules } from './files/ports.ts';
import { rulingOf } from './ruling.ts';

/** Decoders of the configured sources and of the HTTP door. */
export interface Decoders {
  /** By source name; sources that are not configured (HTTP, a replay given by a program) read payload version 1. */
  of(source: string): Decoder;
  /** For training sets: the model is the one asked for, and any age is fine. */
  forUpload(model: string): Decoder;
  /** For files of rows: read by the mapping of a configured source, or as payload version 1. */
  forFile(rules: FileRules): Decoder;
}

export function createDecoders(config: Config): Decoders {
  const { limits, retention } = config;
  const common: Partial<DecodeOptions> = {
    retentionSeconds: retention.rawDays * 86_400,
    keepPayloadBytes: limits.rejectPayloadBytes,
    ruling: rulingOf(config),
    limits: {
      ...defaultLimits,
      messageBytes: limits.recordBytes,
      depth: limits.depth,
      keys: limits.keys,
      textBytes: limits.textBytes,
      features: limits.features,
    },
  };
  const named = new Map(
    config.sources.map(source => [
      source.name,
      createDecoder({ ...common, ...ofSource(source), ruling: rulingOf(config, source) }),
    ]),
  );
  const plain = createDecoder(common);
  return {
    of: source => named.get(source) ?? plain,
    forFile: rules => {
      const source = config.sources.find(({ name }) => name === rules.mapping);
      return createDecoder({ ...common, ...fileOptions(config, rules), ruling: rulingOf(config, source) });
    },
    forUpload: model => createDecoder({ ...common, model, retentionSeconds: Number.MAX_SAFE_INTEGER / 1000 }),
  };
}

function ofSource(source: SourceConfig): Partial<DecodeOptions> {
  const mapping = source.mapping === undefined ? null : parseMapping(mappingOf(source));
  if (typeof mapping === 'string')
    throw new LeewayError('LW_CONFIG_INVALID', `source ${source.name}: mapping: ${mapping}`);
  return {
    mapping,
    unknownKeys: source.unknownKeys,
    ...(source.model === undefined ? {} : { model: source.model }),
    ...(source.environment === undefined ? {} : { environment: source.environment }),
  };
}

/** The times of a replayed file are the replay's business; its records carry them. */
function mappingOf({ type, mapping = {} }: SourceConfig): Readonly<Record<string, unknown>> {
  if (type !== 'replay') return mapping;
  const { time: _time, ...others } = mapping;
  return others;
}
