import type { Command } from 'commander';
import type { Simulation } from '../../app/simulate/simulation.ts';
import { defaultFeatures } from '../../simulate/feature.ts';
import { type AddCommand, examples, serviceCommand, wholeNumber } from '../command.ts';
import type { CliContext } from '../context.ts';
import { Outcome } from '../outcome.ts';
import { createRunFiles } from '../simulate-files.ts';
import { createRunLine } from '../simulate-line.ts';
import { requestOf, type SimulateOptions } from '../simulate-request.ts';
import { simulationJson, simulationText } from '../simulate-text.ts';

/** Exit code of a run beyond a limit. */
const beyond = 3;

const list = (value: string, before: readonly string[] = []) => [...before, value];

/** `leeway simulate`: traffic to try Leeway with. */
export const simulate: AddCommand = (program, context) => {
  const command = serviceCommand(
    'simulate',
    'send made-up or recorded traffic, with drift and faults as told',
  );
  targetOptions(command);
  loadOptions(command);
  dataOptions(command);
  faultOptions(command);
  command.addHelpText(
    'after',
    `${examples(
      'leeway simulate --users 50 --spawn-rate 5 --run-time 5m --rate 200',
      'leeway simulate --event-speed 3600 --from 14d --drift shift:age:0.5sd@60%',
      "leeway simulate --to memory --event-speed 86400 --rate 3000 --drift 'missing:income:30%@70%'",
      'leeway simulate --to kafka --brokers 127.0.0.1:9092 --topic churn --rate 5000 --run-time 1m',
      'leeway simulate --file rows.ndjson --model churn --once --limit p95=50ms --limit failures=1%',
    )}\nA drift is KIND:FEATURES[:AMOUNT]@FROM[..TO][~RAMP]: kinds shift, scale, missing, new-category, vanished;\nmoments 60% (of the run), 2h (of event time) or a time. docs/simulate.md tells all.\n`,
  );
  command.action((options: SimulateOptions) => run(context, options));
  program.addCommand(command);
};

function targetOptions(command: Command): void {
  command
    .option('--to <target>', 'http (a running service), kafka, or memory (a service in this process)', 'http')
    .option('--brokers <list>', 'Kafka: addresses host:port with commas between')
    .option('--topic <name>', 'Kafka: the topic; it must be there')
    .option('--config <file>', 'Kafka: configuration with the source named by --source')
    .option('--source <name>', 'Kafka: send to what this source of the configuration reads')
    .option('--compression <codec>', 'Kafka: none or gzip', 'none')
    .option('--keep <directory>', 'memory: data directory that stays afterwards (default: a temporary one)');
}

function loadOptions(command: Command): void {
  command
    .option(
      '-u, --users <number>',
      'senders at once, each with one request under way',
      wholeNumber(1, 100_000),
      10,
    )
    .option('-r, --spawn-rate <number>', 'users that begin in a second (default: all)')
    .option('--rate <number>', 'payloads a second of all users together, or max', '200')
    .option(
      '-t, --run-time <duration>',
      'e.g. 300s, 5m, 1h30m (default: until Ctrl-C, or the present is reached)',
    )
    .option('--stop-timeout <duration>', 'how long the end waits for what is late', '30s')
    .option('--batch <number>', 'payloads of a request (default: 1 by HTTP)', wholeNumber(1, 10_000))
    .option('--event-speed <number>', 'event time against the clock; 3600 is an hour a second', '1')
    .option('--from <moment>', 'event time of the first payload: a time, or a duration ago')
    .option('--seed <number>', 'the same seed gives the same payloads', wholeNumber(0, 4_294_967_295), 1)
    .option(
      '--limit <name=bound>',
      'exit with 3 beyond it: p50, p90, p95, p99, max, failures, rejected, rate',
      list,
    )
    .option('--csv <prefix>', 'write PREFIX_stats.csv, PREFIX_history.csv and PREFIX_failures.csv');
}

function dataOptions(command: Command): void {
  command
    .option('--model <name>', 'name of the model (default: simulated)')
    .option('--model-version <name>', 'version of the model', '')
    .option('--environment <name>', 'environment', '')
    .option('--file <file>', 'replay NDJSON, CSV or Parquet rows instead of the synthetic model')
    .option('--once', 'end after the last row of the file')
    .option(
      '--feature <spec>',
      `a feature of the synthetic model, instead of ${defaultFeatures.join(' ')}`,
      list,
    )
    .option('--season <share>', 'how much traffic swings over the day', '0')
    .option('--value-season <number>', 'how much values swing over the day, standard deviations', '0')
    .option('--latency <shape>', 'median and 99th percentile of latency_ms', '40ms:250ms')
    .option('--latency-step <spec>', 'latencies so many times as long from a moment on, e.g. x3@60%');
}

function faultOptions(command: Command): void {
  command
    .option('--drift <spec>', 'a change of the data, e.g. shift:age:0.5sd@60%; may be repeated', list)
    .option('--errors <share>', 'inferences of status 500', '0')
    .option('--corrupted <share>', 'payloads that cannot be read', '0')
    .option('--duplicates <share>', 'payloads sent twice', '0')
    .option('--out-of-order <share:delay>', 'payloads up to so much late, e.g. 0.05:10m')
    .option('--health-checks <share>', 'requests that are no inferences', '0')
    .option('--labels <share:delay>', 'labels sent later, e.g. 0.8:1h');
}

async function run(context: CliContext, options: SimulateOptions): Promise<void> {
  const request = await requestOf(context, options);
  // The engine and the clients are loaded only here.
  const { runSimulation } = await import('../../app/simulate/index.ts');
  const { signal, release } = stopSignal(context);
  const line = createRunLine(context);
  const files = createRunFiles(options.csv);
  let simulation: Simulation;
  try {
    simulation = await runSimulation(request, {
      clock: context.clock,
      elapsed: () => performance.now(),
      signal,
      begins: line.begins,
      everySecond: now => {
        line.update(now);
        files.second(now, context.clock.now());
      },
    });
  } finally {
    line.stop();
    release();
  }
  files.end(simulation);
  const json = () => JSON.stringify(simulationJson(simulation), null, 2);
  context.terminal.out(options.json === true ? json() : simulationText(context, simulation, request));
  if (simulation.limits.some(limit => !limit.held)) throw new Outcome(beyond);
}

/** The first signal ends the run with its table, the second ends the process. */
function stopSignal({ signals, terminal, exit }: CliContext) {
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) return exit(130);
    terminal.err('Stopping: answers under way are waited for; once more ends it at once.');
    stop.abort(new Error('stopped'));
  };
  signals.on('SIGINT', onSignal);
  signals.on('SIGTERM', onSignal);
  return {
    signal: stop.signal,
    release: () => {
      signals.off('SIGINT', onSignal);
      signals.off('SIGTERM', onSignal);
    },
  };
}
