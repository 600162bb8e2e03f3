import { createDecoder } from '../../src/decode/decoder.ts';
import { type Mapping, parseMapping } from '../../src/decode/mapping.ts';

const mapping = parseMapping({
  model: '/model',
  id: '/id',
  features: { a: '/features/age', b: '/features/list/0', c: '/__proto__/x', d: '/constructor/name' },
  prediction: '/prediction',
}) as Mapping;
/** Decoders that take different ways through the same input: payload version 1, strictly and with kept payloads, and a mapping. */
export const decoders = [
  createDecoder(),
  createDecoder({ unknownKeys: 'refuse', keepPayloadBytes: 64 }),
  createDecoder({ mapping }),
];
