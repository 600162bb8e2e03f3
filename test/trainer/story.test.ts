import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LoanRow } from '../../examples/demo/data.ts';
import { trainerRuns } from './python.ts';
import { type Loans, readLoans, scoredBy, scoredByFirst } from './story/loans.ts';
import { type People, startPeople } from './story/receiver.ts';
import { startTap, type Tap } from './story/tap.ts';
import { model, startWorld, type World } from './story/world.ts';
import { secret, startTrainer, type Trainer } from './trainer-process.ts';

interface OrderView {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly reason: string;
  readonly result: { readonly version?: string; readonly metrics?: Record<string, number> } | null;
}

const runs = trainerRuns();
const directory = mkdtempSync(join(tmpdir(), 'leeway-'));
const rowsAnHour = 4000;
let world: World;
let people: People;
let trainer: Trainer;
let tap: Tap;
let loans: Loans;
beforeAll(async () => {
  if (!runs) return;
  const receiverSecret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
  [people, trainer] = await Promise.all([
    startPeople(receiverSecret),
    startTrainer({ state: join(directory, 'trainer') }),
  ]);
  tap = await startTap(trainer.url);
  const trains = { trainer: tap.url, trainerSecret: secret };
  world = await startWorld({ directory, ...trains, receiver: people.url, receiverSecret });
  loans = await readLoans(world.app.storage.database);
});
afterAll(async () => {
  await world?.close();
  await tap?.close();
  await trainer?.stop();
  await people?.close();
  rmSync(directory, { recursive: true, force: true });
});

const orders = async () =>
  (await world.get<{ orders: OrderView[] }>(`/v1/orders?model=${model}&limit=50`)).orders;
/** Every state that an order went through, with its reason. */
const stepsOf = async ({ id }: OrderView) =>
  (await world.get<{ steps: OrderView[] }>(`/v1/orders/${id}`)).steps.map(
    ({ state, reason }) => `${state} ${reason}`,
  );
const firing = async () =>
  (
    await world.get<{ alerts: { policy: string; state: string }[] }>(`/v1/models/${model}/alerts`)
  ).alerts.some(alert => alert.state === 'firing');
/** Hours pass until it holds; says what was found when it takes too long. */
async function hoursUntil(
  most: number,
  rows: () => Promise<object[]> | object[],
  holds: () => Promise<boolean>,
) {
  for (let hour = 1; hour <= most; hour++) {
    await world.hour(await rows());
    if (await holds()) return hour;
  }
  const { alerts } = await world.get<{ alerts: object[] }>(`/v1/models/${model}/alerts`);
  const { findings } = await world.get<{ findings: { verdict: string; sentence: string }[] }>(
    `/v1/models/${model}/findings?windowSeconds=3600&limit=80`,
  );
  const drift = findings.filter(({ verdict }) => verdict === 'drift').map(({ sentence }) => sentence);
  const seen = JSON.stringify({
    alerts,
    drift,
    orders: (await orders()).map(({ kind, state, reason }) => [kind, state, reason]),
  });
  throw new Error(`not within ${most} hours: ${seen.slice(0, 3000)}`);
}

