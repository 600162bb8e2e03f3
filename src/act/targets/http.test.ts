import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Endpoint } from '../channel.ts';
import { type Receiver, startReceiver } from '../channels/kit.ts';
import { createTargetGuard } from '../target.ts';
import { createWebhookChannel } from '../webhook.ts';
import { createHttp, type Http } from './http.ts';
import { targets } from './index.ts';

const guard = createTargetGuard(['127.0.0.1']);

/** The system's own timers for requests, which end when the test says so. */
interface Timers {
  /** What was asked for, milliseconds. */
  readonly asked: readonly number[];
  end(): void;
}

function holdTimers(): Timers {
  const asked: number[] = [];
  const running: AbortController[] = [];
  vi.spyOn(AbortSignal, 'timeout').mockImplementation(milliseconds => {
    asked.push(milliseconds);
    const controller = new AbortController();
    running.push(controller);
    return controller.signal;
  });
  return {
    asked,
    end: () => {
      for (const each of running) each.abort(new DOMException('late', 'TimeoutError'));
    },
  };
}

let receiver: Receiver;
let open: { close(): Promise<void> }[];
beforeEach(async () => {
  receiver = await startReceiver();
  open = [];
});
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(open.map(each => each.close()));
  await receiver.close();
});

/** The receiver has the request and says nothing. */
function silence(): Promise<void> {
  return new Promise(resolve => {
    receiver.answer = () => resolve();
  });
}

function http(): Http {
  const made = createHttp({ guard });
  open.push(made);
  return made;
}

describe('without a time limit of its own', () => {
  it('an exchange ends after 15 s', async () => {
    const timers = holdTimers();
    const arrived = silence();
    const exchange = http().exchange(
      { url: `http://127.0.0.1:${receiver.port}/`, body: '{}', headers: {} },
      0,
    );
    const ended = expect(exchange).rejects.toThrow('no answer within 15 s');
    await arrived;
    expect(timers.asked).toEqual([15_000]);
    timers.end();
    await ended;
  });

  it.each(['webhook', 'github-dispatch'])('so does an attempt to reach a %s', async kind => {
    const timers = holdTimers();
    const hidden = { reveal: () => `whsec_${Buffer.alloc(24, 9).toString('base64')}` };
    const endpoint: Endpoint = {
      name: 'trainer',
      kind,
      takes: 'orders',
      url: `http://127.0.0.1:${receiver.port}/`,
      secrets: [hidden],
      settings: { token: hidden, repository: 'acme/churn' },
    };
    const channel = kind === 'webhook' ? createWebhookChannel({ guard }) : targets[kind]!({ guard });
    open.push(channel);
    const arrived = silence();
    const body = JSON.stringify({
      type: 'retraining.requested',
      data: { order: 'or_5f0c3e1d2b4a69788796a5b4c3d2e1f0', kind: 'retrain', model: 'churn' },
    });
    const answer = channel.send({ id: 'or_1_trainer', body }, endpoint, 0);
    await arrived;
    expect([...new Set(timers.asked)]).toEqual([15_000]);
    timers.end();
    expect(await answer).toMatchObject({ status: 0, detail: 'no answer within 15 s' });
  });
});
