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
