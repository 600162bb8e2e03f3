import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createDecoder, type Decoder } from '../decode/decoder.ts';
import { createFieldRuling } from '../decode/field-ruling.ts';
import type { Outcome } from '../domain/reject.ts';
import type { RememberedRequest } from '../store/requests.ts';
import { createHttpIntake } from './http-intake.ts';

/** An intake over a store that answers a moment later, and a clock that never stands still. */
function setup(decode?: Decoder['decode']) {
  const written: Outcome[] = [];
  const remembered = new Map<string, RememberedRequest>();
  const later = () => new Promise(resolve => setImmediate(resolve));
  let now = 1_700_000_000_000;
  let failing = 0;
  const intake = createHttpIntake({
    decode: decode ?? createDecoder({}).decode,
    intake: {
      write: async batch => {
        await later();
        if (failing-- > 0) throw new Error('away');
        written.push(...batch.outcomes);
        return { stored: batch.outcomes.length, labels: 0, refused: [] };
      },
    },
    requests: {
      get: async key => {
        await later();
        return remembered.get(key) ?? null;
      },
      put: async (key, request) => {
        await later();
        remembered.set(key, request);
      },
    },
    now: () => now++,
    mostRows: 100,
    route: 'inferences',
    ruled: decode !== undefined,
  });
  const send = (value: unknown, key: string | null) =>
    intake.ingest(Buffer.from(JSON.stringify(value)), 'application/json', key);
  const ids = () => written.flatMap(each => (each.kind === 'inference' ? [each.inference.id] : []));
  const remember = () => JSON.stringify([...remembered.values()]);
  return { send, ids, remember, failNext: (times: number) => void (failing = times) };
}

const row = { model: 'churn', prediction: 1 };

describe('HTTP intake with an Idempotency-Key', () => {
  it('stores requests of one key that come at once a single time', async () => {
    const { send, ids } = setup();
    const answers = await Promise.all([1, 2, 3, 4].map(() => send([row, row], 'k')));
    expect(ids()).toEqual(['k#0', 'k#1']);
    expect(answers.map(answer => answer.stored)).toEqual([2, 2, 2, 2]);
    expect(answers.map(answer => answer.idempotent ?? false)).toEqual([false, true, true, true]);
  });

  it('lets the next of one key try when the first has failed', async () => {
    const { send, ids, failNext } = setup();
    failNext(1);
    const [first, second] = await Promise.allSettled([send(row, 'k'), send(row, 'k')]);
    expect(first.status).toBe('rejected');
    expect(second).toMatchObject({ status: 'fulfilled', value: { stored: 1 } });
    expect(ids()).toEqual(['k#0']);
  });

  it('refuses another body under a key that was answered, and stores nothing of it', async () => {
    const { send, ids } = setup();
    await send(row, 'k');
    await expect(send({ ...row, prediction: 2 }, 'k')).rejects.toMatchObject({ code: 'LW_CONFLICT' });
    expect(ids()).toHaveLength(1);
  });

  it('knows a body again by what field rules leave of it, and keeps no hash of its bytes', async () => {
    const ruling = createFieldRuling({ source: { drop: ['name'] }, models: [], key: '' });
    const { send, ids, remember } = setup(createDecoder({ ruling }).decode);
    const named = (name: string, age: number) => ({ ...row, features: { name, age } });
    expect((await send(named('a', 1), 'k')).idempotent).toBeUndefined();
    expect((await send(named('b', 1), 'k')).idempotent).toBe(true);
    await expect(send(named('a', 2), 'k')).rejects.toMatchObject({ code: 'LW_CONFLICT' });
    expect(ids()).toEqual(['k#0']);
    const hash = createHash('sha256')
      .update(JSON.stringify(named('a', 1)))
      .digest('base64');
    expect(remember()).not.toContain(hash);
  });

  it('does not join requests without a key, or with different ones', async () => {
    const { send, ids } = setup();
    await Promise.all([send(row, null), send(row, null), send(row, 'a'), send(row, 'b')]);
    expect(new Set(ids()).size).toBe(4);
  });
});
