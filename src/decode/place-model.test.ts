import { describe, expect, it } from 'vitest';
import type { RawRecord } from '../domain/record.ts';
import { createDecoder } from './decoder.ts';

const now = 1_790_000_000_000;
const record = (row: object, model?: string): RawRecord => ({
  source: 'kafka',
  position: 'c/t/0/1',
  body: Buffer.from(JSON.stringify(row)),
  time: now,
  fallbackId: 'kafka/c/t/0/1',
  ...(model === undefined ? {} : { model }),
});

describe('a model that the transport says', () => {
  const decoder = createDecoder();
  const modelOf = (row: object, model?: string, by = decoder) => {
    const [outcome] = by.decode(record(row, model), now);
    if (outcome!.kind === 'rejected') return outcome!.reject.reason;
    return outcome!.kind === 'inference' ? outcome!.inference.model : outcome!.kind;
  };
  const row = { features: { a: 1 } };

  it('goes before the payload, and after what the source fixes', () => {
    expect(modelOf({ ...row, model: 'payload' }, 'topic')).toBe('topic');
    expect(modelOf(row, 'topic')).toBe('topic');
    expect(modelOf({ ...row, model: 'payload' })).toBe('payload');
    expect(modelOf(row, 'topic', createDecoder({ model: 'fixed' }))).toBe('fixed');
  });

  it('obeys the rules of names, and an absent one leaves the row without a model', () => {
    expect(modelOf(row, 'x'.repeat(129))).toBe('bad-model');
    expect(modelOf(row)).toBe('no-model');
  });

  it('is the model of labels, and of each row of an array, too', () => {
    const labels = decoder.decodeLabels(record({ id: '1', label: 1 }, 'topic'), now);
    expect(labels).toMatchObject([{ kind: 'label', label: { model: 'topic' } }]);
    const many = decoder.decode(
      { ...record(row, 'topic'), body: Buffer.from(JSON.stringify([row, row])) },
      now,
    );
    expect(many).toMatchObject([{ inference: { model: 'topic' } }, { inference: { model: 'topic' } }]);
  });
});
