import type { Activation } from '../domain/baseline.ts';
import type { Finding, Verdict } from '../domain/finding.ts';
import type { ModelDetail, ModelReader, ModelSummary } from '../http/ports.ts';
import { LeewayError } from '../lib/errors.ts';
import { activeBaseline } from '../profile/baselines.ts';
import type { ModelVersion } from '../store/models.ts';
import { summarize } from './baseline-desk.ts';
import { calibrationByLength, checksFrom } from './checks-from.ts';
import { lastSeenOf } from './last-seen.ts';
import type { Storage } from './storage.ts';

export interface ModelReaderDeps {
  readonly storage: Storage;
  /** What a stream without a baseline still needs; '' when it has one. */
  readonly learning: (model: string, environment: string) => string;
  readonly runNow: () => number;
  /** Its share of the fleet's budget depends on which streams there are. */
  readonly budget?: (stream: Stream, all: readonly Stream[]) => NonNullable<ModelDetail['budget']>;
}

interface Stream {
  readonly model: string;
  readonly environment: string;
}

/** What the page and the command line read about models. */
export function createModelReader(deps: ModelReaderDeps): ModelReader {
  const { storage } = deps;
  return {
    list: () => listOf(deps),
    detail: async (model, environment) => {
      const versions = pick(await storage.models.list(model), environment);
      return versions === null ? null : detailOf(deps, versions);
    },
    findings: ({ model, environment, check, subject, windowSeconds, from, to, limit }) =>
      storage.findings.list({
        model,
        limit,
        ...(environment === null ? {} : { environment }),
        ...(check === null ? {} : { check }),
        ...(subject === null ? {} : { subject }),
        ...(windowSeconds === null ? {} : { windowSeconds }),
        ...(from === null ? {} : { from: Math.floor(from / 1000) }),
        ...(to === null ? {} : { to: Math.floor(to / 1000) }),
      }),
    distribution: query => readDistribution(deps, query),
    rows: query => readRows(deps, query),
  };
}

function byStream(versions: readonly ModelVersion[]): ModelVersion[][] {
  return [...groupBy(versions, streamKey).values()];
}

function streamKey({ model, environment }: { readonly model: string; readonly environment: string }): string {
  return JSON.stringify([model, environment]);
}

function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const known = groups.get(keyOf(one));
    if (known === undefined) groups.set(keyOf(one), [one]);
    else known.push(one);
  }
  return groups;
}

/** Versions of one stream: the environment asked for, else the one seen last. */
function pick(versions: readonly ModelVersion[], environment: string | null): ModelVersion[] | null {
  const streams = byStream(versions).sort((a, b) => lastBucket(b) - lastBucket(a));
  return (environment === null ? streams[0] : streams.find(s => s[0]!.environment === environment)) ?? null;
}

function firstSeen(versions: readonly ModelVersion[]): number {
  return Math.min(...versions.map(v => v.firstBucket)) * 1000;
}

function lastBucket(versions: readonly ModelVersion[]): number {
  return Math.max(...versions.map(v => v.lastBucket));
}

/** What is known of all streams, read once for all of them. */
interface Overview {
  readonly activations: ReadonlyMap<string, readonly Activation[]>;
  readonly findings: ReadonlyMap<string, readonly Finding[]>;
  readonly firing: ReadonlySet<string>;
  readonly armed: ReadonlySet<string>;
  readonly lastSeen: ReadonlyMap<string, number>;
}

async function listOf(deps: ModelReaderDeps): Promise<ModelSummary[]> {
  const { storage } = deps;
  const [versions, activations, findings, firing, armed] = await Promise.all([
    storage.models.list(),
    storage.standing.activations(),
    storage.findings.newest(),
    storage.standing.firing(),
    storage.standing.armed(),
  ]);
  const seen = await lastSeenOf(storage, versions, deps.runNow());
  const overview: Overview = {
    activations: groupBy(activations, each => each.model),
    findings: groupBy(findings, streamKey),
    firing: new Set(firing.map(streamKey)),
    armed: new Set(armed),
    lastSeen: new Map(seen.map(each => [streamKey(each), each.lastSeen])),
  };
  return byStream(versions).map(each => summaryOf(deps, each, overview));
}

function summaryOf(
  deps: ModelReaderDeps,
  versions: readonly ModelVersion[],
  overview: Overview,
): ModelSummary {
  const { model, environment } = versions[0]!;
  const key = streamKey({ model, environment });
  const current = overview.findings.get(key) ?? [];
  return {
    model,
    environment,
    versions: versions.map(v => v.version),
    rows: versions.reduce((sum, v) => sum + v.rows, 0),
    firstSeen: firstSeen(versions),
    lastSeen: overview.lastSeen.get(key)!,
    baseline: activeBaseline(overview.activations.get(model) ?? [], '', Infinity),
    learning: deps.learning(model, environment) || null,
    verdict: overall(current),
    firing: overview.firing.has(key),
    worst: worstOf(current),
    armed: overview.armed.has(model),
  };
}

