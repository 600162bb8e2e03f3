import { execFileSync, spawnSync } from 'node:child_process';
import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { createManualClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/publish/logger.ts';
import { createPublisher } from '../../src/publish/publisher.ts';
import { finding, inference } from '../twins/telemetry.ts';

/** Prometheus's own linter over everything that is exported. */
const missing = spawnSync('promtool', ['--version']).error !== undefined;
if (missing && process.env['LEEWAY_REQUIRE_PROMETHEUS'] === '1')
  throw new Error('promtool is required and not there');
if (missing) console.log('skipped: promtool is not installed (Debian package prometheus)');

describe.skipIf(missing)('promtool check metrics', () => {
  test('has nothing to say about a service that has seen rows, findings and failures', async () => {
    const publisher = createPublisher({
      registry: new Registry(),
      logger: createLogger({ level: 'silent', pretty: false, write: () => undefined }),
      clock: createManualClock(1_700_000_000_000),
      processMetrics: false,
    });
    publisher.batchStored({ inferences: [inference()], labels: 1, seconds: 0.1 });
    publisher.recordRejected({ source: 'kafka', reason: 'not-json', position: 'a/b/0/1', detail: 'x' });
    publisher.lagMeasured({ source: 'kafka', partition: 'c/t/0', lag: 3 });
    publisher.jobFinished({ job: 'detect', model: 'churn', outcome: 'done', seconds: 0.2, detail: '' });
    const found = finding();
    const { model, environment, windowStart, windowSeconds, generation } = found;
    publisher.windowJudged({ model, environment, windowStart, windowSeconds, generation, findings: [found] });
    const page = await publisher.metrics();
    expect(page).toContain('leeway_');
    expect(execFileSync('promtool', ['check', 'metrics'], { input: page, encoding: 'utf8' })).toBe('');
  });
});
