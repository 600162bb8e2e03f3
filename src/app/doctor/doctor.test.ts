import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createTargetGuard } from '../../act/target.ts';
import { loadConfig } from '../../config/load.ts';
import type { KafkaState } from '../../source/kafka/inspect.ts';
import type { KafkaOptions } from '../../source/kafka/options.ts';
import type { StoreInspection } from '../../store/inspection.ts';
import { dataLines } from './data.ts';
import { kafkaLines } from './kafka.ts';
import { ageText, bytesText, type DoctorLine } from './line.ts';
import { localReport } from './local.ts';
import { type MachineFacts, machineFacts, processLines, versionLines } from './machine.ts';
import { changedSettings, settingLines } from './settings.ts';
import { storeLines } from './store.ts';
import { targetLines } from './targets.ts';
import { type WorkFacts, workLines } from './work.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-doctor-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** `level check` of lines that are not fine; each of them must say what to do. */
function troubles(lines: readonly DoctorLine[]): string[] {
  const bad = lines.filter(({ level }) => level !== 'ok');
  for (const { advice, check } of bad) expect(advice, check).not.toBe('');
  return bad.map(({ level, check }) => `${level} ${check}`);
}

describe('the machine', () => {
  const facts: MachineFacts = {
    leeway: '1.0.0',
    node: '20.19.1',
    system: 'Linux',
    glibc: '2.36',
    linux: true,
    timeZone: 'UTC',
    rss: 1,
    memory: 10,
    files: { open: 10, most: 65_536 },
    uptimeSeconds: 1,
  };
  const of = (part: Partial<MachineFacts>) => {
    const all = { ...facts, ...part };
    return troubles([...versionLines(all), ...processLines(all)]);
  };

  it.each([
    [{}, []],
    [{ node: '22.0.0', files: null }, []],
    [{ node: '20.18.9' }, ['fail node']],
    [{ glibc: '' }, ['warn libc']],
    [{ glibc: '', linux: false }, []],
    [{ glibc: '2.12' }, ['fail libc']],
    [{ rss: 9 }, ['warn memory']],
    [{ files: { open: 10, most: 1024 } }, ['warn open files']],
    [{ files: { open: 60_000, most: 65_536 } }, ['warn open files']],
  ])('%j', (part, expected) => expect(of(part as Partial<MachineFacts>)).toEqual(expected));

  it('is known of this process', () => {
    const found = machineFacts('1.0.0');
    expect(found.rss).toBeGreaterThan(1e6);
    expect(found.node).toBe(process.versions.node);
    expect(troubles(versionLines(found))).toEqual([]);
  });
});

describe('the data directory', () => {
  it('need not exist, may not be unwritable, and tells of a service that was killed', () => {
    const fresh = join(directory, 'a', 'b');
    expect(dataLines(fresh, { running: false })[0]?.text).toContain('does not exist yet');
    const data = join(directory, 'data');
    mkdirSync(join(data, 'chdb'), { recursive: true });
    expect(troubles(dataLines(data, { running: false }))).toEqual([]);
    writeFileSync(join(data, 'leeway.json'), JSON.stringify({ url: 'http://127.0.0.1:1', pid: 2 ** 30 }));
    expect(troubles(dataLines(data, { running: false }))).toEqual(['warn service']);
    writeFileSync(join(data, 'leeway.json'), JSON.stringify({ url: 'http://127.0.0.1:1', pid: process.pid }));
    writeFileSync(join(data, 'chdb', 'status'), `PID: ${process.pid}\n`);
    const held = dataLines(data, { running: false });
    expect(troubles(held)).toEqual([]);
    expect(held.map(({ text }) => text).join()).toContain(`held by process ${process.pid}`);
    const closed = join(directory, 'file');
    writeFileSync(closed, '');
    chmodSync(closed, 0o400);
    expect(troubles(dataLines(closed, { running: true }))).toContain('fail writable');
  });
});

