import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { finding, inference } from '../../test/twins/telemetry.ts';
import type { Transition } from '../domain/alert.ts';
import type { Finding, JudgedWindow } from '../domain/finding.ts';
import type { Order } from '../domain/order.ts';
import { rejectReasons } from '../domain/reject.ts';
import { createManualClock } from '../lib/clock.ts';
import { metricsPage } from './catalogue.ts';
import { eventNames } from './handlers.ts';
import { createLogger } from './logger.ts';
import { createPublisher } from './publisher.ts';

function setup(options: { mostModels?: number; mostSubjects?: number } = {}) {
  const lines: string[] = [];
  const logger = createLogger({ level: 'debug', pretty: false, write: line => void lines.push(line) });
  const registry = new Registry();
  const clock = createManualClock(1_700_000_000_000);
  const publisher = createPublisher({ registry, logger, clock, processMetrics: false, ...options });
  /** The value of a series, undefined when it is not there. */
  const value = async (name: string, labels: Record<string, string> = {}) => {
    const wanted = Object.entries(labels).map(([k, v]) => `${k}="${v}"`);
    const line = (await publisher.metrics())
      .split('\n')
      .find(l => (l.startsWith(`${name}{`) || l.startsWith(`${name} `)) && wanted.every(w => l.includes(w)));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  };
  return { publisher, registry, lines, value };
}

const judged = (findings: Finding[], over: Partial<JudgedWindow> = {}): JudgedWindow => ({
  model: 'churn',
  environment: 'prod',
  windowStart: 3600,
  windowSeconds: 3600,
  generation: 1n,
  findings,
  ...over,
});

const age = { model: 'churn', environment: 'prod', check: 'drift', subject: 'feature:age', window: '1h' };

describe('requests', () => {
  it('counts rows, errors and latency by model and version', async () => {
    const { publisher, value } = setup();
    const inferences = [
      inference(),
      inference({ status: 503 }),
      inference({ error: 'timeout' }),
      inference({ version: '4' }),
    ];
    publisher.batchStored({ inferences, labels: 2, seconds: 0.1 });
    const labels = { model: 'churn', environment: 'prod', version: '3' };
    expect(await value('leeway_requests_total', labels)).toBe(3);
    expect(await value('leeway_request_errors_total', labels)).toBe(2);
    expect(await value('leeway_request_errors_total', { ...labels, version: '4' })).toBe(0);
    expect(await value('leeway_request_duration_seconds_count', labels)).toBe(3);
    expect(await value('leeway_request_duration_seconds_bucket', { ...labels, le: '0.025' })).toBe(0);
    expect(await value('leeway_request_duration_seconds_bucket', { ...labels, le: '0.05' })).toBe(3);
    expect(await value('leeway_request_size_bytes_count', labels)).toBe(0);
    expect(await value('leeway_rows_stored_total', { source: 'http' })).toBe(4);
    expect(await value('leeway_labels_stored_total')).toBe(2);
  });

  it('keeps series bounded and counts what it kept out', async () => {
    const { publisher, registry, value } = setup({ mostModels: 3 });
    const inferences = Array.from({ length: 500 }, (_, i) =>
      inference({ model: `m${i % 50}`, version: String(i) }),
    );
    publisher.batchStored({ inferences, labels: 0, seconds: 0 });
    const series = (await registry.metrics()).split('\n').filter(l => l.startsWith('leeway_requests_total{'));
    expect(series.length).toBeLessThanOrEqual(3 * 21 + 1);
    expect(await value('leeway_series_refused_total', { label: 'model' })).toBeGreaterThan(0);
    const total = series.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    expect(total).toBe(500);
  });
});

