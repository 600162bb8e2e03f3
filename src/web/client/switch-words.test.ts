import { describe, expect, it } from 'vitest';
import type { Receiver, Turn } from './order-answers.ts';
import { attemptWords, receiverWords, stopWords, turnWords } from './switch-words.ts';

const at = Date.UTC(2026, 9, 1, 12);
const turn = (over: Partial<Turn>): Turn => ({ model: '', on: true, by: 'ann', reason: '', at, ...over });
const receiver = (over: Partial<Receiver>): Receiver => ({
  name: 'pager',
  type: 'pagerduty',
  takes: 'alerts',
  host: 'events.pagerduty.com',
  state: 'active',
  breaker: { state: 'closed', failures: 0, until: 0 },
  last: null,
  ...over,
});

describe('switches', () => {
  it('say who stopped retraining, when and why, and nothing when it goes on', () => {
    expect(stopWords(turn({ reason: 'incident 17' }))).toMatch(
      /^by ann, since .*2026.*12:00.*: incident 17\. No order is sent/,
    );
    expect(stopWords(turn({}))).not.toContain(': .');
    expect([stopWords(null), stopWords(turn({ on: false }))]).toEqual([null, null]);
  });

  it('tell the stop of all from the switch of a model', () => {
    const all = [
      turn({}),
      turn({ on: false }),
      turn({ model: 'churn' }),
      turn({ model: 'churn', on: false }),
    ];
    expect(all.map(turnWords)).toEqual(['retraining stopped', 'retraining let go on', 'armed', 'disarmed']);
  });
});

describe('receivers', () => {
  it('say whether they are sent to', () => {
    const of = (state: string, failures = 5) => ({ breaker: { state, failures, until: at } });
    expect(
      [
        receiver({}),
        receiver(of('closed', 2)),
        receiver(of('open')),
        receiver(of('half-open')),
        receiver({ state: 'disabled' }),
        receiver({ state: 'unreadable' }),
      ].map(each => receiverWords(each).well),
    ).toEqual([true, true, false, false, false, false]);
    expect(receiverWords(receiver(of('open')))).toMatchObject({
      word: 'Left alone',
      more: expect.stringMatching(/^until .*12:00.*: 5 failures in a row$/),
    });
    expect([attemptWords(0), attemptWords(204)]).toEqual(['no answer', 'answered 204']);
  });
});
