import { expect, test } from 'vitest';
import { parseIdList } from './id-list.ts';

const parse = (text: string) => parseIdList(text, 'LW_FILE_INVALID');

test('ids come one a line, as text or JSON, each once', () => {
  expect(parse('\ufeffa\r\n\n b \n"c d"\n{"id":"e","name":"x"}\n{"id":7}\n7\na\n')).toEqual([
    'a',
    'b',
    'c d',
    'e',
    '7',
  ]);
  expect(parse('')).toEqual([]);
});

test.each([
  ['a\n{"id":', 'Line 2 begins as JSON and is none.'],
  ['{"ids":["CANARY"]}', 'Line 1 holds no id.'],
  ['{"id":9007199254740993}', 'Line 1 holds an id that is no integer below 2^53; put it between quotes.'],
  ['x'.repeat(129), 'Line 1 holds an id that is empty or longer than 128 characters.'],
  ['""', 'Line 1 holds an id that is empty or longer than 128 characters.'],
])('%s is refused by its line', (text, message) => {
  expect(() => parse(text)).toThrow(message);
});