describe('findings', () => {
  it('shows the latest window and never goes back to an older one', async () => {
    const { publisher, value } = setup();
    publisher.windowJudged(judged([finding({ effect: 0.3, verdict: 'drift' })], { windowStart: 7200 }));
    publisher.windowJudged(judged([finding({ effect: 0.1 })], { windowStart: 3600, generation: 99n }));
    expect(await value('leeway_finding_effect', age)).toBe(0.3);
    expect(await value('leeway_finding_verdict', { ...age, verdict: 'drift' })).toBe(1);
    expect(await value('leeway_window_end_timestamp_seconds', { window: '1h' })).toBe(10_800);
  });

  it('takes a later generation of the same window, and not an earlier one', async () => {
    const { publisher, value } = setup();
    publisher.windowJudged(judged([finding({ effect: 0.1 })], { generation: 5n }));
    publisher.windowJudged(judged([finding({ effect: 0.2 })], { generation: 6n }));
    publisher.windowJudged(judged([finding({ effect: 0.3 })], { generation: 4n }));
    expect(await value('leeway_finding_effect', age)).toBe(0.2);
  });

  it('has exactly one verdict at 1, and drops what is no longer judged or not a number', async () => {
    const { publisher, value } = setup();
    publisher.windowJudged(judged([finding({ verdict: 'drift' }), finding({ subject: 'feature:gone' })]));
    publisher.windowJudged(
      judged([finding({ verdict: 'insufficient', p: Number.NaN })], { windowStart: 7200 }),
    );
    expect(await value('leeway_finding_verdict', { ...age, verdict: 'drift' })).toBe(0);
    expect(await value('leeway_finding_verdict', { ...age, verdict: 'insufficient' })).toBe(1);
    expect(await value('leeway_finding_p_value', age)).toBeUndefined();
    expect(await value('leeway_finding_effect', { ...age, subject: 'feature:gone' })).toBeUndefined();
  });

  it('leaves findings of one version or segment, and subjects beyond the cap, to the tables', async () => {
    const { publisher, value } = setup({ mostSubjects: 1 });
    publisher.windowJudged(
      judged([
        finding(),
        finding({ subject: 'feature:b' }),
        finding({ subject: 'feature:age', version: '2', effect: 9 }),
      ]),
    );
    expect(await value('leeway_finding_effect', age)).toBe(0.01);
    expect(await value('leeway_finding_effect', { ...age, subject: 'feature:b' })).toBeUndefined();
    expect(await value('leeway_series_refused_total', { label: 'subject' })).toBe(1);
  });
});

describe('the other groups', () => {
  it('starts known series at 0', async () => {
    const { publisher, value } = setup();
    publisher.sourceStarted({ source: 'kafka', detail: '' });
    for (const reason of rejectReasons) {
      expect(await value('leeway_rejects_total', { source: 'kafka', reason })).toBe(0);
    }
    expect(await value('leeway_audit_mismatches_total')).toBe(0);
    expect(await value('leeway_orders_total', { kind: 'retrain', state: 'promoted' })).toBe(0);
    expect(await value('leeway_store_up')).toBe(1);
  });

  it('follows sources, the store, jobs and profiles', async () => {
    const { publisher, value } = setup();
    publisher.lagMeasured({ source: 'kafka', partition: 'c/t/0', lag: 7 });
    publisher.lagMeasured({ source: 'kafka', partition: 'c/t/1', lag: 8 });
    publisher.partitionLost({ source: 'kafka', partition: 'c/t/1' });
    publisher.recordRejected({ source: 'kafka', reason: 'bad-time', position: 'p', detail: 'd' });
    publisher.storeFailed({ code: 210, failure: 'retry', attempt: 1, message: 'm' });
    publisher.jobFinished({ job: 'detect', model: 'churn', outcome: 'done', seconds: 2, detail: '' });
    publisher.jobFinished({ job: 'detect', model: 'churn', outcome: 'failed', seconds: 1, detail: '' });
    publisher.bucketsProfiled({
      model: 'churn',
      environment: 'prod',
      grain: 300,
      buckets: 4,
      rows: 40,
      seconds: 1,
      due: 2,
    });
    publisher.auditFinished({ buckets: 10, mismatches: 1 });
    expect(await value('leeway_source_lag_records', { partition: 'c/t/0' })).toBe(7);
    expect(await value('leeway_source_lag_records', { partition: 'c/t/1' })).toBeUndefined();
    expect(await value('leeway_rejects_total', { source: 'kafka', reason: 'bad-time' })).toBe(1);
    expect(await value('leeway_store_up')).toBe(0);
    expect(await value('leeway_job_last_success_timestamp_seconds', { job: 'detect' })).toBe(1_700_000_000);
    expect(await value('leeway_job_runs_total', { job: 'detect', outcome: 'failed' })).toBe(1);
    expect(await value('leeway_due_buckets', { grain: '300' })).toBe(2);
    expect(await value('leeway_audit_mismatches_total')).toBe(1);
    publisher.storeRecovered({ seconds: 3 });
    expect(await value('leeway_store_up')).toBe(1);
    publisher.storeFailed({ code: 236, failure: 'fatal', attempt: 1, message: 'm' });
    expect(await value('leeway_store_up')).toBe(0);
  });

  it('says that a source is paused until it goes on, also when it joins its group again meanwhile', async () => {
    const { publisher, value } = setup();
    const paused = () => value('leeway_source_paused', { source: 'kafka' });
    publisher.sourceStarted({ source: 'kafka', detail: '' });
    expect(await paused()).toBe(0);
    publisher.sourcePaused({ source: 'kafka', reason: 'the store is away' });
    publisher.sourceStarted({ source: 'kafka', detail: '' });
    expect(await paused()).toBe(1);
    publisher.sourceResumed({ source: 'kafka' });
    expect(await paused()).toBe(0);
  });

  it('follows alerts, deliveries and orders', async () => {
    const { publisher, value, lines } = setup();
    const transition = {
      id: 't',
      model: 'churn',
      environment: 'prod',
      policy: 'default',
      to: 'firing',
      reason: 'drift',
      body: 'B0DY',
      memory: 'MEM',
    };
    publisher.alertChanged(transition as unknown as Transition);
    publisher.deliveryAttempted({
      message: 'm',
      endpoint: 'ops',
      attempt: 1,
      at: 0,
      outcome: 'retry',
      status: 500,
      detail: '',
      durationSeconds: 0.2,
      next: 1,
    });
    publisher.orderChanged({ kind: 'retrain', state: 'sent', body: 'B0DY', result: '' } as unknown as Order);
    expect(await value('leeway_alert_firing', { model: 'churn', policy: 'default' })).toBe(1);
    expect(await value('leeway_deliveries_total', { endpoint: 'ops', outcome: 'retry' })).toBe(1);
    expect(await value('leeway_deliveries_total', { endpoint: 'ops', outcome: 'done' })).toBe(0);
    expect(await value('leeway_orders_total', { state: 'sent' })).toBe(1);
    publisher.alertChanged({ ...transition, to: 'ok' } as unknown as Transition);
    expect(await value('leeway_alert_firing', { model: 'churn', policy: 'default' })).toBe(0);
    expect(lines.join('')).not.toMatch(/B0DY|MEM/);
  });

  it('counts problems by known codes only', async () => {
    const { publisher, value } = setup();
    publisher.problemOccurred({ code: 'LW_STORE_AWAY', message: 'x' });
    publisher.problemOccurred({ code: 'made up', message: 'x' });
    expect(await value('leeway_problems_total', { code: 'LW_STORE_AWAY' })).toBe(1);
    expect(await value('leeway_problems_total', { code: 'other' })).toBe(1);
  });
});