describe.skipIf(!runs)('the whole story', { timeout: 300_000 }, () => {
  test('drift: people are told, a retraining is ordered, trained, judged and promoted, and the alert resolves', async () => {
    const training = loans.reference.map(row => JSON.stringify(scoredByFirst(row))).join('\n');
    await world.post(`/v1/models/${model}/baselines?activate=true`, training, 'application/x-ndjson');
    await world.post(`/v1/models/${model}/arm`, { armed: true, by: 'story' });
    const before = () => loans.before(rowsAnHour).map(scoredByFirst);
    for (let hour = 0; hour < 2; hour++) await world.hour(before());
    expect(people.told).toEqual([]);

    const after = () => loans.after(rowsAnHour).map(scoredByFirst);
    await hoursUntil(4, after, async () => (await orders()).some(({ state }) => state === 'promoted'));
    expect(people.told[0]).toMatchObject({ type: 'alert.firing', data: { policy: 'default' } });
    expect(people.told[0]!.data.summary).toMatch(/feature:(car_value|repaid_loan_on_prev_car)/);
    const [order, ...others] = await orders();
    expect(others).toEqual([]);
    expect(order).toMatchObject({ kind: 'retrain', result: { version: '2' } });
    // The first window was held back by a rail, the second went through them all; the gate let the version in.
    const steps = await stepsOf(order!);
    expect(steps[0]).toBe('refused too-few-rows: 4000 of 8000 new rows');
    expect(steps.slice(1).map(step => step.split(' ')[0])).toEqual([
      'requested',
      'accepted',
      'running',
      'succeeded',
      'promoted',
    ]);
    expect(steps.at(-1)).toMatch(
      /^promoted baseline \d+ is active; gate-passed: accuracy .* \(by the report\)$/,
    );
    expect(tap.arrived).toEqual(['POST /orders']);
    const { accuracy_before = 1, accuracy_after = 0 } = order!.result!.metrics!;
    expect(accuracy_after).toBeGreaterThanOrEqual(accuracy_before);

    const second = () => scoredBy(trainer.url, '2', loans.after(rowsAnHour));
    await hoursUntil(10, second, async () => !(await firing()));
    expect(people.told.at(-1)).toMatchObject({ type: 'alert.resolved' });
  });

  test('a broken pipeline: people are told, nothing is trained on it, and it is over when it is mended', async () => {
    const known = new Set((await orders()).map(({ id }) => id));
    const thoughtOf = async () => (await orders()).filter(({ id }) => !known.has(id));
    const arrived = tap.arrived.length;
    const broken = ({ features }: LoanRow) => ({ ...features, debt_to_income_ratio: null });
    await hoursUntil(2, () => scoredBy(trainer.url, '2', loans.after(rowsAnHour), broken), firing);
    expect(people.told.at(-1)).toMatchObject({
      type: 'alert.firing',
      data: {
        findings: expect.arrayContaining([
          expect.objectContaining({ check: 'missing', subject: 'feature:debt_to_income_ratio' }),
        ]),
      },
    });
    // Both kinds were thought of, and each was refused by the rail that is there for it.
    const refused = (await thoughtOf()).map(({ kind, state, reason }) => `${kind} ${state} ${reason}`).sort();
    expect(refused).toEqual([
      'rebuild refused too-few-windows: 1 of 3 paging windows',
      expect.stringMatching(
        /^retrain refused data-quality: data in doubt: missing feature:debt_to_income_ratio/,
      ),
    ]);
    await hoursUntil(
      10,
      () => scoredBy(trainer.url, '2', loans.after(rowsAnHour)),
      async () => !(await firing()),
    );
    expect(people.told.at(-1)).toMatchObject({ type: 'alert.resolved' });
    expect((await thoughtOf()).map(({ kind, state }) => `${kind} ${state}`).sort()).toEqual([
      'rebuild refused',
      'retrain refused',
    ]);
    expect(tap.arrived).toHaveLength(arrived);
  });

  test('a field that vanishes for good: a rebuild is ordered, which does without it', async () => {
    const without = ({ features }: LoanRow) => {
      const { driver_tenure: _, ...rest } = features;
      return rest;
    };
    const rebuilt = async () =>
      (await orders()).find(({ kind, state }) => kind === 'rebuild' && state === 'promoted');
    await hoursUntil(
      8,
      () => scoredBy(trainer.url, '2', loans.after(rowsAnHour), without),
      async () => (await rebuilt()) !== undefined,
    );
    const order = (await rebuilt())!;
    expect(order.result).toMatchObject({ version: '3' });
    const steps = await stepsOf(order);
    expect(steps[0]).toBe('refused too-few-windows: 1 of 3 paging windows');
    expect(steps.at(-1)).toContain('; gate-passed: ');
  });
});
