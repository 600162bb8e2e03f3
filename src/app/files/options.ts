import type { Config } from '../../config/schema.ts';
import { parseMapping } from '../../decode/mapping.ts';
import type { DecodeOptions } from '../../decode/options.ts';
import { LeewayError } from '../../lib/errors.ts';
import type { FileRules } from './ports.ts';

/**
 * How rows of files are decoded: as the source they are said to be of, with its mapping, model and environment, or as
 * payload version 1. A row without a time is refused: at the time of its arrival a second run would store it again.
 *
 * @throws LeewayError LW_USAGE for a source that is not configured.
 */
export function fileOptions(config: Pick<Config, 'sources'>, rules: FileRules): Partial<DecodeOptions> {
  const { model, environment, mapping: name } = rules;
  const fixed = {
    serverTime: false,
    ...(model === '' ? {} : { model }),
    ...(environment === '' ? {} : { environment }),
  };
  if (name === '') return fixed;
  const source = config.sources.find(each => each.name === name);
  if (source === undefined) throw new LeewayError('LW_USAGE', noSource(config, name));
  const mapping = source.mapping === undefined ? null : parseMapping(source.mapping);
  if (typeof mapping === 'string')
    throw new LeewayError('LW_CONFIG_INVALID', `source ${name}: mapping: ${mapping}`);
  return {
    mapping,
    unknownKeys: source.unknownKeys,
    ...(source.model === undefined ? {} : { model: source.model }),
    ...(source.environment === undefined ? {} : { environment: source.environment }),
    ...fixed,
  };
}

function noSource({ sources }: Pick<Config, 'sources'>, name: string): string {
  const names = sources.map(source => source.name).join(', ');
  return `There is no source "${name}" in the configuration${names === '' ? '; it has none' : `; it has ${names}`}.`;
}
