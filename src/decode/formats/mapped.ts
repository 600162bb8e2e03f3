import type { Origin } from '../mapping.ts';
import type { DecodeOptions } from '../options.ts';
import { resolve } from '../pointer.ts';
import type { Format } from './format.ts';

/** Any JSON layout, by the configuration's mapping of fields to JSON pointers. */
export function createMapped(options: DecodeOptions): Format | null {
  const { mapping } = options;
  if (mapping === null) return null;
  return {
    name: 'mapped',
    lift: row => {
      const fields: Record<string, unknown> = {};
      for (const { field, origin } of mapping.fields) {
        const value = valueOf(row, origin);
        if (field === 'latency_seconds') fields['latency_ms'] = toMilliseconds(value);
        else fields[field] = value;
      }
      return fields;
    },
  };
}

function valueOf(row: unknown, origin: Origin): unknown {
  if (origin.kind === 'pointer') return resolve(row, origin.pointer);
  if (origin.kind === 'constant') return origin.value;
  const whole = Object.create(null) as Record<string, unknown>;
  let found = false;
  for (const { name, pointer } of origin.parts) {
    const value = resolve(row, pointer);
    if (value === undefined) continue;
    whole[name] = value;
    found = true;
  }
  return found ? whole : undefined;
}

/** What is not a number is left as it is, to be refused where numbers are read. */
function toMilliseconds(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) * 1000 : value;
}