it('a broken event neither throws nor keeps the others from hearing', async () => {
  const { publisher, lines, value } = setup();
  publisher.lagMeasured({ source: 'k', partition: 'p', lag: 'many' as unknown as number });
  publisher.recordIgnored({ source: 'k', reason: 'tombstone' });
  expect(lines.join('')).toContain('telemetry failed');
  expect(await value('leeway_ignored_total', { source: 'k', reason: 'tombstone' })).toBe(1);
});

it('logs no payload', () => {
  const { publisher, lines } = setup();
  publisher.batchStored({ inferences: [inference()], labels: 0, seconds: 0 });
  expect(lines).toHaveLength(1);
  expect(lines.join('')).not.toContain('4111-private');
});

it('every event is heard by the log', () => {
  const { publisher, lines } = setup();
  const anything = {
    findings: [],
    inferences: [],
    generation: 0n,
    message: 'm',
    mismatches: 0,
    outcome: 'done',
  };
  for (const name of eventNames) {
    const before = lines.length;
    (publisher[name] as (event: unknown) => void)(anything);
    expect(lines.length, name).toBeGreaterThan(before);
  }
});

describe('names and docs', () => {
  it('keeps the naming rules', () => {
    const { registry } = setup();
    for (const metric of registry.getMetricsAsArray()) {
      expect(metric.name).toMatch(/^leeway_[a-z0-9_]+$/);
      expect(metric.name).not.toMatch(/_(ms|milliseconds|kb|percent)$/);
      const { type } = metric as unknown as { type?: string };
      if (metric.constructor.name === 'Counter' || type === 'counter') expect(metric.name).toMatch(/_total$/);
    }
  });

  // `npx vitest run src/publish -u` writes it anew.
  it('docs/metrics.md is what the registry holds', async () => {
    const { registry } = setup();
    await expect(await metricsPage(registry)).toMatchFileSnapshot('../../docs/metrics.md');
  });
});
