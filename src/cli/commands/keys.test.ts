import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { checkConfig } from '../../config/load.ts';
import { hashOf, parseKey } from '../../lib/api-key.ts';
import { createManualClock } from '../../lib/clock.ts';
import { runCommand } from '../program.ts';
import { serviceKey } from '../service-key.ts';

const folder = mkdtempSync(join(tmpdir(), 'leeway-keys-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let data = '';
let runs = 0;
beforeEach(() => {
  data = join(folder, String(runs++));
});

const now = Date.UTC(2026, 10, 21);

async function keys(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommand(['keys', ...args, '--data', data], {
    terminal: {
      out: text => void out.push(text),
      err: text => void err.push(text),
      interactive: false,
      environment: {},
    },
    startApp: () => Promise.reject(new Error('not started here')),
    signals: new EventEmitter(),
    clock: createManualClock(now),
    fetch,
    exit: () => undefined,
    version: '0.1.0',
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('leeway keys', () => {
  it('prints a key alone, once, and how to go on', async () => {
    const made = await keys('create', '--name', 'ci', '--roles', 'read,ingest');
    expect([made.code, made.out]).toEqual([0, expect.stringMatching(/^lw_\w{10}_\w{32}$/)]);
    expect(made.err).toContain('(ingest, read)');
    expect(made.err).toContain('leeway keys list');
    const { id, secret } = parseKey(made.out)!;
    const kept = readFileSync(join(data, 'keys.json'), 'utf8');
    expect(kept).toContain(hashOf(secret));
    const list = await keys('list');
    expect(list.out).toContain(id);
    for (const text of [made.err, kept, list.out, (await keys('list', '--json')).out])
      expect(text).not.toContain(secret);
  });

  it('gives scripts JSON, with the key where it is made and without its hash', async () => {
    const made = JSON.parse((await keys('create', '--name', 'ci', '--roles', 'admin', '--json')).out);
    expect(made).toMatchObject({
      key: expect.stringMatching(/^lw_/),
      name: 'ci',
      roles: ['admin'],
      expires: null,
    });
    expect(JSON.parse((await keys('list', '--json')).out)).toEqual({
      keys: [expect.objectContaining({ id: made.id, live: true })],
    });
    const revoked = JSON.parse((await keys('revoke', made.key, '--json')).out);
    expect(revoked).toMatchObject({ id: made.id, revoked: now });
    expect(JSON.parse((await keys('list', '--json')).out)).toEqual({ keys: [] });
    expect((await keys('list', '--all')).out).toContain('revoked');
    const none = await keys('list');
    expect(none.out).toContain('the only one is revoked or expired (--all lists them)');
    expect(none.out).toContain('Callers still need a key and get 401');
  });

  it.each([
    ['90d', now + 90 * 86_400_000],
    ['12h', now + 12 * 3_600_000],
    ['2027-01-31', Date.UTC(2027, 0, 31)],
    ['2027-01-31T12:00:00Z', Date.UTC(2027, 0, 31, 12)],
  ])('ends a key after %s', async (text, expires) => {
    const made = await keys('create', '--name', 'ci', '--roles', 'read', '--expires', text, '--json');
    expect(JSON.parse(made.out)).toMatchObject({ expires });
  });

  it('prints an entry that the configuration takes, and keeps nothing', async () => {
    const bounds = ['--expires', '90d', '--requests-per-second', '20', '--body-bytes', '1000'];
    const made = await keys('create', '--name', 'ci', '--roles', 'ingest', '--print-only', ...bounds);
    const entry = made.err.slice(made.err.indexOf('keys:'));
    expect(checkConfig(entry, {})).toEqual([]);
    expect(entry).toContain(hashOf(parseKey(made.out)!.secret));
    expect(entry).toContain('requestsPerSecond: 20, bodyBytes: 1000');
    expect((await keys('list')).out).toContain('leeway keys create');
  });

  it.each([
    [['create', '--roles', 'read']],
    [['create', '--name', 'ci']],
    [['create', '--name', 'ci', '--roles', 'write']],
    [['create', '--name', 'ci', '--roles', '']],
    [['create', '--name', 'a b', '--roles', 'read']],
    [['create', '--name', 'ci', '--roles', 'read', '--expires', 'soon']],
    [['create', '--name', 'ci', '--roles', 'read', '--expires', '2020-01-01']],
    [['create', '--name', 'ci', '--roles', 'read', '--expires', '0d']],
    [['revoke']],
  ])('%j is called wrongly', async args => expect((await keys(...args)).code).toBe(2));

  it('says that there is no such key', async () => {
    const { code, err } = await keys('revoke', 'nobodyhere');
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/`leeway keys list --all --data .*` lists the keys/),
    ]);
    expect(err).not.toContain('leeway models');
  });
});

describe('the key that is sent', () => {
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const none = { keyFile: undefined, local: null, environment: {} };

  it('is that of the file, of this machine, of the environment, in that order', () => {
    const environment = { LEEWAY_API_KEY: 'lw_env', LEEWAY_API_KEY_FILE: file('b', 'lw_b\n') };
    expect(serviceKey({ keyFile: file('a', ' lw_a\n'), local: 'lw_local', environment })).toBe('lw_a');
    expect(serviceKey({ ...none, local: 'lw_local', environment })).toBe('lw_local');
    expect(serviceKey({ ...none, environment })).toBe('lw_env');
    expect(serviceKey({ ...none, environment: { ...environment, LEEWAY_API_KEY: '' } })).toBe('lw_b');
    expect(serviceKey(none)).toBeNull();
  });

  it('is not repeated when it is none', () => {
    const key = `lw_abcdefghij_${'s'.repeat(32)}\r\nx-other: 1`;
    for (const from of [
      { ...none, keyFile: file('c', key) },
      { ...none, environment: { LEEWAY_API_KEY: key } },
    ])
      expect(() => serviceKey(from)).toThrowError(
        expect.objectContaining({ code: 'LW_USAGE', message: expect.not.stringContaining('ssss') }),
      );
    expect(() => serviceKey({ ...none, keyFile: join(folder, 'none') })).toThrowError(
      expect.objectContaining({ code: 'LW_USAGE' }),
    );
  });
});
