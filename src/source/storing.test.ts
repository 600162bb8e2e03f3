import { describe, expect, it } from 'vitest';
import { LeewayError } from '../lib/errors.ts';
import { sinkAction } from './storing.ts';

describe('action when storing failed', () => {
  it('gives a batch again unless the store or the program is beyond help', () => {
    expect(sinkAction(new Error('away'))).toBe('again');
    expect(sinkAction(new LeewayError('LW_STORE_AWAY', 'away'))).toBe('again');
    expect(sinkAction(new LeewayError('LW_STORE_FATAL', 'engine'))).toBe('end');
    expect(sinkAction(Object.assign(new Error('236'), { failure: 'fatal' }))).toBe('end');
    expect(sinkAction(new TypeError('bug'))).toBe('end');
  });
});
