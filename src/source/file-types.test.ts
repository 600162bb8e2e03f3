import { describe, expect, it } from 'vitest';
import { createKindReader, valueOf } from './file-types.ts';

const kindOf = (cells: readonly string[], quoted: readonly boolean[] = cells.map(() => false)) => {
  const reader = createKindReader(1);
  cells.forEach((cell, i) => reader.see({ cells: [cell], quoted: [quoted[i]!] }));
  return reader.kinds()[0];
};

describe('kinds of columns', () => {
  it.each([
    [['1', '-2.5', '', 'NA', '1e-3', ' 4 ', 'nan', '-inf', '.5', '5.'], 'number'],
    [['true', 'False', ''], 'boolean'],
    [['true', '1'], 'text'],
    [['1', '2', 'x'], 'text'],
    [['2026-11-21'], 'text'],
    [['0x10'], 'text'],
    [['1,5'], 'text'],
    [['', 'NULL'], 'text'],
  ] as const)('%j is %s', (cells, kind) => {
    expect(kindOf(cells)).toBe(kind);
  });

  it('a number in quotes is text, unless everything in the file stands in quotes', () => {
    expect(kindOf(['007', '008'], [true, true])).toBe('number');
    const reader = createKindReader(2);
    reader.see({ cells: ['007', '1'], quoted: [true, false] });
    expect(reader.kinds()).toEqual(['text', 'number']);
  });

  it('values keep what they are, and missing ones are left out', () => {
    expect(valueOf('007', true, 'text')).toBe('007');
    expect(valueOf(' 7 ', false, 'number')).toBe(7);
    expect(valueOf('NaN', false, 'number')).toBeNaN();
    expect(valueOf('-Infinity', false, 'number')).toBe(-Infinity);
    expect(valueOf('TRUE', false, 'boolean')).toBe(true);
    expect([valueOf('', false, 'text'), valueOf('NA', false, 'number')]).toEqual([undefined, undefined]);
    expect(valueOf('NA', true, 'text')).toBe('NA');
  });
});
