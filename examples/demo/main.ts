/**
 * `npm run demo`: a published data set replayed with event times of the last six weeks. Leeway learns a baseline, stays
 * quiet, catches the change, orders a retraining, takes the new model's baseline, and the alert resolves.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { type App, startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/schema.ts';
import { Secret } from '../../src/config/secret.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { changeRow, loanRows, totalRows } from './data.ts';
import { type KafkaLine, openKafkaLine } from './kafka.ts';
import { createProgressLine, type ProgressLine } from './progress.ts';
import { createDemoReplay } from './replay.ts';
import { report } from './report.ts';
import { createStory } from './story.ts';
import { startTrainer, type TrainerProcess } from './trainer-process.ts';

const model = 'car-loan';
const environment = 'prod';
const hour = 3_600_000;
const days = 42;
interface Options {
  readonly exit: boolean;
  readonly kafka: boolean;
  readonly port: string;
}

const options = new Command('npm run demo --')
  .description(
    'Replay six weeks of car-loan decisions with a real change in them, and watch Leeway deal with it.',
  )
  .option('--exit', 'end when it is done; exit code 0 only if every step happened', false)
  .option('--kafka', 'go through a real Kafka broker (Java and Maven, or KAFKA_BROKERS)', false)
  .option('--port <port>', 'port of the page; 0 takes any free one', '8080')
  .addHelpText(
    'after',
    '\nExamples:\n  npm run demo\n  npm run demo -- --exit\n  npm run demo -- --kafka --port 0',
  )
  .parse()
  .opts<Options>();

const started = performance.now();
const seconds = (since: number) => (performance.now() - since) / 1000;
const endings: (() => unknown)[] = [];

run().catch(async (error: Error & { advice?: string }) => {
  console.error(`demo: ${error.message}`);
  if (error.advice !== undefined) console.error(error.advice);
  await end(1);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void end(options.exit ? 130 : 0));

async function run(): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'leeway-demo-'));
  endings.push(() => rmSync(data, { recursive: true, force: true }));
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const trainer = await startTrainer(secret);
  endings.push(() => trainer.stop());
  const line = createProgressLine(totalRows);
  const kafka = options.kafka ? await openKafkaLine(line) : null;
  if (kafka !== null) endings.push(() => kafka.stop());
  const config = loadConfig(null, {
    data,
    listen: { host: '127.0.0.1', port: Number(options.port) },
    // Event times lie weeks back: raw rows and 5-minute profiles must outlive them.
    retention: { rawDays: 90, fiveMinuteDays: 90 },
    outbound: { allow: [new URL(trainer.url).host] },
    retraining: { url: `${trainer.url}/retrain`, secrets: [new Secret(secret)] },
    sources: kafka?.sources ?? [],
  });
  const replayed = performance.now();
  const { app, replay, from, to } = await play({ config, trainer, line, kafka });
  line.stop();
  const { text, complete } = await report({
    app,
    model,
    environment,
    from,
    to,
    change: from + ((to - from) * changeRow) / totalRows,
    rows: replay.rowsStored,
    replaySeconds: seconds(replayed),
    seconds: seconds(started),
  });
  console.log(text);
  console.log(complete ? 'Every step happened.' : 'Not every step happened: see the lines marked NO.');
  if (options.exit) return end(complete ? 0 : 1);
  console.log(`The page is at ${app.url}/#/models/${model} ; Ctrl-C ends the demo.`);
}

/** Starts Leeway and replays everything through it. */
async function play(of: {
  readonly config: Config;
  readonly trainer: TrainerProcess;
  readonly line: ProgressLine;
  readonly kafka: KafkaLine | null;
}) {
  const { config, trainer, line, kafka } = of;
  const to = Math.floor(systemClock.now() / hour) * hour;
  const from = to - days * 24 * hour;
  const story = createStory({ model, line, trainer });
  // The replay is started by the service that it needs.
  let up: (app: App) => void = () => undefined;
  const running = new Promise<App>(resolve => {
    up = resolve;
  });
  const replay = createDemoReplay({
    from,
    to,
    rows: async function* () {
      yield* loanRows((await running).storage.database);
    },
    toRecord: (row, time) => story.score(row, time),
    gate: async time => {
      const app = await running;
      await kafka?.consumed(app, replay.rowsStored);
      await app.settle();
      await story.look(app, time, replay.rowsStored);
    },
  });
  const app = await startApp(config, {
    logs: 'silent',
    runClock: { kind: 'event', now: () => replay.eventTime },
    sources: kafka === null ? [replay] : [],
  });
  endings.push(() => app.stop());
  await post(`${app.url}/v1/models/${model}/arm`, { armed: true, by: 'demo' });
  line.say(`page: ${app.url}/#/models/${model}`);
  up(app);
  if (kafka !== null) await replay.start(kafka.intake);
  await Promise.race([replay.done, app.failed]);
  if (replay.state !== 'finished') await app.failed;
  return { app, replay, from, to };
}

/** Ends what was started, newest first, then the process. */
async function end(code: number): Promise<void> {
  for (const ending of endings.reverse()) await ending();
  process.exit(code);
}

async function post(url: string, body: Record<string, unknown>): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
}
