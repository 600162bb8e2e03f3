import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Channel, Endpoint } from '../../src/act/channel.ts';
import { createAlertmanagerChannel } from '../../src/act/channels/alertmanager.ts';
import { type Receiver, startReceiver } from '../../src/act/channels/kit.ts';
import { alertBody } from '../../src/act/channels/samples.ts';
import { createTargetGuard } from '../../src/act/target.ts';
import { createSustain } from '../../src/app/sustain.ts';
import type { Transition } from '../../src/domain/alert.ts';
import { createManualClock, systemClock } from '../../src/lib/clock.ts';

/** The real Alertmanager, which tells a receiver of this machine what it has understood. */
const program = 'prometheus-alertmanager';
const missing = spawnSync(program, ['--version']).error !== undefined;
if (missing && process.env['LEEWAY_REQUIRE_ALERTMANAGER'] === '1')
  throw new Error(`${program} is required and not there`);
if (missing) console.log(`skipped: ${program} is not installed (Debian package of that name)`);

interface Seen {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
}

const directory = mkdtempSync(join(tmpdir(), 'leeway-alertmanager-'));
let port: number;
let running: ChildProcess;
let told: Receiver;
let channel: Channel;
let endpoint: Endpoint;
let model = 0;

describe.skipIf(missing)('Alertmanager', () => {
  beforeAll(async () => {
    [told, port] = await Promise.all([startReceiver(), freePort()]);
    writeFileSync(
      join(directory, 'alertmanager.yml'),
      `route: {receiver: r, group_by: [model], group_wait: 10ms, group_interval: 50ms, repeat_interval: 1h}
receivers: [{name: r, webhook_configs: [{url: "http://127.0.0.1:${told.port}/", send_resolved: true}]}]\n`,
    );
    running = await startAlertmanager('a');
    channel = createAlertmanagerChannel({ guard: createTargetGuard(['127.0.0.1']) });
    const settings = { labels: { team: 'ml' } };
    const url = `http://127.0.0.1:${port}/`;
    endpoint = { name: 'am', kind: 'alertmanager', takes: 'alerts', url, secrets: [], settings };
  }, 30_000);
  beforeEach(() => void model++);
  afterAll(async () => {
    await channel?.close();
    await stop(running);
    await told?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const name = () => `churn <!x> "${model}" {a="b"}\u00fc`;
  const body = (type: string, at: number, since = at - 3_600_000) =>
    alertBody({
      type,
      timestamp: new Date(at).toISOString(),
      data: { model: name(), since: new Date(since).toISOString() },
    });
  const send = (text: string) => channel.send({ id: 'tr_1_am', body: text }, endpoint, systemClock.now());

  it('shows what fires as it was told', async () => {
    const now = systemClock.now();
    expect(await send(body('alert.firing', now))).toMatchObject({ status: 200, detail: '' });
    const [alert] = await shown();
    expect(alert).toMatchObject({
      labels: {
        alertname: 'LeewayAlert',
        model: name(),
        environment: 'prod',
        policy: 'default',
        severity: 'critical',
        team: 'ml',
      },
      startsAt: new Date(now - 3_600_000).toISOString(),
      endsAt: new Date(now + 240_000).toISOString(),
      generatorURL: 'https://leeway.example.org/#/models/churn?environment=prod&policy=default&episode=3',
    });
    expect(alert!.annotations['description']).toContain(
      'effect 0.25 (0.207 to 0.283), tolerance 0.1, 900 rows',
    );
    expect(await nextTold()).toEqual({ status: 'firing', model: name() });
  });

  it('tells its receivers that it was resolved', async () => {
    const now = systemClock.now();
    await send(body('alert.firing', now));
    expect((await nextTold()).status).toBe('firing');
    expect((await send(body('alert.resolved', now + 1, now - 3_600_000))).status).toBe(200);
    expect(await nextTold()).toEqual({ status: 'resolved', model: name() });
    expect(await shown()).toEqual([]);
  });

  it('lets go of what is not told again, and has it back when it is', async () => {
    const now = systemClock.now();
    // Four minutes ago, but for a moment.
    await send(body('alert.firing', now - 240_000 + 400));
    expect((await nextTold()).status).toBe('firing');
    expect((await nextTold()).status).toBe('resolved');
    await send(body('alert.firing', systemClock.now()));
    expect((await nextTold()).status).toBe('firing');
  });

  it('is kept told, also when it has forgotten everything, until a quarter of an hour after the end', async () => {
    const clock = createManualClock(systemClock.now());
    const opened = clock.now();
    const firing = transition(body('alert.firing', opened), { at: opened });
    let stored: readonly Transition[] = [firing];
    const sustain = createSustain({
      alerts: { latest: async () => stored.slice(-1), transitions: async () => stored },
      takenOn: { latest: async () => [] },
      receivers: [{ endpoint, channel }],
      clock,
      events: { problemOccurred: ({ message }) => expect.fail(message) },
    });
    const ends: string[] = [];
    for (let i = 0; i < 3; i++) {
      expect(await sustain.tick()).toBe(1);
      const alerts = await shown();
      expect(alerts).toHaveLength(1);
      ends.push(alerts[0]!.endsAt);
      clock.advance(60_000);
    }
    expect(ends).toEqual([240, 300, 360].map(s => new Date(opened + s * 1000).toISOString()));
    expect((await nextTold()).status).toBe('firing');
    await stop(running);
    running = await startAlertmanager('b');
    expect(await shown()).toEqual([]);
    expect(await sustain.tick()).toBe(1);
    expect(await shown()).toHaveLength(1);
    expect((await nextTold()).status).toBe('firing');
    const over = body('alert.resolved', systemClock.now());
    stored = [firing, transition(over, { from: 'firing', to: 'ok', at: clock.now() })];
    const counts: number[] = [];
    for (let i = 0; i < 20; i++) {
      clock.advance(60_000);
      counts.push(await sustain.tick());
    }
    expect(counts.reduce((sum, n) => sum + n, 0)).toBe(15);
    expect((await nextTold()).status).toBe('resolved');
    expect(await shown()).toEqual([]);
  }, 30_000);

  function transition(text: string, over: Partial<Transition>): Transition {
    return {
      id: 'tr_1',
      model: name(),
      environment: 'prod',
      policy: 'default',
      episode: 3,
      from: 'ok',
      to: 'firing',
      reason: 'opened',
      at: 0,
      windowStart: 0,
      windowSeconds: 3600,
      notify: true,
      severity: 'critical',
      routes: [],
      subjects: [],
      memory: '{}',
      body: text,
      ...over,
    };
  }

  /** Alerts of the present test that fire now. */
  async function shown(): Promise<readonly Seen[]> {
    const response = await fetch(`http://127.0.0.1:${port}/api/v2/alerts`);
    const alerts = (await response.json()) as readonly Seen[];
    return alerts.filter(({ labels }) => labels['model'] === name());
  }

  /** What Alertmanager tells next of the model of the present test. */
  async function nextTold(): Promise<{ readonly status: string; readonly model: string | undefined }> {
    for (;;) {
      const index = told.received.findIndex(
        ({ body: text }) => JSON.parse(text).commonLabels.model === name(),
      );
      if (index >= 0) {
        const [one] = told.received.splice(index, 1);
        const { status, commonLabels } = JSON.parse(one!.body);
        return { status, model: commonLabels.model };
      }
      await new Promise<void>(resolve => {
        told.answer = response => {
          response.end();
          resolve();
        };
      });
    }
  }
});

async function startAlertmanager(data: string): Promise<ChildProcess> {
  const child = spawn(
    program,
    [
      `--config.file=${join(directory, 'alertmanager.yml')}`,
      `--storage.path=${join(directory, data)}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let text = '';
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${program} ended: ${text}`)));
    child.stderr!.on('data', chunk => {
      text += String(chunk);
      if (/Listening on|address=127/.test(text)) resolve();
    });
  });
  return child;
}

async function stop(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.removeAllListeners('error');
  child.kill('SIGKILL');
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const { port: free } = server.address() as { port: number };
  await new Promise(done => server.close(done));
  return free;
}
