import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../config/schema.ts';
import { mintKey, parseKey } from '../lib/api-key.ts';
import { createManualClock } from '../lib/clock.ts';
import { createKey, type KeyOrder, listKeys, makeKey, revokeKey } from './key-desk.ts';
import { openKeys } from './keys.ts';
import { changeKeys, keysFile } from './keys-file.ts';

let data = '';
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'leeway-keys-'));
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

const order: KeyOrder = {
  name: 'ci',
  roles: ['ingest'],
  expires: null,
  requestsPerSecond: null,
  bodyBytes: null,
};
const near = true;
const far = false;

function open(over: { host?: string; keys?: Config['keys']; proxy?: Config['listen']['proxy'] } = {}) {
  const clock = createManualClock(1000);
  const problems: string[] = [];
  const listen: Config['listen'] = {
    host: over.host ?? '127.0.0.1',
    port: 0,
    ...(over.proxy === undefined ? {} : { proxy: over.proxy }),
  };
  const keys = openKeys({
    config: { data, keys: over.keys ?? [], listen, clickhouse: undefined } as never,
    clock,
    problem: e => void problems.push(e.code),
  });
  return { keys, clock, problems };
}

describe('keys of a data directory', () => {
  it('are kept as hashes, for their owner alone, and name neither secret nor key', () => {
    const inner = join(data, 'new');
    const { key, entry } = createKey(inner, order, 5);
    const text = readFileSync(keysFile(inner), 'utf8');
    expect(text).toContain(entry.hash);
    expect(text).not.toContain(parseKey(key)!.secret);
    expect([statSync(keysFile(inner)).mode & 0o777, statSync(inner).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(readdirSync(inner)).toEqual(['keys.json']);
    expect(listKeys(inner)).toEqual([entry]);
  });

  it('two of one name may live while one replaces the other; a third is told what to do', () => {
    const first = createKey(data, order, 1);
    const second = createKey(data, order, 2);
    createKey(data, { ...order, name: 'other' }, 3);
    expect(() => createKey(data, order, 3)).toThrowError(
      expect.objectContaining({
        code: 'LW_CONFLICT',
        message: expect.stringContaining(`leeway keys revoke ${first.entry.id}`),
      }),
    );
    revokeKey(data, first.entry.id, 4);
    createKey(data, order, 5);
    revokeKey(data, second.entry.id, 6);
    // An expired key is no live one either.
    createKey(data, { ...order, expires: 10 }, 7);
    expect(createKey(data, order, 11).entry.name).toBe('ci');
    expect(() => revokeKey(data, 'nobodyhere', 1)).toThrowError(
      expect.objectContaining({ code: 'LW_NOT_FOUND' }),
    );
  });

  it('are changed by one process at a time, and a change that was broken off does not stand in the way', () => {
    createKey(data, order, 1);
    const draft = `${keysFile(data)}.new`;
    writeFileSync(draft, '');
    expect(() => createKey(data, order, 2)).toThrowError(expect.objectContaining({ code: 'LW_CONFLICT' }));
    const old = new Date(Date.now() - 60_000);
    utimesSync(draft, old, old);
    createKey(data, order, 2);
    expect(existsSync(draft)).toBe(false);
    const before = readFileSync(keysFile(data), 'utf8');
    const broken = () => {
      throw new Error('broken');
    };
    expect(() => changeKeys(data, broken)).toThrowError('broken');
    expect([readFileSync(keysFile(data), 'utf8'), existsSync(draft)]).toEqual([before, false]);
  });
});

describe('a running service', () => {
  it('asks for no key on loopback until there is one, then at once and for good', () => {
    const { keys } = open();
    expect(keys.needed()).toBe(false);
    const made = createKey(data, order, 1);
    expect(keys.needed()).toBe(true);
    expect(keys.callerOf(made.key, near)).toEqual({
      key: made.entry.id,
      name: 'ci',
      roles: ['ingest'],
      requestsPerSecond: null,
      bodyBytes: null,
    });
    revokeKey(data, made.entry.id, 2);
    expect(keys.callerOf(made.key, near)).toBeNull();
    expect(keys.needed()).toBe(true);
    rmSync(keysFile(data));
    expect(keys.needed()).toBe(true);
  });

  it('stays shut after a restart when every key has ended', () => {
    const { entry } = createKey(data, order, 1);
    revokeKey(data, entry.id, 2);
    expect(open().keys.needed()).toBe(true);
  });

  it('refuses a key that is wrong, unknown, expired, or another one’s secret', () => {
    const one = createKey(data, { ...order, expires: 2000 }, 1);
    const two = createKey(data, order, 1);
    const { keys, clock } = open();
    expect(keys.callerOf(one.key, near)?.key).toBe(one.entry.id);
    clock.set(2000);
    expect(keys.callerOf(one.key, near)).toBeNull();
    const crossed = `lw_${two.entry.id}_${parseKey(one.key)!.secret}`;
    for (const text of [
      '',
      'lw_',
      crossed,
      two.key.slice(0, -1),
      `${two.key}x`,
      mintKey().key,
      two.entry.hash,
    ])
      expect(keys.callerOf(text, near), text).toBeNull();
    expect(keys.callerOf(two.key, far)?.name).toBe('ci');
  });

  it('takes keys of the configuration beside them, as --print-only prints them', () => {
    const made = makeKey({ ...order, bodyBytes: 7, requestsPerSecond: 3 }, 1);
    const { name, id, hash, roles } = made.entry;
    const entry = { name, id, hash, roles, expires: '2026-01-01', bodyBytes: 7, requestsPerSecond: 3 };
    const { keys, clock } = open({ host: '0.0.0.0', keys: [entry] });
    expect(keys.callerOf(made.key, near)).toMatchObject({ name: 'ci', bodyBytes: 7, requestsPerSecond: 3 });
    clock.set(Date.UTC(2026, 0, 1));
    expect(keys.callerOf(made.key, near)).toBeNull();
  });

  it('heeds a reload that adds a key to the configuration, or takes one away', () => {
    const made = makeKey(order, 1);
    const { name, id, hash, roles } = made.entry;
    const config = { data, keys: [] as Config['keys'], listen: { host: '127.0.0.1', port: 0 } };
    const keys = openKeys({ config: config as never, clock: createManualClock(0), problem: () => undefined });
    expect(keys.needed()).toBe(false);
    config.keys = [{ name, id, hash, roles }];
    expect([keys.needed(), keys.callerOf(made.key, near)?.name]).toEqual([true, 'ci']);
    config.keys = [];
    expect([keys.needed(), keys.callerOf(made.key, near)]).toEqual([true, null]);
  });

  it('keeps the keys it has when the file is damaged, and says so once', () => {
    const made = createKey(data, order, 1);
    const { keys, problems } = open();
    writeFileSync(keysFile(data), '{"version":1,"keys":[{"id":"x"}]}');
    expect([1, 2, 3].map(() => keys.callerOf(made.key, near)?.name)).toEqual(['ci', 'ci', 'ci']);
    expect(problems).toEqual(['LW_KEYS_INVALID']);
    expect(() => open()).toThrowError(expect.objectContaining({ code: 'LW_KEYS_INVALID' }));
    writeFileSync(keysFile(data), 'no json');
    expect(() => open()).toThrowError(expect.objectContaining({ code: 'LW_KEYS_INVALID' }));
  });

  it('lets this machine in by a key of its own, new at every start, and nobody else by it', () => {
    const { keys } = open();
    expect(keys.callerOf(keys.localKey, near)).toMatchObject({ roles: ['admin'] });
    expect(keys.callerOf(keys.localKey, far)).toBeNull();
    expect(open().keys.localKey).not.toBe(keys.localKey);
    expect(open().keys.callerOf(keys.localKey, near)).toBeNull();
  });
});

describe('an address that others can reach', () => {
  it.each(['0.0.0.0', '::', '192.168.1.2'])('%s needs a live key, and the refusal is a command', host => {
    const refused = expect.objectContaining({
      code: 'LW_LISTEN_REFUSED',
      message: expect.stringContaining(`leeway keys create --name admin --roles admin --data ${data}`),
    });
    expect(() => open({ host })).toThrowError(refused);
    const { entry } = createKey(data, order, 1);
    expect(open({ host }).keys.needed()).toBe(true);
    revokeKey(data, entry.id, 2);
    expect(() => open({ host })).toThrowError(refused);
  });

  it('a proxy that names users means that somebody has to be named', () => {
    const proxy = { addresses: ['127.0.0.1'], header: 'x-user', roles: ['read'] as const };
    expect(open({ proxy: { ...proxy, roles: ['read'] } }).keys.needed()).toBe(true);
  });
});
