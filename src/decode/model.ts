import type { Fields } from './fields.ts';
import type { DecodeOptions } from './options.ts';
import type { Place } from './place.ts';
import type { Refusal } from './refusal.ts';
import { createNameReader } from './texts.ts';

/**
 * The model of a row: what the source fixes, else what the transport says, else what the row names; '' when nothing
 * does. The one place that knows, so that a row is stored under the model whose rules it went through.
 */
export type ModelReader = (fields: Fields, place: Pick<Place, 'model'>) => string | Refusal;

export function createModelReader({ model }: Pick<DecodeOptions, 'model'>): ModelReader {
  if (model !== '') return () => model;
  const name = createNameReader('model', 'bad-model');
  return (fields, place) => name(place.model ?? fields.model);
}
