import type { FormatFactory } from './format.ts';
import { createMapped } from './mapped.ts';
import { createV1 } from './v1.ts';

/** Every format; the first that its options ask for is used. Payload version 1 stands last: it always is. */
export const formats: readonly FormatFactory[] = [createMapped, createV1];