describe('the store', () => {
  const fine: StoreInspection = {
    kind: 'server',
    version: async () => '26.1',
    now: async () => 1000,
    tables: async () => [{ table: 'inferences', rows: 5, bytes: 2048, parts: 2 }],
    migrations: async () => ({ known: 3, missing: [] }),
    lastDay: async () => ({ rows: 0, rejects: 0 }),
    audits: async () => ({ found: 0, last: 0 }),
  };
  const of = async (part: Partial<StoreInspection>) =>
    troubles(await storeLines({ ...fine, ...part }, () => 1000));

  it('is fine, or says what is not', async () => {
    expect(await of({})).toEqual([]);
    expect(await of({ now: async () => 8000 })).toEqual(['warn clock']);
    expect(await of({ now: async () => -300_000 })).toEqual(['fail clock']);
    expect(await of({ migrations: async () => ({ known: 3, missing: ['3 noise'] }) })).toEqual([
      'fail tables',
    ]);
    expect(await of({ audits: async () => ({ found: 2, last: 5 }) })).toEqual(['warn audit']);
    const many = async () => [{ table: 'profiles', rows: 5, bytes: 1, parts: 5000 }];
    expect(await of({ tables: many })).toEqual(['warn parts']);
  });

  it('is not blamed for the time an answer takes', async () => {
    let now = 0;
    const slow = { ...fine, now: async () => (now += 30_000) - 15_000 };
    expect(troubles(await storeLines(slow, () => now))).toEqual([]);
  });
});

describe('sources', () => {
  const options = { name: 'payloads', brokers: ['b:9092'], group: 'leeway' } as unknown as KafkaOptions;
  const fine: KafkaState = {
    brokers: 3,
    topics: [{ topic: 't', partitions: 2, lag: 7 }],
    missing: [],
    group: { state: 'Stable', members: 2 },
    refused: [],
  };
  const of = async (part: Partial<KafkaState>) =>
    troubles(await kafkaLines([options], async () => ({ ...fine, ...part })));

  it.each([
    [{}, []],
    [{ missing: ['x'] }, ['warn topics']],
    [{ topics: [] }, ['warn topics']],
    [{ refused: ['topic t: not authorised'] }, ['fail permission']],
    [{ topics: [{ topic: 't', partitions: 1, lag: 1e6 }] }, ['warn lag']],
    [{ group: { state: 'Empty', members: 0 } }, ['warn group']],
    [{ group: { state: 'PreparingRebalance', members: 3 } }, ['warn group']],
  ])('%j', async (part, expected) => expect(await of(part)).toEqual(expected));

  it('say which brokers do not answer, and why', async () => {
    const lines = await kafkaLines([options], () => Promise.reject(new Error('connection refused')));
    expect(lines).toMatchObject([
      { area: 'source payloads', level: 'fail', text: 'b:9092: connection refused' },
    ]);
  });

  it('of a broker that is not there are told within seconds', async () => {
    const real = {
      ...options,
      brokers: ['127.0.0.1:9'],
      clientId: 'leeway',
      topics: ['t'],
      pattern: null,
      security: {},
    };
    const lines = await kafkaLines([real as unknown as KafkaOptions]);
    expect(troubles(lines)).toEqual(['fail brokers']);
    expect(lines[0]!.text).toMatch(/127\.0\.0\.1:9/);
  });
});

describe('models and jobs', () => {
  const hour = 3_600_000;
  const fine: WorkFacts = {
    now: 100 * hour,
    streams: [{ model: 'churn', environment: 'prod', lastSeen: 99 * hour }],
    models: { known: 180, most: 200 },
    lastDay: { rows: 1000, rejects: 0 },
    jobs: [{ job: 'profile', model: '', outcome: 'done', detail: '', started: 100 * hour }],
    unready: [],
    clockStep: 0,
  };
  const of = (part: Partial<WorkFacts>) => troubles(workLines({ ...fine, ...part }));

  it.each([
    [{}, []],
    [{ streams: [] }, ['warn rows']],
    [{ streams: [{ model: 'churn', environment: 'prod', lastSeen: 0 }] }, ['warn silent']],
    [{ models: { known: 181, most: 200 } }, ['warn number']],
    [{ lastDay: { rows: 990, rejects: 10 } }, ['warn rejects']],
    [{ lastDay: { rows: 0, rejects: 10 } }, ['fail rejects']],
    [{ jobs: [{ ...fine.jobs[0]!, outcome: 'failed', detail: 'no memory' }] }, ['fail last runs']],
    [{ jobs: [{ ...fine.jobs[0]!, started: 90 * hour }] }, ['warn last runs']],
    [{ jobs: [] }, []],
    [{ unready: ['the store is away'] }, ['fail ready']],
    [{ clockStep: -300_000 }, ['warn clock']],
  ])('%j', (part, expected) => expect(of(part)).toEqual(expected));

  it('count the places of models as the intake does, whatever rows are left', () => {
    const text = (known: number) =>
      workLines({ ...fine, models: { known, most: 200 } }).find(({ check }) => check === 'number')?.text;
    expect(text(180)).toBe('180 of 200 model streams (limits.autoModels)');
    expect(text(200)).toBe('200 of 200 model streams (limits.autoModels): rows of new ones are refused');
  });
});

