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
  /**
   * For files of rows: read by the mapping of a configured source, or as payload version 1. Asked for with every batch:
   * the same rules give the same decoder.
   */
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
    forFile: remembered(rules => {
      const source = config.sources.find(({ name }) => name === rules.mapping);
      return createDecoder({ ...common, ...fileOptions(config, rules), ruling: rulingOf(config, source) });
    }),
    forUpload: model => createDecoder({ ...common, model, retentionSeconds: Number.MAX_SAFE_INTEGER / 1000 }),
  };
}

/** Decoders of files that are kept: the names are a sender's, so there may be any number. */
const mostRemembered = 50;

function remembered(create: (rules: FileRules) => Decoder): (rules: FileRules) => Decoder {
  const known = new Map<string, Decoder>();
  return rules => {
    const key = JSON.stringify([rules.model, rules.environment, rules.mapping]);
    const decoder = known.get(key) ?? create(rules);
    // The one asked for last comes last, so that the first is the one to forget.
    known.delete(key);
    known.set(key, decoder);
    if (known.size > mostRemembered) known.delete(known.keys().next().value!);
    return decoder;
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
