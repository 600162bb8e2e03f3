import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { bucketValue } from './field-bucket.ts';
import { createFieldHash, hashCharacters, hashId } from './field-hash.ts';
import { createRowRules, type FieldRules } from './field-rules.ts';

const hash = createFieldHash('k'.repeat(32));
const rulesOf = (...sets: FieldRules[]) => createRowRules(sets, hash);
const treated = (rules: FieldRules, name: string, value: string | number | boolean) => {
  const ready = rulesOf(rules);
  const treatment = ready.of(name);
  return treatment === null ? value : ready.treat(treatment, value);
};

describe('names', () => {
  it('means a feature by a bare name, and what lies inside it', () => {
    const rules = rulesOf({ drop: ['address', 'tags[1]', 'segment:tenant', 'id', 'score:no'] });
    const dropped = (name: string) => rules.of(name)?.drop === true;
    expect(
      [
        'feature:address',
        'feature:address.street',
        'feature:address[0]',
        'feature:address.a.b',
        'feature:tags[1]',
        'segment:tenant',
        'id',
        'score:no',
      ].every(dropped),
    ).toBe(true);
    expect(
      [
        'feature:addresses',
        'feature:tags[0]',
        'feature:tenant',
        'feature:id',
        'segment:address',
        'score:yes',
      ].some(dropped),
    ).toBe(false);
  });
});

describe('keepOnly', () => {
  it('drops every other feature, and tags only when it names one', () => {
    const features = rulesOf({ keepOnly: ['age', 'address', 'id'] });
    expect(features.of('feature:age')).toBeNull();
    expect(features.of('feature:id')).toBeNull();
    expect(features.of('feature:address.city')).toBeNull();
    expect(features.of('feature:name')?.drop).toBe(true);
    expect(features.of('segment:country')).toBeNull();
    expect(features.of('prediction')).toBeNull();
    const tags = rulesOf({ keepOnly: ['age', 'segment:country'] });
    expect(tags.of('segment:country')).toBeNull();
    expect(tags.of('segment:tenant')?.drop).toBe(true);
  });

  it('of nothing keeps no feature', () => {
    expect(rulesOf({ keepOnly: [] }).of('feature:age')?.drop).toBe(true);
  });
});

describe('what is done to a value', () => {
  it('is cut by characters, not by halves of them', () => {
    expect(treated({ truncate: { zip: 3 } }, 'feature:zip', '94107')).toBe('941');
    expect(treated({ truncate: { zip: 3 } }, 'feature:zip', 94107)).toBe('941');
    expect(treated({ truncate: { t: 2 } }, 'feature:t', '😀😀😀')).toBe('😀😀');
    expect(treated({ truncate: { zip: 3 } }, 'feature:zip', '9')).toBe('9');
  });

  it('is hashed with the key, 128 bits, the same everywhere', () => {
    const one = treated({ hash: ['city'] }, 'feature:city', 'Delft');
    expect(one).toMatch(/^[0-9a-f]{32}$/);
    expect(String(one)).toHaveLength(hashCharacters);
    expect(treated({ hash: ['*'] }, 'feature:other', 'Delft')).toBe(one);
    expect(createFieldHash('x'.repeat(32))('Delft')).not.toBe(one);
    // RFC 4231, test case 2, cut to 128 bits.
    expect(createFieldHash('Jefe')('what do ya want for nothing?')).toBe('5bdcc146bf60754e6a042426089575c7');
  });

  it('sets add up: drops of both, buckets and cuts in turn, one hash at the end', () => {
    const rules = rulesOf(
      { bucket: { age: 10 }, hash: ['age'], truncate: { city: 4 } },
      { hash: ['age'], truncate: { age: 1, city: 2 }, drop: ['name'] },
    );
    const value = (name: string, given: string | number) => rules.treat(rules.of(name)!, given);
    expect(value('feature:age', 47)).toBe(hash('4'));
    expect(value('feature:city', 'Delft')).toBe('De');
    expect(value('feature:name', 'x')).toBeUndefined();
  });

  it('is the same for a name however many names came before', () => {
    const rules = rulesOf({ drop: ['*7'] });
    for (let i = 0; i < 20_000; i++) expect(rules.of(`feature:${i}`)?.drop ?? false).toBe(i % 10 === 7);
    expect(rules.of('feature:17')?.drop).toBe(true);
  });
});

describe('buckets', () => {
  test.each([
    [47, 10, 40],
    [-1, 10, -10],
    [0.34, 0.1, 0.3],
    [47n, 10, 40],
    [Number.NaN, 10, Number.NaN],
    [47, [18, 65], '18 to 65'],
    [18, [18, 65], '18 to 65'],
    [17.9, [18, 65], 'below 18'],
    [65, [18, 65], '65 and above'],
    ['2026-11-21T10:00:00+02:00', 'day', '2026-11-21'],
    ['2026-11-21', 'day', '2026-11-21'],
    ['2026-02-30', 'day', undefined],
    ['21 November', 'day', undefined],
    [1_795_255_200, 'day', '2026-11-21'],
    [true, 'day', undefined],
    ['47', 10, undefined],
    [true, 10, undefined],
  ] as const)('%s by %s is %s', (value, width, bucket) => {
    expect(bucketValue(value, width)).toEqual(bucket);
  });

  it('holds the value it stands for', () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 });
    fc.assert(
      fc.property(finite, fc.integer({ min: 1, max: 1000 }), (value, width) => {
        const low = bucketValue(value, width) as number;
        expect(low).toBeLessThanOrEqual(value + 1e-6);
        expect(low + width).toBeGreaterThan(value - 1e-6);
      }),
    );
  });
});

describe('ids', () => {
  it('keep their place in a record', () => {
    expect(hashId(hash, 'a#3')).toBe(`${hash('a')}#3`);
    expect(hashId(hash, 'a#x')).toBe(hash('a#x'));
    expect(hashId(hash, 'a')).toBe(hash('a'));
  });
});