describe('receivers', () => {
  const guard = createTargetGuard(['10.1.0.0/16', 'trainer.internal']);
  const resolve = async (host: string) => {
    if (host === 'gone.example.org') throw Object.assign(new Error('x'), { code: 'ENOTFOUND' });
    return host === 'inner.example.org' ? ['93.184.216.34', '10.2.0.1'] : ['93.184.216.34'];
  };
  const of = async (url: string) => {
    const [line] = await targetLines([{ name: 'ops', url }], { guard, deep: false, resolve });
    expect(line!.text).not.toContain('token');
    return `${line!.level} ${line!.text}`;
  };

  it('must resolve to addresses that may be called; their paths are not shown', async () => {
    expect(await of('https://hooks.example.org/token')).toBe(
      'ok hooks.example.org resolves to 93.184.216.34',
    );
    expect(await of('https://gone.example.org/token')).toBe(
      'fail gone.example.org does not resolve (ENOTFOUND)',
    );
    expect(await of('https://inner.example.org/token')).toMatch(/^fail inner.example.org leads to 10.2.0.1/);
    expect(await of('http://169.254.169.254/token')).toMatch(/^fail 169.254.169.254 is not a public/);
    expect(await of('smtp://mail.example.org:587')).toBe('ok mail.example.org:587 resolves to 93.184.216.34');
    expect(await of('smtp://10.2.0.1:25')).toMatch(/^fail 10.2.0.1 is not a public/);
  });

  it('are knocked at only when asked to', async () => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      response.writeHead(request.url === '/bad' ? 503 : 405).end();
    });
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const open = createTargetGuard(['127.0.0.1']);
    const ask = async (path: string, deep: boolean) => {
      const target = { name: 'ops', url: `http://127.0.0.1:${port}${path}` };
      return (await targetLines([target], { guard: open, deep }))[0]!;
    };
    expect((await ask('/ok', false)).level).toBe('ok');
    expect(seen).toEqual([]);
    expect(await ask('/ok', true)).toMatchObject({
      level: 'ok',
      text: expect.stringContaining('answered 405'),
    });
    expect((await ask('/bad', true)).level).toBe('warn');
    expect(seen).toEqual(['HEAD /ok', 'HEAD /bad']);
    await new Promise(done => server.close(done));
    expect((await ask('/ok', true)).level).toBe('fail');
  });
});

describe('settings', () => {
  it('lists what is not the default, without secrets, and judges the address', () => {
    const secrets = [`whsec_${Buffer.alloc(24, 7).toString('base64')}`];
    const channels = [{ name: 'ops', url: 'https://h.example.org/x', secrets }];
    const config = loadConfig(null, { channels: channels as never }, {});
    expect(changedSettings(config).map(({ name, value }) => `${name}=${value}`)).toEqual([
      'channels[ops].name=ops',
      'channels[ops].url=https://h.example.org/...',
      'channels[ops].secrets=["<secret>"]',
      'channels[ops].type=webhook',
    ]);
    expect(troubles(settingLines(config, { keys: false }))).toEqual([]);
    const open = loadConfig(null, { listen: { host: '0.0.0.0' } }, {});
    expect(troubles(settingLines(open, { keys: false }))).toEqual(['fail address']);
    expect(troubles(settingLines(open, { keys: true }))).toEqual(['warn address']);
  });
});

describe('without a service', () => {
  const ask = (yaml: string) => {
    const config = join(directory, 'leeway.yaml');
    writeFileSync(config, yaml);
    const data = join(directory, 'none');
    return localReport({ version: '1', configs: [config], data, environment: {}, deep: false });
  };

  it('opens nothing that locks, and says so', async () => {
    const { lines } = await ask('log: {level: warn}');
    expect(troubles(lines)).toEqual([]);
    expect(lines.find(({ area }) => area === 'store')?.text).toContain('not opened');
  });

  it('tells of a wrong configuration and a server that is away', async () => {
    expect(troubles((await ask('log: {level: loud}')).lines)).toEqual(['fail configuration']);
    expect(troubles((await ask('clickhouse: {url: "http://127.0.0.1:9"}')).lines)).toEqual([
      'fail reachable',
    ]);
  });
});

it('says lengths and sizes as people do', () => {
  expect([0, 1536, 5 * 1024 ** 3].map(bytesText)).toEqual(['0 B', '1.5 KiB', '5 GiB']);
  expect([500, 90_000, 600_000, 36e5 * 30, 864e5 * 9].map(ageText)).toEqual([
    '1 s',
    '90 s',
    '10 min',
    '30 h',
    '9 days',
  ]);
});
