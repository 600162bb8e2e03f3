import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LeewayError } from '../../lib/errors.ts';
import { createTargetGuard } from '../target.ts';
import { chooseFile, folderOf } from './artifact.ts';
import { parseEvent, type RegistryEvent } from './event.ts';
import type { MadeBaseline, Registry, RegistryBaselines } from './ports.ts';
import { createRefresher, type RegistryRules } from './refresh.ts';
import { createRegistry, RegistryRefusal } from './registry.ts';
import { judgeSignature, signDelivery } from './signature.ts';
import { createRegistryTwin } from './twin.ts';

describe('signature', () => {
  const secret = 'not base64 at all: as it is';
  const of = { id: '7b1c', timestamp: '1787306400', body: Buffer.from('{"entity":"model_version"}') };
  const now = 1_787_306_400_000;

  it('is what MLflow makes (computed with its own function, version 3.17)', () => {
    expect(signDelivery(of, secret)).toBe('v1,X3U5t0zZEX4aBGxDhIQtuCCu8Lcl/dPh2cip8PvMDnE=');
  });

  it('holds for five minutes in both directions', () => {
    const signature = signDelivery(of, secret);
    for (const away of [0, 300_000, -300_000])
      expect(judgeSignature({ ...of, signature }, secret, now + away)).toBeNull();
    for (const away of [301_000, -301_000])
      expect(judgeSignature({ ...of, signature }, secret, now + away)).toBe('too-old');
  });

  it('fits nothing but its own parts', () => {
    const signature = signDelivery(of, secret);
    const judge = (over: object) => judgeSignature({ ...of, signature, ...over }, secret, now);
    for (const over of [
      { id: '7b1d' },
      { timestamp: '1787306401' },
      { body: Buffer.from('{"entity":"model_versioN"}') },
      { signature: signature.slice(0, -1) },
      { signature: `${signature}=` },
      { signature: '' },
      { signature: signature.replace('v1', 'v2') },
    ])
      expect(judge(over)).toBe('forged');
    expect(judgeSignature({ ...of, signature }, `${secret}.`, now)).toBe('forged');
    for (const over of [
      { id: '' },
      { id: 'a b' },
      { timestamp: '' },
      { timestamp: '1e9' },
      { timestamp: '-1' },
    ])
      expect(judge(over)).toBe('malformed');
  });
});

describe('event', () => {
  const parse = (value: unknown) => parseEvent(Buffer.from(JSON.stringify(value)));
  const data = { name: 'churn', version: '4', run_id: 'r', tags: {}, description: null };

  it('reads versions, aliases and what is neither', () => {
    expect(parse({ entity: 'model_version', action: 'created', data })).toEqual({
      kind: 'version',
      name: 'churn',
      version: '4',
    });
    const alias = { name: 'churn', version: '4', alias: 'champion' };
    expect(parse({ entity: 'model_version_alias', action: 'created', data: alias })).toEqual({
      kind: 'alias',
      ...alias,
    });
    expect(parse({ entity: 'model_version_alias', action: 'deleted', data: alias })).toEqual({
      kind: 'other',
      name: 'churn',
      what: 'model_version_alias.deleted',
    });
    expect(parse({ entity: 'budget_policy', action: 'exceeded' })).toMatchObject({ kind: 'other', name: '' });
  });

  it.each([
    null,
    [],
    'x',
    {},
    { entity: 'model_version' },
    { entity: 'model_version', action: 'created' },
    { entity: 'model_version', action: 'created', data: { ...data, version: 4 } },
    { entity: 'model_version', action: 'created', data: { ...data, version: '4/../5' } },
    { entity: 'model_version', action: 'created', data: { ...data, name: '' } },
    { entity: 'model_version_alias', action: 'created', data },
  ])('%j is none', value => expect(parse(value)).toBeNull());

  it('never throws', () => {
    fc.assert(fc.property(fc.uint8Array(), bytes => parseEvent(bytes) === null));
    fc.assert(fc.property(fc.json(), text => void parseEvent(Buffer.from(text))));
  });
});

