import type { SimulateRequest, Target } from '../app/simulate/request.ts';
import { LeewayError } from '../lib/errors.ts';
import { parseDrift } from '../simulate/drift.ts';
import { durationOf, parseDuration } from '../simulate/duration.ts';
import { defaultFeatures } from '../simulate/feature.ts';
import { parseLatency, parseLatencyStep } from '../simulate/latency-shape.ts';
import { defaultLimits, parseLimit } from '../simulate/limits.ts';
import { timeOf } from '../simulate/moment.ts';
import { parseShare } from '../simulate/share.ts';
import type { CliContext } from './context.ts';
import { connect, type ServiceOptions } from './service.ts';

/** The command line, as it is written. */
export interface SimulateOptions extends ServiceOptions {
  readonly to: string;
  readonly brokers?: string;
  readonly topic?: string;
  readonly config?: string;
  readonly source?: string;
  readonly compression: string;
  readonly keep?: string;
  readonly users: number;
  readonly spawnRate?: string;
  readonly rate: string;
  readonly runTime?: string;
  readonly stopTimeout: string;
  readonly batch?: number;
  readonly eventSpeed: string;
  readonly from?: string;
  readonly seed: number;
  readonly limit?: readonly string[];
  readonly csv?: string;
  readonly model?: string;
  readonly modelVersion: string;
  readonly environment: string;
  readonly file?: string;
  readonly once?: boolean;
  readonly feature?: readonly string[];
  readonly season: string;
  readonly valueSeason: string;
  readonly latency: string;
  readonly latencyStep?: string;
  readonly drift?: readonly string[];
  readonly errors: string;
  readonly corrupted: string;
  readonly duplicates: string;
  readonly outOfOrder?: string;
  readonly healthChecks: string;
  readonly labels?: string;
}

/** What is to be run. @throws LeewayError LW_USAGE naming the option, or what keeps the target from being found. */
export async function requestOf(context: CliContext, options: SimulateOptions): Promise<SimulateRequest> {
  const { file = null, once = false } = options;
  if (once && file === null) throw bad('--once', 'ends at the last row of a --file');
  if (file !== null && options.feature !== undefined)
    throw bad('--feature', 'describes the synthetic model, and --file replaces it');
  const disorder = disorderOf(options);
  const { corrupted, duplicates, healthChecks } = disorder;
  if (corrupted + duplicates + healthChecks > 1)
    throw bad('--corrupted, --duplicates and --health-checks', 'are more than all payloads together');
  const request = {
    ...loadOf(context, options),
    seed: options.seed,
    // Rows of a file may name their models themselves.
    model: options.model ?? (file === null ? 'simulated' : ''),
    version: options.modelVersion,
    environment: options.environment,
    file,
    once,
    features: options.feature ?? defaultFeatures,
    season: within('--season', parseShare(options.season), 0.9),
    valueSeason: number('--value-season', options.valueSeason, 0),
    drifts: (options.drift ?? []).map(parseDrift),
    disorder,
    latency: parseLatency(options.latency),
    latencyStep: options.latencyStep === undefined ? null : parseLatencyStep(options.latencyStep),
    limits: limitsOf(options.limit ?? []),
  };
  return { ...request, target: await targetOf(context, options) };
}

function loadOf({ clock }: CliContext, options: SimulateOptions) {
  const rate = options.rate === 'max' ? Number.POSITIVE_INFINITY : number('--rate', options.rate, 0.001);
  const { users, spawnRate, batch = null } = options;
  return {
    users,
    spawnRate: spawnRate === undefined ? Number.POSITIVE_INFINITY : number('--spawn-rate', spawnRate, 0.001),
    rate,
    batch,
    runTime: options.runTime === undefined ? null : parseDuration(options.runTime),
    stopTimeout: parseDuration(options.stopTimeout),
    from: options.from === undefined ? null : fromOf(options.from, clock.now()),
    eventSpeed: number('--event-speed', options.eventSpeed, 0.001),
  };
}

function fromOf(text: string, now: number): number {
  const ago = durationOf(text);
  const time = ago === null ? timeOf(text) : now - ago;
  if (time === null) throw bad('--from', 'must be a time (2026-11-21T10:00:00Z) or a duration ago (14d)');
  return time;
}

/** The default limit holds beside others, unless it is one of them. */
function limitsOf(texts: readonly string[]) {
  const given = texts.map(parseLimit);
  return [...defaultLimits.filter(limit => !given.some(other => other.name === limit.name)), ...given];
}

function disorderOf(options: SimulateOptions): SimulateRequest['disorder'] {
  return {
    errors: parseShare(options.errors),
    corrupted: parseShare(options.corrupted),
    duplicates: parseShare(options.duplicates),
    healthChecks: parseShare(options.healthChecks),
    outOfOrder: shareAndDelay(options.outOfOrder),
    labels: shareAndDelay(options.labels),
  };
}

/** Reads `0.05:10m`. */
function shareAndDelay(text: string | undefined): { readonly share: number; readonly delay: number } {
  if (text === undefined) return { share: 0, delay: 0 };
  const [share = '', delay = ''] = text.split(':');
  return { share: parseShare(share), delay: parseDuration(delay) };
}

async function targetOf(context: CliContext, options: SimulateOptions): Promise<Target> {
  const { to, keep = null } = options;
  if (to === 'memory') return { kind: 'memory', keep };
  if (to === 'kafka') return kafkaTarget(context, options);
  if (to !== 'http') throw bad('--to', 'must be http, kafka or memory');
  const service = connect(context, options);
  // Whether anything answers there; a service that is not ready yet puts off what it cannot take.
  await service.readiness();
  const { url, key, certificate } = service;
  return { kind: 'http', url, key, certificate };
}

async function kafkaTarget({ terminal }: CliContext, options: SimulateOptions): Promise<Target> {
  const { brokers, topic, config, source, compression } = options;
  if (compression !== 'none' && compression !== 'gzip') throw bad('--compression', 'must be none or gzip');
  if (source !== undefined && config !== undefined) {
    const { targetOfSource } = await import('../app/simulate/kafka-target.ts');
    const { loadConfig } = await import('../config/load.ts');
    const loaded = loadConfig(config, {}, terminal.environment);
    return { kind: 'kafka', ...targetOfSource(loaded, source, topic ?? null), compression };
  }
  if (brokers === undefined || topic === undefined)
    throw bad('--to kafka', 'needs --brokers and --topic, or --config and --source');
  return { kind: 'kafka', brokers: brokers.split(','), topic, security: {}, compression };
}

function number(option: string, text: string, least: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= least) return value;
  throw bad(option, `must be a number of ${least} or more`);
}

function within(option: string, value: number, most: number): number {
  if (value <= most) return value;
  throw bad(option, `must be at most ${most}`);
}

function bad(option: string, reason: string): LeewayError {
  return new LeewayError('LW_USAGE', `${option} ${reason}.`);
}
