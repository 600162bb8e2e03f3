import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitBody } from './body.ts';

const ndjson = 'application/x-ndjson; charset=utf-8';

function split(text: string, contentType = 'application/json', most?: number) {
  const { rows, refusal } = splitBody(Buffer.from(text), contentType, most);
  return refusal === null ? rows.map(row => Buffer.from(row).toString().trim()) : refusal.reason;
}

describe('splitBody', () => {
  it.each([
    ['one object', '{"a":[1,2]}', ['{"a":[1,2]}']],
    ['an array', '[{"a":"],["},{"b":[1,{}]} , {}]', ['{"a":"],["}', '{"b":[1,{}]}', '{}']],
    ['an array of one', ' [ {} ] ', ['{}']],
    ['quotes behind a backslash', '[{"a":"\\"],"},{}]', ['{"a":"\\"],"}', '{}']],
    ['something that is not an object', '7', ['7']],
    ['several lines', '{"a":1}\r\n\n  \n{"b":2}', ['{"a":1}', '{"b":2}']],
    ['an object over several lines', '{\n"a":1\n}\n', ['{\n"a":1\n}']],
    ['a byte order mark', '\ufeff[{},{}]', ['{}', '{}']],
    ['an object that never ends', '{"a":', ['{"a":']],
    ['empty elements', '[{},,{},]', ['{}', '', '{}', '']],
  ])('takes %s', (_, text, rows) => {
    expect(split(text)).toEqual(rows);
  });

  it('goes by the content type for NDJSON', () => {
    expect(split('{"a":1}\nrubbish\n[1]\n', ndjson)).toEqual(['{"a":1}', 'rubbish', '[1]']);
    expect(split('[{}]\n', 'application/jsonl')).toEqual(['[{}]']);
  });

  it.each([
    ['', 'empty'],
    [' \n\t', 'empty'],
    ['[]', 'empty'],
    ['[ ]', 'empty'],
    ['[{}', 'not-json'],
    ['[{}] x', 'not-json'],
    ['[{}}', 'not-json'],
    ['["', 'not-json'],
  ])('refuses %j as %s', (text, reason) => {
    expect(split(text)).toBe(reason);
  });

  it('refuses a body of only blank lines', () => {
    expect(split(' \n \n', ndjson)).toBe('empty');
  });

  it('refuses more rows than allowed, in each form', () => {
    expect(split('[1,2,3]', '', 3)).toHaveLength(3);
    expect(split('[1,2,3,4]', '', 3)).toBe('too-large');
    expect(split('1\n2\n3\n4\n5', ndjson, 3)).toBe('too-large');
  });

  it('gives back the elements of any array and the lines of any NDJSON', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.object({ maxDepth: 3 }).map(o => JSON.stringify(o)),
          { minLength: 1 },
        ),
        rows => {
          expect(split(`[${rows.join(' ,\n')}]`)).toEqual(rows);
          expect(split(rows.join('\n'), ndjson)).toEqual(rows);
          expect(split(rows.join('\n'), 'text/plain')).toEqual(rows);
        },
      ),
    );
  });
});