describe('artifact', () => {
  const files = (...paths: string[]) => paths.map(path => ({ path, bytes: 1 }));

  it('is the file at the path, or the best of its endings', () => {
    expect(folderOf('leeway/baseline.*')).toBe('leeway');
    expect(folderOf('rows.csv')).toBe('');
    const both = files('leeway/baseline.csv', 'leeway/baseline.parquet', 'leeway/baseline.txt');
    expect(chooseFile(both, 'leeway/baseline.*')).toMatchObject({ format: 'parquet' });
    expect(chooseFile(both, 'leeway/baseline.csv')).toMatchObject({ format: 'csv' });
    expect(chooseFile(files('leeway/baseline.jsonl'), 'leeway/baseline.*')).toMatchObject({
      format: 'ndjson',
    });
    expect(chooseFile(files('leeway/baseline.txt', 'baseline.csv'), 'leeway/baseline.*')).toBeNull();
  });
});

describe('refresher', () => {
  const rules: RegistryRules = {
    models: {},
    artifact: 'leeway/baseline.*',
    activate: 'alias',
    aliases: ['champion'],
  };
  const version: RegistryEvent = { kind: 'version', name: 'churn', version: '4' };
  const alias: RegistryEvent = { ...version, kind: 'alias', alias: 'champion' };
  const file = { path: 'leeway/baseline.csv', bytes: 10 };

  function setup(
    over: { rules?: Partial<RegistryRules>; registry?: Partial<Registry>; refuse?: LeewayError } = {},
  ) {
    const store = createRegistryTwin();
    const made: MadeBaseline[] = [{ baseline: 1, note: '', active: true }];
    const uploads: string[] = [];
    const activations: object[] = [];
    const problems: string[] = [];
    let closed = 0;
    const registry: Registry = {
      runOf: async () => 'r1',
      versionOf: async () => '4',
      files: async () => [file],
      fetch: async () => Buffer.from('rows'),
      close: async () => void closed++,
      ...over.registry,
    };
    const baselines: RegistryBaselines = {
      list: async () => made,
      upload: async ({ note, format }) => {
        if (over.refuse !== undefined) throw over.refuse;
        uploads.push(format);
        const one = { baseline: made.length + 1, note, active: false };
        made.push(one);
        return one;
      },
      activate: async order => {
        activations.push(order);
        for (const [at, each] of made.entries())
          made[at] = { ...each, active: each.baseline === order.baseline };
      },
    };
    let opened = 0;
    const refresher = createRefresher({
      rules: () => ({ ...rules, ...over.rules }),
      open: () => {
        opened++;
        return registry;
      },
      baselines,
      store,
      clock: { now: () => 1000 },
      events: { problemOccurred: e => void problems.push(`${e.code} ${e.message}`) },
      mostBytes: 100,
    });
    return { refresher, store, uploads, activations, problems, counts: () => ({ opened, closed }) };
  }

  it('makes a baseline of a version, once, and activates it with an alias', async () => {
    const { refresher, uploads, activations, counts } = setup();
    expect((await refresher.handle('a', version)).record).toMatchObject({ outcome: 'made', baseline: 2 });
    expect((await refresher.handle('b', version)).record).toMatchObject({
      outcome: 'already-made',
      baseline: 2,
    });
    expect((await refresher.handle('c', alias)).record).toMatchObject({
      outcome: 'activated',
      alias: 'champion',
    });
    expect((await refresher.handle('d', alias)).record).toMatchObject({ outcome: 'already-active' });
    expect(uploads).toEqual(['csv']);
    expect(activations).toEqual([
      {
        model: 'churn',
        version: '',
        baseline: 2,
        from: null,
        by: 'mlflow alias champion of churn version 4',
      },
    ]);
    expect(counts()).toEqual({ opened: 4, closed: 4 });
  });

  it('does what is delivered again once', async () => {
    const { refresher, uploads } = setup();
    const [first, second] = await Promise.all([
      refresher.handle('a', version),
      refresher.handle('a', version),
    ]);
    expect([first.duplicate, second.duplicate]).toEqual([false, true]);
    expect(second.record).toEqual(first.record);
    expect(uploads).toHaveLength(1);
  });

  it('activates by version, or never, where the rules say so', async () => {
    const at = async (activate: RegistryRules['activate'], event: RegistryEvent) =>
      (await setup({ rules: { activate } }).refresher.handle('a', event)).record.outcome;
    expect([await at('version', version), await at('version', alias)]).toEqual(['activated', 'made']);
    expect([await at('never', version), await at('never', alias)]).toEqual(['made', 'made']);
  });

  it('activates no version that its alias has left, though its event comes late', async () => {
    let away = true;
    let points: string | null = '5';
    const { refresher, activations } = setup({
      registry: {
        runOf: async (_, asked) => {
          if (asked === '4' && away) throw new LeewayError('LW_REGISTRY_AWAY', '503');
          return `run ${asked}`;
        },
        versionOf: async () => points,
      },
    });
    await expect(refresher.handle('four', alias)).rejects.toThrow('503');
    expect((await refresher.handle('five', { ...alias, version: '5' })).record.outcome).toBe('activated');
    away = false;
    expect((await refresher.handle('four', alias)).record).toMatchObject({
      outcome: 'alias-moved',
      detail: 'it points to version 5 by now',
      baseline: 3,
    });
    points = null;
    expect((await refresher.handle('gone', alias)).record).toMatchObject({
      outcome: 'alias-moved',
      detail: 'it points to no version by now',
    });
    expect(activations).toMatchObject([{ baseline: 2 }]);
    points = '4';
    expect((await refresher.handle('back', alias)).record.outcome).toBe('activated');
  });

  it.each([
    ['no-artifact', { registry: { files: async () => [] } }, version, true],
    ['no-run', { registry: { runOf: async (): Promise<string> => '' } }, version, true],
    ['version-gone', { registry: { runOf: async (): Promise<null> => null } }, version, false],
    ['artifact-too-large', { registry: { files: async () => [{ ...file, bytes: 101 }] } }, version, true],
    ['artifact-too-large', { registry: { fetch: async () => null } }, version, true],
    ['artifact-refused', { refuse: new LeewayError('LW_BASELINE_INVALID', '3 rows') }, version, true],
    [
      'registry-refused',
      { registry: { files: () => Promise.reject(new RegistryRefusal(403, 'artifacts/list')) } },
      version,
      true,
    ],
    ['not-mapped', { rules: { models: { other: 'x' } } }, version, false],
    ['not-mapped', { rules: { models: { other: 'x' } } }, { ...version, name: 'constructor' }, false],
    ['alias-passed-over', {}, { ...alias, alias: 'challenger' }, false],
    ['event-passed-over', {}, { kind: 'other', name: 'churn', what: 'registered_model.created' }, false],
  ] as const)('%s', async (outcome, over, event, troubling) => {
    const { refresher, problems, activations } = setup(over as Parameters<typeof setup>[0]);
    const { record } = await refresher.handle('a', event as RegistryEvent);
    expect([record.outcome, record.baseline]).toEqual([outcome, 0]);
    expect(problems).toHaveLength(troubling ? 1 : 0);
    if (troubling)
      expect(problems[0]).toContain(`LW_REGISTRY_BASELINE version 4 of churn gives model churn no`);
    expect(await refresher.recent(10)).toEqual([record]);
    expect(activations).toEqual([]);
  });

  it('asks for another delivery while MLflow or the store is away, and remembers nothing of it', async () => {
    let away = true;
    const fail = async (): Promise<string> => {
      if (away) throw new LeewayError('LW_REGISTRY_AWAY', 'MLflow cannot be asked: it answered 502');
      return 'r1';
    };
    const { refresher, counts } = setup({ registry: { runOf: fail } as Partial<Registry> });
    await expect(refresher.handle('a', version)).rejects.toThrow('it answered 502');
    expect(await refresher.recent(10)).toEqual([]);
    away = false;
    expect(await refresher.handle('a', version)).toMatchObject({
      duplicate: false,
      record: { outcome: 'made' },
    });
    expect(counts()).toEqual({ opened: 2, closed: 2 });
    const store = setup({ refuse: new LeewayError('LW_STORE_AWAY', 'away') });
    await expect(store.refresher.handle('a', version)).rejects.toThrow('away');
  });
});

