import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Transition } from '../domain/alert.ts';
import type { Finding, JudgedWindow } from '../domain/finding.ts';
import { createRecordedEvents } from '../lib/events.ts';
import { type ActorDeps, createActor, type OrderRequest } from './actor.ts';
import type { DecisionReason } from './decide.ts';
import { createLinks } from './links.ts';
import { doubtsOf } from './memory.ts';
import { bodyLimit } from './message.ts';
import { defaultPolicy } from './policy.ts';
import { judged } from './samples.ts';
import { type ActTwins, createActTwins } from './twins.ts';

const hour = 3600;
const base = 1_000 * hour;
const page: Partial<Finding> = { verdict: 'drift', effect: 0.3, n: 900, sentence: 'age moved' };
const clear: Partial<Finding> = { verdict: 'stable' };
const at = (n: number, findings: readonly Partial<Finding>[], seconds = hour) =>
  judged(base + n * hour, seconds, findings);
const nowAfter = (window: JudgedWindow) => (window.windowStart + window.windowSeconds) * 1000 + 600_000;

let stores: ActTwins;
let asked: OrderRequest[];
let reasons: DecisionReason[];
let events: ReturnType<typeof createRecordedEvents>;

beforeEach(() => {
  stores = createActTwins({ now: () => 0 });
  asked = [];
  reasons = [];
  events = createRecordedEvents();
});

function actor(over: Partial<ActorDeps> = {}) {
  return createActor({
    alerts: stores.alerts,
    orders: { consider: async request => (asked.push(request), null) },
    policiesOf: () => [defaultPolicy],
    links: createLinks('http://127.0.0.1:8080/'),
    events,
    onDecision: (_alert, _window, reason) => reasons.push(reason),
    ...over,
  });
}

/** As detect does it: findings are stored, then handed over. */
async function judge(to: ReturnType<typeof actor>, ...windows: readonly JudgedWindow[]) {
  for (const window of windows) stores.addWindow(window);
  const last = windows.at(-1)!;
  await to.handle(windows, () => nowAfter(last));
}

const transitions = () => [...stores.alerts.transitions.values()];
/** Asking for the same order again is nothing: its id is the transition's. */
const orders = () => [...new Set(asked.map(request => request.transition))];

