import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { known, startOrchestrators } from '../../test/twins/orchestrators.ts';
import { createTargetGuard } from '../act/target.ts';
import { targets } from '../act/targets/index.ts';
import { loadConfig } from '../config/load.ts';
import { Secret } from '../config/secret.ts';
import { orderEndpoints } from './retraining-rules.ts';

/** From what a person writes to what a target is asked: nothing is lost on the way. */
let fake: Awaited<ReturnType<typeof startOrchestrators>>;
beforeAll(async () => {
  fake = await startOrchestrators();
});
afterAll(() => fake.close());

const data = { order: 'or_1', kind: 'rebuild', model: 'churn', links: {}, period: {} };
const message = { id: 'or_1_x', body: JSON.stringify({ type: 'retraining.requested', data }) };

describe('targets of the configuration', () => {
  it('every type, with as little as it needs, reaches its service', async () => {
    const { url } = fake;
    const token = new Secret(known.token);
    const account = { username: known.user, password: new Secret(known.password) };
    const written = {
      dispatch: { type: 'github-dispatch', url, repository: 'acme/churn', token },
      workflow: { type: 'github-workflow', url, repository: 'acme/churn', workflow: 'retrain.yml', token },
      gitlab: { type: 'gitlab', url, project: 'acme/churn', token },
      airflow: { type: 'airflow', url, dag: 'retrain_churn', ...account },
      airflow2: { type: 'airflow', url, version: 2, dag: 'retrain_churn', ...account },
      databricks: { type: 'databricks', url, job: 7, token },
    } as const;
    const config = loadConfig(
      null,
      {
        outbound: { allow: ['127.0.0.1'] },
        retraining: { targets: written, retrain: { target: 'gitlab' }, rebuild: { target: 'airflow' } },
      } as unknown as Parameters<typeof loadConfig>[1],
      {},
    );
    const endpoints = orderEndpoints(config);
    expect(endpoints.map(({ name, kind }) => [name, kind])).toEqual(
      Object.entries(written).map(([name, { type }]) => [name, type]),
    );
    for (const endpoint of endpoints) {
      const target = targets[endpoint.kind]!({ guard: createTargetGuard(config.outbound.allow) });
      target.check(endpoint);
      const answer = await target.send(message, endpoint, Date.now());
      expect([endpoint.name, Math.floor(answer.status / 100)]).toEqual([endpoint.name, 2]);
      await target.close();
    }
    expect(fake.asked[0]!.body).toContain('"event_type":"leeway-rebuild"');
  });
});
