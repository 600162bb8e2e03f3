import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readStruct, type ThriftField, type ThriftStruct, thriftType, writeStruct } from './thrift.ts';

const leaf = fc.oneof(
  fc.boolean().map(value => ({ type: value ? thriftType.yes : thriftType.no, value })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(value => ({ type: thriftType.i64, value })),
  fc.uint8Array({ maxLength: 200 }).map(value => ({ type: thriftType.binary, value })),
  fc.uint8Array({ minLength: 8, maxLength: 8 }).map(value => ({ type: thriftType.double, value })),
  fc
    .array(fc.bigInt({ min: -9n, max: 2n ** 40n }), { maxLength: 40 })
    .map(items => ({ type: thriftType.list, value: { of: thriftType.i32, items } })),
  fc
    .array(fc.boolean(), { maxLength: 20 })
    .map(items => ({ type: thriftType.list, value: { of: 1, items } })),
);

const struct: fc.Arbitrary<ThriftStruct> = fc.letrec<{ struct: ThriftStruct }>(tie => ({
  struct: fc
    .array(
      fc.tuple(
        fc.integer({ min: 1, max: 40 }),
        fc.oneof(
          { depthSize: 'small' },
          leaf,
          tie('struct').map(value => ({ type: thriftType.struct, value })),
        ),
      ),
      { maxLength: 8 },
    )
    .map(parts => {
      let id = 0;
      return { fields: parts.map(([step, field]): ThriftField => ({ id: (id += step), ...field })) };
    }),
})).struct;

const plain = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
};

describe('compact Thrift', () => {
  it('reads what it has written', () => {
    fc.assert(
      fc.property(struct, value => {
        expect(plain(readStruct(writeStruct(value)))).toEqual(plain(value));
      }),
    );
  });

  it('knows the bytes of the specification', () => {
    // Field 1, i32, 150: delta 1 and type 5, then zigzag 300 as a varint; field 20 has its number after the type.
    const value = {
      fields: [
        { id: 1, type: thriftType.i32, value: 150n },
        { id: 20, type: thriftType.binary, value: Buffer.from('ab') },
      ],
    };
    expect([...writeStruct(value)]).toEqual([0x15, 0xac, 0x02, 0x08, 40, 2, 97, 98, 0]);
  });

  it('refuses what ends too early or is not known', () => {
    expect(() => readStruct(Uint8Array.of(0x15))).toThrow(RangeError);
    expect(() => readStruct(Uint8Array.of(0x18, 9, 1))).toThrow(RangeError);
    expect(() => readStruct(Uint8Array.of(0x1b, 0))).toThrow('type 11');
  });
});
