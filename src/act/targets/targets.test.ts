import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { known, startOrchestrators } from '../../../test/twins/orchestrators.ts';
import type { Answer, Endpoint } from '../channel.ts';
import { outcomeOf } from '../schedule.ts';
import { createTargetGuard } from '../target.ts';
import { targets } from './index.ts';
import type { Started, Target } from './trigger.ts';

const hidden = (text: string) => ({ reveal: () => text, toJSON: () => '<secret>' });
const signing = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
const callbackToken = 'cb_tok"en/of+the=order';
const order = 'or_5f0c3e1d2b4a69788796a5b4c3d2e1f0';
const now = Date.parse('2026-11-22T10:00:00Z');

const data = {
  order,
  kind: 'retrain',
  model: 'churn',
  environment: 'prod',
  policy: 'default',
  episode: 1,
  reason: 'opened',
  period: { from: '2026-11-21T09:00:00.000Z', to: '2026-11-21T10:10:00.000Z' },
  findings: [{ check: 'drift', subject: 'feature:age', sentence: 'x'.repeat(300) }],
  links: {
    rows: 'http://127.0.0.1:8080/v1/models/churn/export?environment=prod',
    callback: `http://127.0.0.1:8080/v1/retrainings/${order}/events`,
    baselines: 'http://127.0.0.1:8080/v1/models/churn/baselines',
  },
  callback_token: callbackToken,
};
const message = messageOf(data);

function messageOf(of: object, id = `${order}_trainer`) {
  return { id, body: JSON.stringify({ type: 'retraining.requested', data: of }) };
}

let fake: Awaited<ReturnType<typeof startOrchestrators>>;
const open: Target[] = [];
beforeAll(async () => {
  fake = await startOrchestrators();
});
afterEach(async () => {
  fake.forget();
  await Promise.all(open.splice(0).map(each => each.close()));
});
afterAll(() => fake.close());

const token = hidden(known.token);
const account = { username: known.user, password: hidden(known.password) };
const settings: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  webhook: {},
  'github-dispatch': { token, repository: 'acme/churn' },
  'github-workflow': { token, repository: 'acme/churn', workflow: 'retrain.yml', ref: 'main' },
  gitlab: { token, project: 'acme/churn', ref: 'main' },
  airflow: { version: 3, dag: 'retrain_churn', ...account },
  databricks: { token, job: 7 },
};

function endpointOf(kind: string, over: Readonly<Record<string, unknown>> = {}): Endpoint {
  const secrets = kind === 'webhook' ? [hidden(signing)] : [];
  const url = kind === 'webhook' ? `${fake.url}/train` : `${fake.url}/`;
  return { name: 'trainer', kind, takes: 'orders', url, secrets, settings: { ...settings[kind], ...over } };
}

function targetOf(kind: string, timeoutMilliseconds = 2000): Target {
  const made = targets[kind]!({ guard: createTargetGuard(['127.0.0.1']), timeoutMilliseconds });
  open.push(made);
  return made;
}

function send(
  kind: string,
  over: Readonly<Record<string, unknown>> = {},
  what = message,
): Promise<Answer & Started> {
  return targetOf(kind).send(what, endpointOf(kind, over), now);
}

const bodies = () => fake.asked.map(({ body }) => JSON.parse(body) as Record<string, never>);
const kinds = Object.keys(targets);
const orchestrators = kinds.filter(kind => kind !== 'webhook');

