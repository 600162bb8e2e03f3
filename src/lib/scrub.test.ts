import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { mintKey } from './api-key.ts';
import { createScrub } from './scrub.ts';

it('strikes a secret out however it is written', () => {
  const secret = 'p"a s/s\\wörd';
  const scrub = createScrub([secret]);
  const text = [
    secret,
    JSON.stringify({ a: secret }),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
  ].join(' | ');
  expect(scrub(text)).toBe('<secret> | {"a":"<secret>"} | <secret> | <secret>');
});

it('leaves nothing of a longer secret that begins like a shorter one', () => {
  expect(createScrub(['abcdef', 'abcdefghij'])('x abcdefghij y abcdef')).toBe('x <secret> y <secret>');
});

it('knows API keys by their shape and leaves their ids', () => {
  const { key, id } = mintKey();
  expect(createScrub([])(`GET /x?key=${key}`)).toBe(`GET /x?key=lw_${id}_<secret>`);
});

it('does not touch other text, nor words that look like very short secrets', () => {
  expect(createScrub(['ab', '', 'hunter2hunter2'])('about a cab and lw_x_y')).toBe('about a cab and lw_x_y');
});

it('never leaves a secret in', () => {
  const secret = fc.string({ minLength: 6, maxLength: 40 });
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 5 }), fc.string(), (secrets, glue) => {
      // What is struck out of a text may not make up another secret, which `<secret>` itself could.
      fc.pre(!secrets.some(one => '<secret>'.includes(one) || one.includes('<') || one.includes('>')));
      const text = secrets.join(`<${glue}>`);
      const scrubbed = createScrub(secrets)(text).replaceAll('<secret>', '\u0000');
      for (const one of secrets) expect(scrubbed.includes(one) && !glue.includes(one)).toBe(false);
    }),
  );
});
