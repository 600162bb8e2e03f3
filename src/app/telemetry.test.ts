import { afterEach, expect, it, vi } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { Secret } from '../config/secret.ts';
import { mintKey } from '../lib/api-key.ts';
import { systemClock } from '../lib/clock.ts';
import { createTelemetry } from './telemetry.ts';

afterEach(() => vi.restoreAllMocks());

it('strikes secrets of the configuration and keys out of every line, whoever wrote them into it', () => {
  const lines: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation(line => lines.push(String(line)) > 0);
  const secrets = [new Secret(`whsec_${Buffer.alloc(32, 1).toString('base64')}`)];
  const config = loadConfig(null, { retraining: { url: 'https://train.example.org', secrets } }, {});
  const { key, id } = mintKey();
  for (const logs of ['json', 'plain'] as const) {
    const telemetry = createTelemetry(config, logs, systemClock);
    const message = `the receiver said: ${secrets[0]!.reveal()} and ${key}`;
    telemetry.problemOccurred({ code: 'LW_TARGET_FAILED', message });
  }
  expect(lines).toHaveLength(2);
  for (const line of lines) {
    expect(line).toContain(`the receiver said: <secret> and lw_${id}_<secret>`);
    expect(line).not.toContain(secrets[0]!.reveal());
  }
});

it('strikes out old secrets after any number of reloads', () => {
  const lines: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation(line => lines.push(String(line)) > 0);
  const configOf = (secret: string) =>
    loadConfig(null, { privacy: { hashKey: new Secret(secret.padEnd(32, '-')) } }, {});
  const config = { ...configOf('first') };
  const listeners: (() => void)[] = [];
  const reload = (next: object = {}) => {
    Object.assign(config, next);
    for (const listener of listeners) listener();
  };
  const telemetry = createTelemetry(config, 'json', systemClock, listener => void listeners.push(listener));
  const say = (...secrets: string[]) => {
    const message = secrets.map(secret => secret.padEnd(32, '-')).join(' ');
    telemetry.problemOccurred({ code: 'LW_TARGET_FAILED', message });
    return (JSON.parse(lines.at(-1)!) as { msg: string }).msg;
  };
  reload(configOf('second'));
  reload(configOf('third'));
  // What is wrapped once more with every reload ends in a stack that is too deep.
  for (let i = 0; i < 20_000; i++) reload();
  expect(say('first', 'second', 'third')).toBe('<secret> <secret> <secret>');
  // Of secrets that were replaced the latest 200 are remembered, and the present ones always.
  for (let i = 0; i <= 200; i++) reload(configOf(`next ${i}`));
  expect(say('third', 'next 0', 'next 200')).toBe(`${'third'.padEnd(32, '-')} <secret> <secret>`);
});