describe('every target', () => {
  it('has settings here', () => expect(Object.keys(settings).sort()).toEqual([...kinds].sort()));

  it.each(kinds)('%s: what its kind says', kind => expect(targetOf(kind).kind).toBe(kind));

  it.each(orchestrators)('%s starts one run and says which', async kind => {
    const target = targetOf(kind);
    target.check(endpointOf(kind));
    const answer = await target.send(message, endpointOf(kind), now);
    expect([outcomeOf(answer.status), answer.retryAfter]).toEqual(['done', null]);
    expect(fake.runs.size).toBe(1);
    const { run } = target.accepted!(answer);
    expect(run === undefined).toBe(kind === 'github-dispatch');
    expect(answer.detail.includes(run ?? '')).toBe(true);
  });

  it.each(orchestrators)('%s sends the same bytes on every attempt', async kind => {
    const target = targetOf(kind);
    for (const at of [now, now + 300_000]) await target.send(message, endpointOf(kind), at);
    const orders = fake.asked.filter(({ path }) => path !== '/auth/token');
    expect(orders).toHaveLength(2);
    expect(orders[0]!.body).toBe(orders[1]!.body);
    for (const part of [order, 'churn', 'retrain'])
      expect(decodeURIComponent(orders[0]!.body)).toContain(part);
  });

  it.each(['airflow', 'databricks'])('%s starts no second run for one order', async kind => {
    const first = await send(kind);
    const second = await send(kind);
    expect(outcomeOf(second.status)).toBe('done');
    expect(second.run).toBe(first.run);
    expect(fake.runs.size).toBe(1);
  });

  const statuses = [400, 401, 403, 404, 405, 408, 409, 410, 413, 422, 425, 429, 500, 501, 502, 503, 504, 599];
  const redirects = [300, 301, 302, 303, 307, 308];
  it.each(kinds)('%s: statuses mean what docs/webhooks.md says', async kind => {
    for (const status of [...statuses, ...redirects]) {
      fake.answerInstead(({ path }) =>
        path === '/auth/token'
          ? { status: 201, body: { access_token: 'token-of-the-moment' } }
          : { status, headers: { location: '/elsewhere' }, body: { message: 'no' } },
      );
      const answer = await send(kind);
      const there = kind === 'airflow' && status === 409;
      expect([status, outcomeOf(answer.status)]).toEqual([status, there ? 'done' : outcomeOf(status)]);
      expect(fake.asked.some(({ path }) => path === '/elsewhere')).toBe(false);
    }
  });

  it('a status of the page for tokens means the same', async () => {
    for (const status of [...statuses, ...redirects].filter(each => each !== 409)) {
      fake.answerInstead(() => ({ status, headers: { location: '/elsewhere' } }));
      expect(outcomeOf((await send('airflow')).status)).toBe(outcomeOf(status));
    }
    expect(fake.asked.some(({ path }) => path !== '/auth/token')).toBe(false);
  });

  it.each(kinds)('%s honours Retry-After', async kind => {
    for (const status of [429, 503]) {
      fake.answerInstead(() => ({ status, headers: { 'retry-after': '120' } }));
      expect(await send(kind)).toMatchObject({ status, retryAfter: 120_000 });
    }
  });

  it.each(kinds)('%s gives up on a target that does not answer, and on none that listens', async kind => {
    fake.answerInstead(() => 'hang');
    expect(await targetOf(kind, 60).send(message, endpointOf(kind), now)).toMatchObject({
      status: 0,
      detail: 'no answer within 0.06 s',
    });
    const away = { ...endpointOf(kind), url: 'http://127.0.0.1:9/' };
    expect(await targetOf(kind).send(message, away, now)).toMatchObject({
      status: 0,
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it.each(kinds)('%s calls no private address that is not listed', async kind => {
    const target = targets[kind]!({ guard: createTargetGuard([]) });
    open.push(target);
    expect(() => target.check(endpointOf(kind))).toThrow('127.0.0.1 is not a public address');
    const answer = await target.send(message, endpointOf(kind), now);
    expect(answer).toMatchObject({ status: 0, detail: expect.stringContaining('refused') });
    expect(fake.asked).toEqual([]);
  });

  it.each(kinds)('%s leaks no secret, whatever the target echoes', async kind => {
    for (const status of [200, 201, 400, 500]) {
      fake.answerInstead(({ headers, body, path }) =>
        path === '/auth/token' && status < 300
          ? { status: 201, body: { access_token: 'jwt.that.is.secret' } }
          : {
              status,
              headers: { 'content-type': status < 300 ? 'text/plain' : 'application/json' },
              body: `${headers.authorization} ${body} ${path}`,
            },
      );
      const { detail, body = '' } = await send(kind);
      const parts = [known.token, known.password, callbackToken, signing, 'jwt.that.is.secret'];
      for (const part of parts)
        for (const form of [part, encodeURIComponent(part), JSON.stringify(part).slice(1, -1)])
          expect(detail + body).not.toContain(form);
      expect(detail + body).not.toContain(Buffer.from(`${known.user}:${known.password}`).toString('base64'));
      expect(detail.length).toBeLessThanOrEqual(300);
    }
  });

  it.each(orchestrators)('%s refuses settings that lack something', kind => {
    const needed = ['token', 'password', 'repository', 'workflow', 'project', 'job', 'dag'].filter(
      name => name in settings[kind]!,
    );
    expect(needed.length).toBeGreaterThan(1);
    for (const name of needed)
      expect(() => targetOf(kind).check(endpointOf(kind, { [name]: undefined }))).toThrow(
        `target trainer: ${name} is needed`,
      );
  });

  it.each(orchestrators)('%s sends nothing that is no order', async kind => {
    for (const body of ['', 'null', '[]', '{}', '{"data":{"order":7}}', '{"data":{"order":"../x"}}']) {
      const answer = await send(kind, {}, { id: 'm', body });
      expect(outcomeOf(answer.status)).toBe('failed');
    }
    expect(fake.asked).toEqual([]);
  });

  it.each(orchestrators)('%s takes no page in HTML for a success', async kind => {
    fake.answerInstead(() => ({ status: 200, body: '<h1>Sign in</h1>' }));
    const { status, detail } = await send(kind);
    const idempotent = ['airflow', 'databricks'].includes(kind);
    expect(outcomeOf(status)).toBe(idempotent ? 'retry' : 'failed');
    if (kind !== 'airflow') expect(detail).toContain('answered 200 with text/html');
  });

  it.each(orchestrators)('%s: JSON that is none, or not as documented', async kind => {
    const bodyless = { status: 200, headers: { 'content-type': 'application/json' } };
    for (const body of ['{"run_id":', '[]', '"x"', '{"id":{}}', '{"html_url":"javascript:1"}']) {
      fake.answerInstead(() => ({ ...bodyless, body }));
      const answer = await send(kind);
      expect(outcomeOf(answer.status)).toBe(['airflow', 'databricks'].includes(kind) ? 'retry' : 'done');
      expect([answer.run, answer.url]).toEqual([undefined, undefined]);
    }
  });
});

describe('github-dispatch', () => {
  it('sends the event and ten keys', async () => {
    await send('github-dispatch');
    const [{ event_type, client_payload } = {}] = bodies();
    expect(event_type).toBe('leeway-retrain');
    expect(Object.keys(client_payload!)).toHaveLength(10);
    expect(client_payload).toMatchObject({
      id: message.id,
      order,
      links: data.links,
      callback_token: callbackToken,
    });
    await send('github-dispatch', { event: 'x'.repeat(200) });
    expect(bodies()[1]!['event_type']).toHaveLength(100);
  });

  it('leaves the findings out when GitHub would refuse them, and sends nothing that is too large without', async () => {
    const findings = Array.from({ length: 300 }, () => ({ sentence: 'y'.repeat(300) }));
    expect((await send('github-dispatch', {}, messageOf({ ...data, findings }))).status).toBe(204);
    expect(bodies()[0]!['client_payload']).toMatchObject({ findings: [], order });
    const huge = messageOf({ ...data, reason: 'z'.repeat(70_000) });
    expect(outcomeOf((await send('github-dispatch', {}, huge)).status)).toBe('failed');
    expect(fake.asked).toHaveLength(1);
  });

  it('waits where GitHub says 403 and means too many', async () => {
    const body = { message: 'You have exceeded a secondary rate limit' };
    fake.answerInstead(() => ({ status: 403, body, headers: { 'retry-after': '60' } }));
    expect(await send('github-dispatch')).toMatchObject({
      status: 429,
      retryAfter: 60_000,
      detail: body.message,
    });
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 + 90) };
    fake.answerInstead(() => ({ status: 403, body, headers }));
    expect(await send('github-workflow')).toMatchObject({ status: 429, retryAfter: 90_000 });
    fake.answerInstead(() => ({ status: 403, body: { message: 'Resource not accessible' } }));
    expect(await send('github-workflow')).toMatchObject({ status: 403, detail: 'Resource not accessible' });
  });

  it.each([
    ['a wrong token', { token: hidden('wrong-token') }, 401, 'Bad credentials'],
    ['a repository that is not there', { repository: 'acme/other' }, 404, 'Not Found'],
  ])('says %s', async (_what, over, status, detail) => {
    expect(await send('github-dispatch', over)).toMatchObject({ status, detail });
    expect(await send('github-workflow', over)).toMatchObject({ status, detail });
  });
});

describe('github-workflow', () => {
  it('keeps the page of the run', async () => {
    const answer = await send('github-workflow');
    expect(answer.detail).toBe('run 1 https://github.com/acme/churn/actions/runs/1');
    expect(answer).toMatchObject({ run: '1', url: 'https://github.com/acme/churn/actions/runs/1' });
  });

  it('takes an older GitHub that tells no run', async () => {
    fake.answerInstead(() => ({ status: 204 }));
    expect(await send('github-workflow')).toEqual({ status: 204, detail: '', retryAfter: null });
  });

  it('fills inputs in, and says what GitHub says of wrong ones', async () => {
    const inputs = { order: '{order}', mode: 'full-{kind}-{nothing}' };
    await send('github-workflow', { inputs });
    expect(bodies()[0]!['inputs']).toEqual({ order, mode: 'full-retrain-{nothing}' });
    expect(await send('github-workflow', { inputs: { size: '1' } })).toMatchObject({
      status: 422,
      detail: 'Unexpected inputs provided: ["size"]',
    });
    expect(await send('github-workflow', { ref: 'gone' })).toMatchObject({
      detail: 'No ref found for: gone',
    });
    const long = await send('github-workflow', { inputs: { mode: 'x'.repeat(70_000) } });
    expect([outcomeOf(long.status), long.detail]).toEqual(['failed', expect.stringContaining('65,535')]);
  });
});

describe('gitlab', () => {
  it('sends a form with variables, and keeps the pipeline', async () => {
    const answer = await send('gitlab');
    const form = new URLSearchParams(fake.asked[0]!.body);
    expect(form.get('variables[LEEWAY_ORDER]')).toBe(order);
    expect(form.get('variables[LEEWAY_CALLBACK_TOKEN]')).toBe(callbackToken);
    expect(answer.url).toBe('https://gitlab.example.com/acme/churn/-/pipelines/1');
  });

  it('sends inputs instead when they are given', async () => {
    await send('gitlab', { inputs: { model: '{model}' } });
    const form = new URLSearchParams(fake.asked[0]!.body);
    expect([...form.keys()]).toEqual(['token', 'ref', 'inputs[model]']);
    expect(form.get('inputs[model]')).toBe('churn');
  });

  it('says what GitLab says of a wrong token and a wrong branch', async () => {
    expect(await send('gitlab', { token: hidden('nope-nope') })).toMatchObject({ status: 404 });
    expect(await send('gitlab', { ref: 'gone' })).toMatchObject({
      status: 400,
      detail: expect.stringContaining('Reference not found'),
    });
  });
});

describe('airflow', () => {
  const run = `leeway__${order}`;

  it('names the run after the order, and takes 409 for done', async () => {
    const first = await send('airflow');
    expect(first).toMatchObject({ status: 200, run, url: `${fake.url}/dags/retrain_churn/runs/${run}` });
    expect(bodies()[1]).toMatchObject({
      dag_run_id: run,
      logical_date: null,
      conf: { order, id: message.id },
    });
    expect(await send('airflow')).toMatchObject({ status: 200, run, detail: expect.stringContaining('409') });
  });

  it('fetches a token once, again when it is about to end, and once more when it is refused', async () => {
    const target = targetOf('airflow');
    const deliver = (at: number) => target.send(message, endpointOf('airflow'), at);
    const tokensAsked = () => fake.asked.filter(({ path }) => path === '/auth/token').length;
    const at = Date.now();
    await deliver(at);
    await deliver(at + 1000);
    expect(tokensAsked()).toBe(1);
    await deliver(at + 3_575_000);
    expect(tokensAsked()).toBe(2);
    fake.tokens.clear();
    expect(outcomeOf((await deliver(at + 3_576_000)).status)).toBe('done');
    expect(tokensAsked()).toBe(3);
  });

  it('asks for no third token when a fresh one is refused', async () => {
    fake.answerInstead(({ path }) =>
      path === '/auth/token' ? { status: 201, body: { access_token: 'fresh' } } : { status: 401 },
    );
    const target = targetOf('airflow');
    for (const _ of [1, 2]) expect((await target.send(message, endpointOf('airflow'), now)).status).toBe(401);
    expect(fake.asked).toHaveLength(4);
  });

  it('keeps a token that tells no end for five minutes', async () => {
    fake.answerInstead(({ path }) =>
      path === '/auth/token'
        ? { status: 201, body: { access_token: 'opaque' } }
        : { status: 200, body: { dag_run_id: run } },
    );
    const target = targetOf('airflow');
    for (const at of [now, now + 299_000, now + 301_000])
      await target.send(message, endpointOf('airflow'), at);
    expect(fake.asked.filter(({ path }) => path === '/auth/token')).toHaveLength(2);
  });

  it.each([
    ['a wrong password', { password: hidden('wrong-pass') }, 401, 'no token: /auth/token answered 401'],
    ['a DAG that is not there', { dag: 'other' }, 404, expect.stringContaining("'other' not found")],
  ])('says %s', async (_what, over, status, detail) => {
    expect(await send('airflow', over)).toMatchObject({ status, detail });
  });

  it('takes a fixed token instead of a password', async () => {
    const fixed = { token, username: undefined, password: undefined };
    targetOf('airflow').check(endpointOf('airflow', fixed));
    expect((await send('airflow', fixed)).status).toBe(200);
    expect(fake.asked).toHaveLength(1);
  });

  it('speaks to version 2 by user and password', async () => {
    const two = { version: 2 };
    expect(await send('airflow', two)).toMatchObject({ status: 200, run });
    expect(fake.asked[0]!.path).toBe('/api/v1/dags/retrain_churn/dagRuns');
    expect(await send('airflow', two)).toMatchObject({ status: 200, detail: expect.stringContaining('409') });
    expect(await send('airflow', { ...two, password: hidden('wrong-pass') })).toMatchObject({ status: 401 });
    expect(fake.runs.size).toBe(1);
  });

  it('sends nothing larger than 60 kB', async () => {
    const huge = messageOf({ ...data, reason: 'z'.repeat(70_000) });
    expect(outcomeOf((await send('airflow', {}, huge)).status)).toBe('failed');
    expect(fake.asked).toEqual([]);
  });
});

describe('databricks', () => {
  it('sends the order as idempotency token of at most 64 characters', async () => {
    await send('databricks', {}, messageOf({ ...data, order: `or_${'9'.repeat(90)}` }));
    expect(bodies()[0]!['idempotency_token']).toHaveLength(64);
    await send('databricks');
    expect(bodies()[1]).toMatchObject({ job_id: 7, idempotency_token: order, job_parameters: { order } });
  });

  it('says what Databricks says', async () => {
    expect(await send('databricks', { job: 8 })).toMatchObject({
      status: 400,
      detail: expect.stringContaining('Job 8 does not exist.'),
    });
    expect(await send('databricks', { token: hidden('nope-nope') })).toMatchObject({ status: 401 });
    const long = await send('databricks', { parameters: { p: 'x'.repeat(10_000) } });
    expect([outcomeOf(long.status), long.detail]).toEqual(['failed', expect.stringContaining('10 kB')]);
  });
});