describe('actor', () => {
  it('writes what changed, tells it, and asks for an order', async () => {
    await judge(
      actor(),
      at(0, [clear]),
      at(1, [page, { check: 'errors', subject: 'status', verdict: 'stable' }]),
    );
    expect(transitions()).toHaveLength(1);
    const written = transitions()[0]!;
    expect(written).toMatchObject({
      model: 'churn',
      environment: 'prod',
      policy: 'default',
      episode: 1,
      from: 'ok',
      to: 'firing',
      reason: 'opened',
      notify: true,
      subjects: ['feature:age'],
      windowStart: base + hour,
      windowSeconds: hour,
    });
    expect(written.id).toMatch(/^tr_[0-9a-f]{32}$/);
    expect(JSON.parse(written.body)).toEqual({
      type: 'alert.firing',
      timestamp: '1970-02-11T18:10:00.000Z',
      data: {
        id: written.id,
        model: 'churn',
        environment: 'prod',
        policy: 'default',
        episode: 1,
        severity: 'critical',
        reason: 'opened',
        summary: 'churn (prod): drift of feature:age: effect 0.300, tolerance 0.1',
        how_sure: "50 % by chance alone, 1 in 100,000 is asked for; the stream's own noise is known",
        since: '1970-02-11T17:00:00.000Z',
        window: { from: '1970-02-11T17:00:00.000Z', to: '1970-02-11T18:00:00.000Z', seconds: 3600 },
        found_in: { from: '1970-02-11T17:00:00.000Z', to: '1970-02-11T18:00:00.000Z', seconds: 3600 },
        findings: [
          {
            check: 'drift',
            subject: 'feature:age',
            effect: 0.3,
            effect_low: 0,
            effect_high: 0.02,
            tolerance: 0.1,
            n: 900,
            n_reference: 5000,
            p: 0.5,
            alpha: 1e-5,
            calibration: 'calibrated',
            sentence: 'age moved',
          },
        ],
        findings_left_out: 0,
        data_in_doubt: [],
        inhibited: [],
        inhibited_left_out: 0,
        links: {
          model: 'http://127.0.0.1:8080/#/models/churn?environment=prod',
          alert: 'http://127.0.0.1:8080/#/models/churn?environment=prod&policy=default&episode=1',
          rows: 'http://127.0.0.1:8080/v1/models/churn/export?environment=prod&from=1970-02-11T17%3A00%3A00.000Z&to=1970-02-11T18%3A00%3A00.000Z',
        },
      },
    });
    expect(events.seen).toEqual([{ name: 'alertChanged', event: written }]);
    expect(orders()).toEqual([written.id]);
  });

  it('says that it is over', async () => {
    const made = actor();
    await judge(made, at(0, [page]));
    await judge(made, at(1, [clear]));
    expect(transitions()).toHaveLength(1);
    await judge(made, at(2, [clear]));
    const body = JSON.parse(transitions()[1]!.body);
    expect(body).toMatchObject({
      type: 'alert.resolved',
      data: { since: new Date(base * 1000).toISOString() },
    });
    expect(body.data.summary).toBe('churn (prod): back within tolerance (was feature:age)');
  });

  it('thinks of an order once a moment, when everything known then is folded in', async () => {
    const doubted = at(1, [page, { check: 'reused', subject: '', verdict: 'drift' }]);
    const doubts = () => asked.map(request => doubtsOf(request.memory));
    await judge(actor(), at(0, [page]), doubted);
    expect(doubts()).toEqual([['reused']]);
    // A restart goes on from the last transition, when nothing was in doubt yet.
    asked = [];
    await actor().recover(() => nowAfter(doubted));
    expect(doubts()).toEqual([['reused']]);
    // By event time each window is a moment of its own.
    asked = [];
    const last = at(3, [page]);
    const byEventTime = (end: number) => end * 1000;
    stores = createActTwins({ now: () => 0 });
    await actor().handle([at(2, [page]), last, at(-2, [page], 6 * hour)], byEventTime);
    expect(asked.map(request => request.now)).toEqual([3, 4].map(n => (base + n * hour) * 1000));
  });

  it('keeps bodies under the limit, leaving out the mildest findings and saying how many', async () => {
    const many = Array.from({ length: 200 }, (_, i) => ({
      ...page,
      effect: 0.2 + i / 1000,
      subject: `feature:${'ü'.repeat(900)}${i}`,
      sentence: 'ü'.repeat(5000),
    }));
    await judge(actor(), at(0, many));
    const { body } = transitions()[0]!;
    expect(Buffer.byteLength(body)).toBeLessThan(bodyLimit);
    const { data } = JSON.parse(body);
    expect(data.findings.length).toBeGreaterThan(2);
    expect(data.findings[0].subject).toMatch(/199$/);
    expect(data.findings.length + data.findings_left_out).toBe(200);
  });

  it('folds windows in order of their ends, whatever order they come in', async () => {
    const windows = [at(2, [clear]), at(0, [clear], 6 * hour), at(1, [clear]), at(0, [page])];
    await actor().handle(windows, () => nowAfter(at(1, [])));
    expect(transitions().map(t => t.reason)).toEqual(['opened', 'resolved']);
  });

  it('keeps models and environments apart', async () => {
    await judge(
      actor(),
      at(0, [page]),
      at(0, [{ ...clear, environment: 'test' }]),
      at(0, [{ ...page, model: 'fraud' }]),
    );
    expect(transitions().map(t => [t.model, t.environment])).toEqual([
      ['churn', 'prod'],
      ['fraud', 'prod'],
    ]);
    expect(new Set(transitions().map(t => t.id)).size).toBe(2);
  });

  it('lets windows that began before a promotion neither open nor hold', async () => {
    const made = actor();
    stores.addActivation('churn', 0);
    await judge(made, at(0, [page]), at(-5, [page], 6 * hour));
    stores.addActivation('churn', (base + 1.5 * hour) * 1000);
    await judge(made, at(1, [page]));
    await judge(made, at(2, [clear]));
    expect(reasons).toEqual(['opened', 'still-firing', 'window-before-activation', 'resolved']);
    expect(orders()).toEqual([transitions()[0]!.id]);
  });

  it('asks for no order while nobody was told', async () => {
    const made = actor();
    const window = at(0, [page]);
    stores.addWindow(window);
    await made.handle([window], () => nowAfter(window) + 9 * hour * 1000);
    expect(transitions()).toMatchObject([{ reason: 'long-past', notify: false }]);
    expect(asked).toEqual([]);
    await judge(made, at(1, [page]));
    expect(transitions().map(t => [t.reason, t.notify, t.from, t.to])).toEqual([
      ['long-past', false, 'ok', 'firing'],
      ['announced', true, 'firing', 'firing'],
    ]);
    expect(orders()).toEqual([transitions()[0]!.id]);
  });

  it('a store that is away costs nothing: the alert is recovered at the next call, others go on', async () => {
    let away = true;
    const append = async (transition: Transition) => {
      if (away && transition.model === 'churn') throw new Error('store is away');
      await stores.alerts.append(transition);
    };
    const made = actor({ alerts: { ...stores.alerts, append } });
    await judge(made, at(0, [page]), at(0, [{ ...page, model: 'fraud' }]));
    expect(transitions().map(t => t.model)).toEqual(['fraud']);
    expect(events.seen.find(e => e.name === 'problemOccurred')?.event).toMatchObject({
      message: 'alert of churn (prod): store is away',
    });
    expect(made.pending).toBe(1);
    away = false;
    await made.handle([], () => nowAfter(at(0, [])));
    expect(transitions().map(t => t.model)).toEqual(['fraud', 'churn']);
    expect(made.pending).toBe(0);
  });
});

