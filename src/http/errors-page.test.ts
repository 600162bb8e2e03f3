import { expect, it } from 'vitest';
import { errorCodes } from '../lib/errors.ts';
import { errorsPage } from './errors-page.ts';

// `npx vitest run src/http -u` writes it anew.
it('docs/errors.md is the table of codes', async () => {
  await expect(errorsPage()).toMatchFileSnapshot('../../docs/errors.md');
});

it('every code says what to do', () => {
  for (const [code, { status, advice }] of Object.entries(errorCodes)) {
    expect(code).toMatch(/^LW_[A-Z_]+$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(advice, code).toMatch(/\.$/);
  }
});
