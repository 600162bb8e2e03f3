import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { fitsGlob, globsMeet } from './glob.ts';

describe('a pattern', () => {
  test.each([
    ['*_name', 'first_name', true],
    ['*_name', 'name', false],
    ['*', '', true],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['a*a', 'a', false],
    ['ab*ba', 'aba', false],
    ['a*b*b', 'ab', false],
    ['', '', true],
    ['', 'a', false],
    ['a.b', 'a.b', true],
    ['a.b', 'aXb', false],
  ])('%s and %s', (pattern, name, fits) => {
    expect(fitsGlob(pattern, name)).toBe(fits);
  });

  it('fits whatever stands for its stars', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string().map(s => s.replaceAll('*', '')),
          { minLength: 1 },
        ),
        fc.string(),
        (parts, by) => {
          expect(fitsGlob(parts.join('*'), parts.join(by))).toBe(true);
        },
      ),
    );
  });
});

describe('two patterns', () => {
  const patterns = fc.stringMatching(/^[ab*]{0,6}$/);
  const texts = ['', 'a', 'b'];
  for (let from = 1; from < texts.length && texts.length < 4000; from++)
    texts.push(`${texts[from]}a`, `${texts[from]}b`);

  it('meet if and only if some text is as both say', () => {
    fc.assert(
      fc.property(patterns, patterns, (one, other) => {
        expect(globsMeet(one, other)).toBe(texts.some(text => fitsGlob(one, text) && fitsGlob(other, text)));
      }),
    );
  });
});