describe('registry over REST', () => {
  let server: Server;
  let url = '';
  let asked: string[] = [];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      answer(request, response);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    asked = [];
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const open: Registry[] = [];
  afterEach(() => Promise.all(open.splice(0).map(each => each.close())));
  const registry = (access: object = {}, allow = ['127.0.0.1']) => {
    const deps = { guard: createTargetGuard(allow), timeoutMilliseconds: 500 };
    const made = createRegistry({ url: `${url}/`, ...access }, deps);
    open.push(made);
    return made;
  };
  const json = (status: number, body: unknown) => (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  const hidden = (text: string) => ({ reveal: () => text });

  it('asks for runs and files by what it was given, with its token or its login', async () => {
    const seen: (string | undefined)[] = [];
    answer = (request, response) => {
      seen.push(request.headers.authorization);
      json(200, { model_version: { run_id: 'r1' } })(request, response);
    };
    expect(await registry({ token: hidden('t0ken') }).runOf('a b&c', '4')).toBe('r1');
    expect(asked).toEqual(['/api/2.0/mlflow/model-versions/get?name=a+b%26c&version=4']);
    await registry({ username: 'u', password: hidden('p') }).runOf('a', '1');
    await registry().runOf('a', '1');
    expect(seen).toEqual(['Bearer t0ken', `Basic ${Buffer.from('u:p').toString('base64')}`, undefined]);
  });

  it('knows a version that is gone, and one without a run', async () => {
    answer = json(404, { error_code: 'RESOURCE_DOES_NOT_EXIST' });
    expect(await registry().runOf('a', '4')).toBeNull();
    answer = json(200, { model_version: { name: 'a' } });
    expect(await registry().runOf('a', '4')).toBe('');
  });

  it('knows where an alias points, and one that is gone (which MLflow answers 400)', async () => {
    answer = json(200, { model_version: { name: 'a', version: '7' } });
    expect(await registry().versionOf('a b', 'champion')).toBe('7');
    expect(asked).toEqual(['/api/2.0/mlflow/registered-models/alias?name=a+b&alias=champion']);
    answer = json(400, { error_code: 'INVALID_PARAMETER_VALUE' });
    expect(await registry().versionOf('a', 'champion')).toBeNull();
    answer = json(404, { error_code: 'RESOURCE_DOES_NOT_EXIST' });
    expect(await registry().versionOf('a', 'champion')).toBeNull();
    answer = json(403, {});
    await expect(registry().versionOf('a', 'champion')).rejects.toThrow(RegistryRefusal);
  });

  it('lists files, whatever else stands there', async () => {
    const listed = [
      { path: 'leeway/baseline.csv', is_dir: false, file_size: '12' },
      { path: 'leeway/folder', is_dir: true },
      { path: 'leeway/x.csv' },
      { file_size: 1 },
      null,
    ];
    answer = json(200, { root_uri: 'x', files: listed });
    expect(await registry().files('r1', 'leeway')).toEqual([
      { path: 'leeway/baseline.csv', bytes: 12 },
      { path: 'leeway/x.csv', bytes: null },
    ]);
    answer = json(200, { root_uri: 'x' });
    expect(await registry().files('r1', '')).toEqual([]);
    expect(asked.at(-1)).toBe('/api/2.0/mlflow/artifacts/list?run_id=r1');
  });

  it('fetches no more than it may', async () => {
    answer = (_, response) => response.end('x'.repeat(100));
    expect((await registry().fetch('r1', 'leeway/baseline.csv', 100))?.length).toBe(100);
    expect(await registry().fetch('r1', 'leeway/baseline.csv', 99)).toBeNull();
    expect(asked[0]).toBe('/get-artifact?run_id=r1&path=leeway%2Fbaseline.csv');
  });

  it('knows a file that broke off', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    };
    await expect(registry().fetch('r1', 'f.csv', 1000)).rejects.toThrow('the file broke off');
  });

  it.each([401, 403, 400, 302])('%s is a refusal', async status => {
    answer = json(status, {});
    await expect(registry().runOf('a', '4')).rejects.toThrow(RegistryRefusal);
  });

  it.each([429, 500, 503])('%s is for later', async status => {
    answer = json(status, {});
    await expect(registry().runOf('a', '4')).rejects.toMatchObject({ code: 'LW_REGISTRY_AWAY', status: 503 });
  });

  it('is away when it does not answer, answers no JSON, or may not be called', async () => {
    answer = () => undefined;
    await expect(registry().runOf('a', '4')).rejects.toThrow('no answer within 0.5 s');
    answer = (_, response) => response.end('<html>');
    await expect(registry().runOf('a', '4')).rejects.toThrow('not JSON');
    await expect(registry({}, []).runOf('a', '4')).rejects.toThrow('not a public address');
  });
});
