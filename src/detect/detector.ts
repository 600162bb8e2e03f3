import type { Activation, Baseline } from '../domain/baseline.ts';
import type { JudgedWindow } from '../domain/finding.ts';
import type { Profile } from '../domain/profile.ts';
import type { Clock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';
import type { Events } from '../lib/events.ts';
import { emptyProfile } from '../stats/profile.ts';
import { createAlphas } from './alphas.ts';
import { type Calendar, type CalendarEntry, createCalendar } from './calendar.ts';
import { calibrationOf } from './calibration.ts';
import type { CheckContext } from './check.ts';
import type { MeasureRule } from './checks/measures.ts';
import type { Objectives } from './checks/objective.ts';
import { activeBaseline, type DueWindow, defaultLatenessSeconds, dueWindows, learningReason } from './due.ts';
import { createFailures, type Failure, failedWindow, unjudged } from './failed.ts';
import { createFieldWatch, type FieldWatch } from './fields.ts';
import { type Batch, batchesOf, createAdder, tileLimit } from './gather.ts';
import { judgeWindow, withoutBaseline } from './judged.ts';
import { createNoiseKeeper, type NoiseKeeper, type StreamNoiseKeeper } from './noise.ts';
import { createPerformanceKeeper, type PerformanceKeeper } from './performance.ts';
import { type Replaced, replacedOf } from './performance-reference.ts';
import type {
  BaselineReader,
  Coverage,
  FindingLedger,
  NoiseStore,
  PerformanceReader,
  Stream,
  StreamStart,
  WindowReader,
} from './ports.ts';
import { repeatsIn } from './repeats.ts';
import { withoutChecks } from './switched-off.ts';
import { createTestsOf } from './tests-of.ts';
import { freshDays } from './windows.ts';

export interface DetectorDeps {
  readonly windows: WindowReader;
  readonly findings: FindingLedger;
  readonly baselines: BaselineReader;
  readonly noise: NoiseStore;
  /** Labelled rows; without it performance is not looked at. */
  readonly performance?: PerformanceReader;
  readonly events: Pick<Events, 'jobFinished' | 'windowJudged'>;
  /** For durations alone. */
  readonly clock: Clock;
  /** Expected false alarms per model and 30 days, where `settings` does not say; 1 by default. */
  readonly budget?: number;
  /** What holds for one of all streams; null: it is not judged. The same for all by default. */
  readonly settings?: (stream: Stream, all: readonly Stream[]) => StreamSettings | null;
  /** Days that do not run like the others; none by default. */
  readonly calendar?: readonly CalendarEntry[];
  /** Measures and thresholds of the user's own; none by default. */
  readonly measures?: readonly MeasureRule[];
  /** What a model's service has promised; null, as by default, without objectives. */
  readonly objectives?: (model: string) => Objectives | null;
  /** How long a window waits for late rows; 600 s by default. */
  readonly latenessSeconds?: number;
  /** Windows that ended longer ago than this are neither judged nor judged again; 100 days by default. */
  readonly horizonSeconds?: number;
  /** Called after findings are stored, for crash tests. */
  readonly failpoint?: (name: 'finding-written') => void | Promise<void>;
}

/** What may be set for one stream. */
export interface StreamSettings {
  /** Expected false alarms in 30 days. */
  readonly budget: number;
  /** How long a window waits for late rows. */
  readonly latenessSeconds: number;
  /** Checks whose findings are left out. */
  readonly off: ReadonlySet<string>;
}

/** What one call of `tick` is given. */
export interface DetectTick {
  /** Run's clock, epoch milliseconds. */
  readonly now: number;
  /** Event time up to which every partition of every source has been read, epoch milliseconds. */
  readonly readUpTo: number;
  /** Most windows judged of one stream; the oldest come first. */
  readonly cap: number;
}

export interface Detector {
  /**
   * Judges every window that is due and stores its findings. Harmless to repeat: the same profiles give the same
   * findings. A stream that fails is reported and holds up no other; when it has failed for ten minutes, its newest
   * windows say so.
   *
   * @returns windows judged, in order of their end
   */
  tick(tick: DetectTick): Promise<readonly JudgedWindow[]>;
}

const defaultHorizonSeconds = 100 * 86_400;
/** The longest window: how far back of the horizon profiles may be needed. */
const reachSeconds = 604_800;

/** Creates the job that turns profiles into findings. */
export function createDetector(deps: DetectorDeps): Detector {
  const fields = createFieldWatch(deps.windows);
  const keeper = createNoiseKeeper(deps);
  const performance = createPerformanceKeeper(deps.performance);
  const failures = createFailures();
  return {
    tick: async request => {
      const judged: JudgedWindow[] = [];
      const streams = await deps.windows.streams();
      for (const stream of streams) {
        const settings = settingsOf(deps, stream, streams);
        if (settings === null) continue;
        const began = deps.clock.now();
        const before = judged.length;
        const report = (outcome: 'done' | 'failed' | 'skipped', detail: string) =>
          deps.events.jobFinished({
            job: 'detect',
            model: stream.model,
            environment: stream.environment,
            outcome,
            seconds: (deps.clock.now() - began) / 1000,
            detail,
          });
        const done = (window: JudgedWindow) => judged.push(window);
        const run = { deps, settings, fields, keeper, performance, stream, request, done };
        try {
          await judgeStream(run);
          failures.worked(stream);
          report('done', `${judged.length - before} windows judged`);
        } catch (error) {
          const detail = error instanceof Error ? error.message : String(error);
          const led = !(error instanceof LeewayError && error.code === 'LW_NOT_LEADER');
          const failure = led ? failures.failed(stream, { now: request.now, error: detail }) : null;
          // The store may be what fails: then nothing can be written either.
          if (failure !== null) await tellFailed(run, failure).catch(() => undefined);
          report(led ? 'failed' : 'skipped', detail);
        }
      }
      return judged.sort((a, b) => endOf(a) - endOf(b) || a.windowSeconds - b.windowSeconds);
    },
  };
}

const nothingOff: ReadonlySet<string> = new Set();

function settingsOf(deps: DetectorDeps, stream: Stream, all: readonly Stream[]): StreamSettings | null {
  if (deps.settings !== undefined) return deps.settings(stream, all);
  const { budget = 1, latenessSeconds = defaultLatenessSeconds } = deps;
  return { budget, latenessSeconds, off: nothingOff };
}

function endOf(window: JudgedWindow): number {
  return window.windowStart + window.windowSeconds;
}

interface StreamRun {
  readonly deps: DetectorDeps;
  readonly settings: StreamSettings;
  readonly fields: FieldWatch;
  readonly keeper: NoiseKeeper;
  readonly performance: PerformanceKeeper;
  readonly stream: StreamStart;
  readonly request: DetectTick;
  /** Called for each window once its findings are stored. */
  readonly done: (window: JudgedWindow) => void;
}

async function judgeStream(run: StreamRun): Promise<void> {
  const { deps, stream } = run;
  const horizon = horizonOf(run);
  const activations = await deps.baselines.activations(stream.model);
  const coverage = await coverages(run, activations, horizon);
  const ledger = await deps.findings.ledger(stream, horizon);
  const due = dueWindows({ ...askedOf(run), horizon, activations, coverage, ledger });
  for (const group of runsOfOneBaseline(due)) {
    const { baseline: number, end, blind } = group[0]!;
    const baseline = number === 0 || blind ? null : await deps.baselines.active(stream.model, '', end * 1000);
    if (baseline === null)
      await store(
        run,
        group.map(window => withoutBaseline(stream, window, stream.first)),
      );
    else await judgeGroup(run, { group, baseline, activations, coverage: coverage.get(number)! });
  }
}

/** Stores that the newest windows could not be judged. What fails may be any of what is read for it. */
async function tellFailed(run: StreamRun, failure: Failure): Promise<void> {
  const { deps, stream } = run;
  const horizon = horizonOf(run);
  const ledger = await deps.findings.ledger(stream, horizon);
  const activations = await deps.baselines.activations(stream.model).catch(() => []);
  const coverage = await coverages(run, activations, horizon).catch(() => new Map<number, Coverage>());
  const windows = unjudged({ ...askedOf(run), horizon, activations, coverage, ledger });
  await store(
    run,
    windows.map(window => failedWindow(stream, window, failure)),
  );
}

function horizonOf({ deps, request }: StreamRun): number {
  return Math.floor(request.now / 1000) - (deps.horizonSeconds ?? defaultHorizonSeconds);
}

function askedOf({ stream, request, settings }: StreamRun) {
  return { ...request, first: stream.first, latenessSeconds: settings.latenessSeconds };
}

/** What is profiled for every baseline that judges a window this side of the horizon. */
async function coverages(
  { deps, stream, request }: StreamRun,
  activations: readonly Activation[],
  horizon: number,
): Promise<ReadonlyMap<number, Coverage>> {
  const at = activeBaseline(activations);
  const moments = [horizon * 1000, ...activations.map(a => a.from).filter(from => from > horizon * 1000)];
  const numbers = new Set(moments.filter(from => from <= request.now).map(from => at(from).baseline));
  numbers.delete(0);
  const found = new Map<number, Coverage>();
  for (const baseline of numbers)
    found.set(baseline, await deps.windows.coverage({ ...stream, baseline }, horizon - reachSeconds));
  return found;
}

/** Windows in order, cut wherever the baseline changes or reading ends. */
function runsOfOneBaseline(due: readonly DueWindow[]): DueWindow[][] {
  const groups: DueWindow[][] = [];
  for (const window of due) {
    const last = groups.at(-1);
    if (last !== undefined && last[0]!.baseline === window.baseline && last[0]!.blind === window.blind)
      last.push(window);
    else groups.push([window]);
  }
  return groups;
}

interface Group {
  readonly group: readonly DueWindow[];
  readonly baseline: Baseline;
  readonly activations: readonly Activation[];
  readonly coverage: Coverage;
}

async function judgeGroup(run: StreamRun, of: Group): Promise<void> {
  const { baseline, coverage, activations } = of;
  const days = freshDays(coverage);
  const wholeDay = (day: number) => days.has(day);
  const calendar = createCalendar(run.deps.calendar ?? [], run.stream.model);
  const noise = run.keeper.of({
    stream: run.stream,
    baseline,
    activations,
    coverage,
    calendar,
    now: run.request.now,
  });
  const replaced = await replacedOf(run.deps.baselines, activations, of.group[0]!.activeFrom);
  const read = { baseline, replaced, coverage, wholeDay, noise, calendar };
  for (const batch of batchesOf(of.group, wholeDay, tileLimit(baseline))) {
    const contextOf = await readBatch(run, batch, read);
    const judged: JudgedWindow[] = [];
    for (const window of batch.windows) {
      const context = await contextOf(window);
      if (context !== null) judged.push(judgeWindow(context));
    }
    await store(run, judged);
  }
}

/** Reads what a batch of windows needs, at once, and gives each its context; null for one that has to wait. */
async function readBatch(
  { deps, settings, fields, stream, performance, request }: StreamRun,
  { windows, tiles }: Batch<DueWindow>,
  read: {
    readonly baseline: Baseline;
    readonly replaced: Replaced | null;
    readonly coverage: Coverage;
    readonly wholeDay: (day: number) => boolean;
    readonly noise: StreamNoiseKeeper;
    readonly calendar: Calendar;
  },
): Promise<(window: DueWindow) => Promise<CheckContext | null>> {
  const { baseline, replaced, coverage, wholeDay, noise, calendar } = read;
  const of = { ...stream, baseline: baseline.baseline };
  const addUp = createAdder(await deps.windows.tiles(of, { tiles, version: '' }), wholeDay);
  const unknownFields = await fields.watch(stream, { baseline, coverage, windows });
  const performed = await performance.read(
    { stream, baseline, replaced, activeFrom: windows[0]!.activeFrom, coverage, now: request.now },
    windows,
  );
  const labelled = typeof performed(windows[0]!) === 'object' && performed(windows[0]!) !== null;
  const alphaOf = createAlphas(baseline, settings.budget, labelled);
  const rowsOf = createRowCount(coverage);
  const testsIn = createTestsOf({ baseline, noise, calendar });
  const objectives = deps.objectives?.(stream.model) ?? null;
  return async window => {
    const profiles = addUp(window);
    const rows = rowsOf(window);
    const history = calibrationOf(window, noise.firstBefore(window));
    const tests = await testsIn(window, history);
    if (tests === null) return null;
    const state = { ...history, calibration: tests.calibration };
    const { testsOf, noiseVersion } = tests;
    const absent: Profile = { ...emptyProfile, n: rows, nMissing: rows };
    return {
      stream,
      window,
      baseline,
      rows,
      profileOf: ({ binning }) =>
        profiles.get(binning.subject) ?? (binning.subject.startsWith('feature:') ? absent : emptyProfile),
      alphaOf: (subject, check) => alphaOf(subject, check, window.end - window.start),
      testsOf,
      noiseVersion,
      state,
      coverage,
      calendar,
      objectives,
      repeatedIds: await repeatsIn(deps.windows, stream, { window, rows }),
      measureRules: deps.measures ?? [],
      performance: performed(window),
      unknownFields: unknownFields(window),
      learning: learningReason(window, stream.first, baseline) ?? eventReason(calendar, window),
    };
  };
}

function eventReason(calendar: Calendar, window: DueWindow): string | null {
  const name = calendar.eventIn(window);
  return name === null ? null : `touches the planned event "${name}"`;
}

/** Rows of a window, from the running sum over its hours. */
function createRowCount(coverage: Coverage): (window: DueWindow) => number {
  const byHour = new Map(coverage.hours.map(h => [h.hour, h.rows]));
  return window => {
    let rows = 0;
    for (let hour = window.start; hour < window.end; hour += 3600) rows += byHour.get(hour) ?? 0;
    return rows;
  };
}

async function store({ deps, settings, done }: StreamRun, all: readonly JudgedWindow[]): Promise<void> {
  const windows = all.map(window => withoutChecks(window, settings.off));
  await deps.findings.write(windows.flatMap(window => window.findings));
  await deps.failpoint?.('finding-written');
  for (const window of windows) {
    deps.events.windowJudged(window);
    done(window);
  }
}
