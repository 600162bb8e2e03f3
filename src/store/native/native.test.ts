import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { valueAt } from './columns.ts';
import { readBlocks } from './reader.ts';
import { parseType } from './types.ts';
import { type BlockColumn, encodeBlock } from './writer.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom('', 'a', '\0', '\n\n', '😀'),
);
const list = <T>(of: fc.Arbitrary<T>) => fc.array(of, { maxLength: 5 });
const float = fc.double();
const key = fc.string({ maxLength: 4 });

/** Arbitrary of one row's value and how rows become column values, by type. */
const kinds: Record<string, fc.Arbitrary<unknown>> = {
  String: text,
  'LowCardinality(String)': text,
  'FixedString(3)': fc.uint8Array({ minLength: 3, maxLength: 3 }),
  Float64: float,
  UInt8: fc.integer({ min: 0, max: 255 }),
  UInt16: fc.integer({ min: 0, max: 65535 }),
  UInt32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  UInt64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  Int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  "DateTime('UTC')": fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  "DateTime64(3, 'UTC')": fc.integer({ min: -(2 ** 42), max: 2 ** 42 }),
  'Array(UInt16)': list(fc.integer({ min: 0, max: 65535 })),
  'Array(String)': list(text),
  'Array(LowCardinality(String))': list(text),
  'Array(UInt64)': list(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
  'Map(LowCardinality(String), Float64)': list(fc.tuple(key, float)),
  'Map(LowCardinality(String), LowCardinality(String))': list(fc.tuple(key, text)),
  'Map(String, UInt32)': list(fc.tuple(key, fc.integer({ min: 0, max: 2 ** 32 - 1 }))),
};

function column(type: string, values: unknown[]): BlockColumn {
  const name = `c ${type}`;
  if (type.startsWith('Map')) {
    const rows = values as [string, never][][];
    return {
      name,
      type,
      values: { keys: rows.map(r => r.map(p => p[0])), values: rows.map(r => r.map(p => p[1])) },
    };
  }
  if (type.startsWith('Fixed')) return { name, type, values: Buffer.concat(values as Uint8Array[]) };
  return { name, type, values: values as never };
}

function expected(type: string, value: unknown): unknown {
  if (type.startsWith('Map')) return new Map(value as [string, unknown][]);
  return value;
}

describe('Native blocks', () => {
  test('decode(encode(x)) = x for every type', () => {
    const table = fc
      .integer({ min: 0, max: 12 })
      .chain(rows =>
        fc.tuple(
          fc.constant(rows),
          fc.record(
            Object.fromEntries(
              Object.entries(kinds).map(([type, of]) => [
                type,
                fc.array(of, { minLength: rows, maxLength: rows }),
              ]),
            ),
          ),
        ),
      );
    fc.assert(
      fc.property(table, ([rows, values]) => {
        const columns = Object.entries(values).map(([type, v]) => column(type, v));
        const [block, ...rest] = readBlocks(encodeBlock(columns, rows));
        expect(rest).toEqual([]);
        expect(block!.rows).toBe(rows);
        for (const [type, v] of Object.entries(values)) {
          const read = block!.columns.get(`c ${type}`)!;
          expect(Array.from({ length: rows }, (_, i) => valueAt(read, i))).toEqual(
            v.map(x => expected(type, x)),
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  test('blocks written end to end are read one after another', () => {
    const one = encodeBlock([{ name: 'a', type: 'UInt8', values: [1, 2] }], 2);
    const two = encodeBlock([{ name: 'a', type: 'UInt8', values: [3] }], 1);
    const read = [...readBlocks(Buffer.concat([one, two]))];
    expect(read.map(b => [b.rows, valueAt(b.columns.get('a')!, 0)])).toEqual([
      [2, 1],
      [1, 3],
    ]);
  });

  test('dictionaries wider than one and two bytes', () => {
    for (const count of [300, 70_000]) {
      const values = Array.from({ length: count }, (_, i) => `k${i}`);
      const bytes = encodeBlock([{ name: 'a', type: 'LowCardinality(String)', values }], count);
      const [block] = readBlocks(bytes);
      const read = block!.columns.get('a')!;
      for (const i of [0, 255, 256, count - 1]) expect(valueAt(read, i)).toBe(`k${i}`);
    }
  });

  test('a lone surrogate becomes U+FFFD, in short and in long texts', () => {
    for (const pad of ['', 'x'.repeat(100)]) {
      const [block] = readBlocks(encodeBlock([{ name: 'a', type: 'String', values: [`${pad}\ud800y`] }], 1));
      expect(valueAt(block!.columns.get('a')!, 0)).toBe(`${pad}\ufffdy`);
    }
  });

  test('a column of another length, an unknown type, and cut bytes are refused', () => {
    expect(() => encodeBlock([{ name: 'a', type: 'UInt8', values: [1] }], 2)).toThrow(/holds 1 rows, not 2/);
    expect(() => parseType('Nullable(String)')).toThrow(RangeError);
    const bytes = encodeBlock(
      [{ name: 'a', type: 'Map(String, UInt32)', values: { keys: [['x']], values: [[1]] } }],
      1,
    );
    for (let size = 1; size < bytes.length; size++)
      expect(() => [...readBlocks(bytes.subarray(0, size))]).toThrow(RangeError);
  });
});