/** What is said of a model as a whole: the first of these that any newest window says. */
const order: readonly Verdict[] = [
  'drift',
  'failed',
  'blind',
  'stable',
  'no-data',
  'insufficient',
  'learning',
];

function overall(findings: readonly Finding[]): Verdict {
  // That a window was read, and how much was in it, is no verdict on the model: one that learns is not stable.
  const judging = findings.filter(
    f =>
      (f.verdict !== 'stable' || !(f.check === 'blind' || f.check === 'volume')) &&
      // Nor that nobody labels what it says.
      (f.verdict === 'drift' || f.check !== 'label_coverage'),
  );
  return order.find(verdict => judging.some(f => f.verdict === verdict)) ?? 'learning';
}

function worstOf(findings: readonly Finding[]): ModelSummary['worst'] {
  const drifted = findings.filter(f => f.verdict === 'drift' && f.tolerance > 0);
  const worst = drifted.sort((a, b) => b.effect / b.tolerance - a.effect / a.tolerance)[0];
  if (worst === undefined) return null;
  const { subject, check, effect, tolerance, windowSeconds, sentence } = worst;
  return { subject, check, effect, tolerance, windowSeconds, sentence };
}

async function budgetOf(
  { storage, budget }: ModelReaderDeps,
  stream: Stream,
): Promise<Pick<ModelDetail, 'budget'>> {
  if (budget === undefined) return {};
  const all = byStream(await storage.models.list()).map(([version]) => version!);
  return { budget: budget(stream, all) };
}

/** Least effect of the drift check that counts as drift (docs/methods/verdicts.md). */
const bodyTolerance = 0.02;

async function detailOf(deps: ModelReaderDeps, versions: readonly ModelVersion[]): Promise<ModelDetail> {
  const { model, environment } = versions[0]!;
  const { baselines } = deps.storage;
  const [list, activations] = await Promise.all([baselines.list(model), baselines.activations(model)]);
  const active = activeBaseline(activations, '', Infinity);
  const current = active === null ? null : await baselines.read(model, active);
  const learning = deps.learning(model, environment) || null;
  return {
    model,
    environment,
    versions: versions.map(v => v.version),
    baselines: summarize(list, activations),
    activations: activations.map(({ model: _, ...activation }) => activation),
    subjects: (current?.subjects ?? []).map(({ binning, aside }) => ({
      subject: binning.subject,
      kind: binning.kind,
      aside,
      tolerance:
        /^(feature:|prediction$|score:)/.test(binning.subject) && aside === '' ? bodyTolerance : Number.NaN,
    })),
    checks: checksFrom(activations, learning, firstSeen(versions)),
    calibration: calibrationByLength(firstSeen(versions), deps.runNow()),
    learning,
    ...(await budgetOf(deps, { model, environment })),
  };
}

/** Rows of the environment asked for, else of the one seen last. */
async function* readRows(deps: ModelReaderDeps, query: Parameters<ModelReader['rows']>[0]) {
  const versions = pick(await deps.storage.models.list(query.model), query.environment);
  if (versions === null) return;
  yield* deps.storage.exports.exportRows({
    model: query.model,
    environment: versions[0]!.environment,
    from: query.from ?? 0,
    to: query.to ?? latestTime,
    ...(query.version === null ? {} : { version: query.version }),
    labelledOnly: query.labelled,
    limit: query.limit,
  }) as AsyncIterable<Readonly<Record<string, unknown>>>;
}

/** Year 2100: the last time a DateTime column holds. */
const latestTime = Date.UTC(2100, 0, 1);

async function readDistribution(
  deps: ModelReaderDeps,
  query: Parameters<ModelReader['distribution']>[0],
): ReturnType<ModelReader['distribution']> {
  const { storage } = deps;
  const versions = pick(await storage.models.list(query.model), query.environment);
  if (versions === null) throw new LeewayError('LW_NOT_FOUND', `there is no model "${query.model}"`);
  const { model, environment } = versions[0]!;
  const { subject, windowSeconds } = query;
  const filter = { model, environment, subject, windowSeconds, limit: 1 };
  const start = query.windowStart ?? (await storage.findings.list(filter))[0]?.windowStart;
  if (start === undefined) return null;
  const number = activeBaseline(
    await storage.baselines.activations(model),
    '',
    (start + windowSeconds) * 1000,
  );
  const baseline = number === null ? null : await storage.baselines.read(model, number);
  const found = baseline?.subjects.find(each => each.binning.subject === subject);
  if (baseline === null || found === undefined) return null;
  const current = await storage.windows.readDistribution({
    model,
    environment,
    baseline: baseline.baseline,
    subject,
    start,
    end: start + windowSeconds,
  });
  return {
    baseline: baseline.baseline,
    windowStart: start,
    windowSeconds,
    binning: found.binning,
    reference: found.reference,
    current: current.profile,
  };
}
