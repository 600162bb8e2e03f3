import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { decisionReasons } from './reasons.ts';

it('every reason is explained in docs/alerts.md, in this order', () => {
  const page = readFileSync(new URL('../../docs/alerts.md', import.meta.url), 'utf8');
  const section = /\n## Reasons\n([\s\S]*?)\n## /.exec(page)?.[1] ?? '';
  expect([...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(match => match[1])).toEqual(decisionReasons);
});
