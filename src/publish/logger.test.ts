import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';

function lines(pretty: boolean, level = 'info') {
  const out: string[] = [];
  return { out, logger: createLogger({ level, pretty, write: line => void out.push(line) }) };
}

describe('createLogger', () => {
  it('writes one JSON object a line', () => {
    const { out, logger } = lines(false);
    logger.info({ model: 'churn' }, 'new model');
    expect(JSON.parse(out[0]!)).toMatchObject({ level: 30, model: 'churn', msg: 'new model' });
  });

  it('writes one plain line for people', () => {
    const { out, logger } = lines(true);
    logger.warn({ model: 'a b', rows: 3 }, 'slow');
    expect(out[0]).toMatch(/^\d\d:\d\d:\d\d warn {2}slow model="a b" rows=3\n$/);
  });

  it('keeps text of others on its line and free of terminal codes', () => {
    const { out, logger } = lines(true);
    logger.info({ detail: 'x\n12:00:00 error forged \u001b[31m\u009b1m' }, 'record\nrejected');
    expect(out[0]!.trimEnd()).not.toMatch(/[\p{Cc}]/u);
  });

  it('hides secrets and payloads by name', () => {
    const { out, logger } = lines(false);
    logger.info({ password: 'hunter2', endpoint: { secret: 'hunter2' }, payload: 'hunter2' }, 'x');
    expect(out[0]).not.toContain('hunter2');
  });

  it('keeps to its level', () => {
    const { out, logger } = lines(false, 'warn');
    logger.info({}, 'quiet');
    expect(out).toEqual([]);
  });
});
