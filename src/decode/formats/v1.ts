import { fieldNames } from '../fields.ts';
import type { DecodeOptions } from '../options.ts';
import { refuse } from '../refusal.ts';
import type { Format } from './format.ts';

const known: ReadonlySet<string> = new Set(fieldNames);

/** With field rules in force nothing is told of what no rule can name. */
function nameOf(key: string, { ruling }: DecodeOptions): string {
  return ruling === null ? `\`${key.slice(0, 64)}\`` : 'one of its keys';
}

/** Payload version 1: the row's keys are the fields. Other keys are passed over, or refused if the options say so. */
export function createV1(options: DecodeOptions): Format {
  const strict = options.unknownKeys === 'refuse';
  return {
    name: 'v1',
    lift: row => {
      const unknown = strict ? Object.keys(row).find(key => !known.has(key)) : undefined;
      return unknown === undefined
        ? row
        : refuse('unknown-key', `${nameOf(unknown, options)} is not a key of payload version 1`);
    },
  };
}