describe('recovery', () => {
  it('a crash between finding and transition loses nothing', async () => {
    stores.addWindow(at(0, [clear]));
    stores.addWindow(at(1, [page]));
    await actor().recover(() => nowAfter(at(1, [])));
    expect(transitions()).toMatchObject([{ reason: 'opened', windowStart: base + hour }]);
    expect(asked).not.toEqual([]);
  });

  it('a crash between transition and order repeats nothing and asks for the order again', async () => {
    const crash = actor({
      failpoint: name => {
        throw new Error(`killed at ${name}`);
      },
    });
    await judge(crash, at(0, [page]));
    expect(transitions()).toHaveLength(1);
    expect(asked).toEqual([]);
    const before = transitions();
    await actor().recover(() => nowAfter(at(0, [])));
    expect(transitions()).toEqual(before);
    expect(orders()).toEqual([before[0]!.id]);
  });

  const input = fc.record({
    list: fc.array(
      fc.tuple(
        fc.constantFrom(hour, 6 * hour, 24 * hour),
        fc.array(
          fc.record({
            check: fc.constantFrom('drift', 'missing'),
            subject: fc.constantFrom('feature:a', 'feature:b'),
            verdict: fc.constantFrom('drift', 'stable', 'insufficient', 'blind'),
            effect: fc.constantFrom(0.01, 0.018, 0.05, 0.09, 0.2),
          }),
          { maxLength: 3 },
        ),
      ),
      { minLength: 1, maxLength: 25 },
    ),
    crashes: fc.array(fc.nat({ max: 25 }), { maxLength: 6 }),
    promotion: fc.option(fc.nat({ max: 25 })),
  });

  it('gives the same transitions as never having stopped', async () => {
    await fc.assert(
      fc.asyncProperty(input, async ({ list, crashes, promotion }) => {
        // Windows end at increasing hours, as detect judges them.
        const all = list.map(([seconds, findings], i) => at(i + 1 - seconds / hour, findings, seconds));
        const run = async (kills: readonly number[]) => {
          stores = createActTwins({ now: () => 0 });
          stores.addActivation('churn', 0);
          if (promotion !== null) stores.addActivation('churn', (base + promotion * hour) * 1000);
          let made = actor();
          for (const [i, window] of all.entries()) {
            stores.addWindow(window);
            // The process dies with the window judged and not decided on; its successor starts with recovery.
            if (kills.includes(i)) {
              made = actor();
              await made.recover(() => nowAfter(window));
            } else await made.handle([window], () => nowAfter(window));
          }
          // Memory may differ in windows that mattered to nobody: recovery skips what lies before the first drift.
          return transitions().map(t => ({ ...t, memory: '' }));
        };
        expect(await run(crashes)).toEqual(await run([]));
      }),
      { numRuns: 300 },
    );
  });
});

describe('a policy for single streams', () => {
  it('pages by the tolerances of the stream', async () => {
    const calm = { ...defaultPolicy, pagingEffects: { ...defaultPolicy.pagingEffects, drift: 0.5 } };
    const of: string[] = [];
    const policiesOf = ({ model, environment }: { model: string; environment: string }) => {
      of.push(`${model}/${environment}`);
      return [calm];
    };
    await judge(actor({ policiesOf }), at(0, [clear]), at(1, [page]));
    expect(transitions()).toEqual([]);
    expect(new Set(of)).toEqual(new Set(['churn/prod']));
    await judge(actor({ policiesOf: () => [defaultPolicy] }), at(2, [page]));
    expect(transitions()).toHaveLength(1);
  });
});
