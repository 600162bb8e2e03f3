import type { Activation, Baseline, BaselineSubject } from '../domain/baseline.ts';
import type { Window } from '../domain/window.ts';
import { isTested } from './alphas.ts';
import { historyBegin } from './begin.ts';
import type { Calendar } from './calendar.ts';
import { calibratedHours, provisionalHours } from './calibration.ts';
import { patienceSeconds } from './due.ts';
import { createHistories, type Histories, type History, type HourSums } from './history.ts';
import { inheritNoise } from './inherit.ts';
import { fitSubject, type SubjectNoise } from './noise-fit.ts';
import type {
  Coverage,
  NoiseStore,
  StoredNoise,
  StreamBaseline,
  StreamStart,
  WindowReader,
} from './ports.ts';
import { hourSeconds } from './windows.ts';

/** The noise of a stream, learnt up to the start of day `version`. */
export interface NoiseFit {
  readonly version: number;
  readonly hours: number;
  /** Baseline whose noise was taken over; 0 when it was learnt under its own. */
  readonly inherited: number;
  readonly subjects: ReadonlyMap<string, SubjectNoise>;
}

export interface NoiseRequest {
  readonly stream: StreamStart;
  readonly baseline: Baseline;
  readonly activations: readonly Activation[];
  readonly coverage: Coverage;
  readonly calendar: Calendar;
  /** Run's clock, epoch milliseconds. */
  readonly now: number;
}

/** The fit is not made yet, because hours before the window are not all profiled: judge it later. */
export const notYet = 'not yet';

/** The noise of streams: learnt day by day, kept with the baseline, never changed once used. */
export interface NoiseKeeper {
  /** Ready to answer for one stream and baseline, with what is profiled now. */
  of(request: NoiseRequest): StreamNoiseKeeper;
}

export interface StreamNoiseKeeper {
  readonly history: History;
  /**
   * Fit for a window (epoch seconds): from the days before its start alone. Null while there is none. Until a day after
   * the window's end `notYet` where hours before it are still to be profiled: the same window finds the same fit,
   * whatever was interrupted on the way.
   */
  fitBefore(window: Window): Promise<NoiseFit | null | typeof notYet>;
  /** Where the stream's history begins for a window, epoch seconds: its first row, or the launch after a pilot. */
  firstBefore(window: Window): number;
  /** Rows of each hour of a period (hours since the epoch). */
  rowsIn(period: { readonly from: number; readonly to: number }): Float64Array;
  /** Sums of the hours of a window (epoch seconds). */
  hoursIn(window: { readonly start: number; readonly end: number }): Promise<WindowHours>;
}

/** Hours of a window with the rows of each. */
export interface WindowHours {
  readonly from: number;
  readonly hours: readonly HourSums[];
  readonly rows: ArrayLike<number>;
}

export interface NoiseDeps {
  readonly windows: Pick<WindowReader, 'tiles'>;
  readonly noise: NoiseStore;
  readonly baselines: { read(model: string, baseline: number): Promise<Baseline | null> };
}

const dayHours = 24;
const daySeconds = 86_400;
/** Hours remembered once the fit stands: the longest window, and a day. */
const standingHours = 8 * dayHours;
/** Hours after which a fit no longer waits for the profile of an hour. */
const givenUpHours = 8 * dayHours;
/** Fits remembered over all streams: each may hold a megabyte. */
const fitsKept = 64;

/** Creates the keeper of fits. */
export function createNoiseKeeper(deps: NoiseDeps): NoiseKeeper {
  const histories = createHistories(deps.windows);
  const fits = new Map<string, NoiseFit>();
  return { of: request => streamKeeper({ deps, histories, fits }, request) };
}

interface Memory {
  readonly deps: NoiseDeps;
  readonly histories: Histories;
  readonly fits: Map<string, NoiseFit>;
}

function streamKeeper({ deps, histories, fits }: Memory, request: NoiseRequest): StreamNoiseKeeper {
  const { stream, baseline, coverage } = request;
  const asked = new Map<number, Promise<Found>>();
  const firsts = new Map<number, number>();
  let stands = false;
  const of = { model: stream.model, environment: stream.environment, baseline: baseline.baseline };
  const subjects = baseline.subjects.filter(isTested).map(({ binning }) => binning.subject);
  const history = histories.of(of, baseline, subjects);
  const hours = new Map(coverage.hours.map(h => [h.hour / hourSeconds, h]));
  const generations = new Map([...hours].map(([hour, { generation }]) => [hour, generation]));
  const known: Known = { deps, fits, of, request, history, hours, generations };
  return {
    history,
    fitBefore: async ({ start, end }) => {
      const version = Math.floor(start / daySeconds);
      const answer = asked.get(version) ?? fitAt(known, version);
      asked.set(version, answer);
      const { fit, behind } = await answer;
      stands = fit !== null && fit.inherited === 0 && fit.hours >= calibratedHours;
      return behind && request.now / 1000 < end + patienceSeconds ? notYet : fit;
    },
    firstBefore: ({ start }) => {
      const day = Math.floor(start / daySeconds);
      const remembered = firsts.get(day);
      if (remembered !== undefined) return remembered;
      const { begin, again } = historyBegin(hours, Math.ceil(stream.first / hourSeconds), day * dayHours);
      const first = again ? begin * hourSeconds : stream.first;
      firsts.set(day, first);
      return first;
    },
    rowsIn: period => rowsOf(hours, period),
    hoursIn: async ({ start, end }) => {
      const range = { from: start / hourSeconds, to: end / hourSeconds };
      return {
        from: range.from,
        // Once the fit stands nothing is learnt any more: the longest window is all that is asked for.
        hours: await history.read(range, generations, stands ? standingHours : undefined),
        rows: rowsOf(hours, range),
      };
    },
  };
}

interface Known {
  readonly deps: NoiseDeps;
  readonly fits: Map<string, NoiseFit>;
  readonly of: StreamBaseline;
  readonly request: NoiseRequest;
  readonly history: History;
  readonly hours: ReadonlyMap<number, Coverage['hours'][number]>;
  readonly generations: ReadonlyMap<number, bigint>;
}

interface Found {
  readonly fit: NoiseFit | null;
  /** Whether there would be a newer one if all hours before were profiled. */
  readonly behind: boolean;
}

/** The newest fit up to a version, extended day by day as far as the profiles allow. */
async function fitAt(known: Known, version: number): Promise<Found> {
  const { begin: start, again } = historyBegin(known.hours, historyStart(known.request), version * dayHours);
  let fit = await readFit(known, version);
  // What was learnt before the traffic began anew says nothing about it.
  if (again && fit !== null && fit.version * dayHours < start + provisionalHours) fit = null;
  if (fit === null && !again) fit = await inherited(known);
  const firstVersion = Math.ceil((start + provisionalHours) / dayHours);
  // One that was taken over gives way when as much has been learnt under this baseline.
  const ownFrom =
    fit !== null && fit.inherited > 0 ? Math.ceil((start + calibratedHours) / dayHours) : firstVersion;
  for (;;) {
    const own = fit !== null && fit.inherited === 0 ? fit : null;
    if (own !== null && own.hours >= calibratedHours) return { fit: own, behind: false };
    const next: number = own === null ? ownFrom : own.version + 1;
    if (next > version) return { fit, behind: false };
    if (!isComplete(known, { from: start, to: next * dayHours })) return { fit, behind: true };
    const made = await makeFit(known, { start, version: next, before: own });
    if (made === null) return { fit, behind: false };
    fit = made;
  }
}

/**
 * First hour of the history: the stream's first for its first baseline; for a later one the start of the period it was
 * cut from, or its activation, because what came before is what it was made to replace.
 */
function historyStart({ stream, baseline, activations }: NoiseRequest): number {
  const first = Math.ceil(stream.first / hourSeconds);
  const own = activations.filter(a => a.version === '').sort((a, b) => a.from - b.from || a.at - b.at);
  if (own[0] === undefined || own[0].baseline === baseline.baseline) return first;
  const from = own.find(a => a.baseline === baseline.baseline)?.from ?? 0;
  const begin = baseline.to > 0 ? Math.min(baseline.from, from) : from;
  return Math.max(first, Math.ceil(begin / (hourSeconds * 1000)));
}

/** Whether all hours are profiled that still can be: the rows of one that ended long ago may be gone for ever. */
function isComplete(
  { hours, request }: Known,
  range: { readonly from: number; readonly to: number },
): boolean {
  const givenUp = request.now / 1000 / hourSeconds - givenUpHours;
  for (let hour = Math.max(range.from, Math.ceil(givenUp)); hour < range.to; hour++)
    if (hours.get(hour)?.complete === false) return false;
  return true;
}

async function makeFit(
  known: Known,
  {
    start,
    version,
    before,
  }: { readonly start: number; readonly version: number; readonly before: NoiseFit | null },
): Promise<NoiseFit | null> {
  const { history, request, generations } = known;
  const range = { from: start, to: version * dayHours };
  const hours = await history.read(range, generations);
  const rows = rowsOf(known.hours, range);
  const upTo = (day: number) => {
    const size = day * dayHours - start;
    return {
      from: start,
      hours: hours.slice(0, size),
      rows: rows.subarray(0, size),
      calendar: request.calendar,
    };
  };
  // Without a fit of the day before, the days are gone through as if there had been one.
  const first = before === null ? Math.ceil((start + provisionalHours) / dayHours) : version;
  const subjects = new Map<string, SubjectNoise>();
  for (const [subject, streams] of history.streams) {
    let noise = before?.subjects.get(subject) ?? null;
    for (let day = Math.min(first, version); day <= version; day++)
      noise = fitSubject(subject, streams, upTo(day), noise) ?? noise;
    if (noise !== null) subjects.set(subject, noise);
  }
  if (subjects.size === 0) return null;
  return keep(known, { version, hours: range.to - range.from, inherited: 0, subjects });
}

/** The noise of the baseline before this one, in this one's units. */
async function inherited(known: Known): Promise<NoiseFit | null> {
  const { deps, of, request } = known;
  const own = request.activations
    .filter(a => a.version === '')
    .sort((a, b) => a.from - b.from || a.at - b.at);
  const at = own.findIndex(a => a.baseline === of.baseline);
  const version = Math.floor((own[at]?.from ?? 0) / 1000 / daySeconds);
  const earlier = own.slice(0, Math.max(0, at)).map(a => a.baseline);
  // One that was replaced before it judged anything has no noise of its own: the one before it has.
  for (const before of new Set(earlier.reverse())) {
    const stored =
      before === of.baseline ? null : await deps.noise.read({ ...of, baseline: before }, version);
    const old = stored === null ? null : await deps.baselines.read(of.model, before);
    if (stored === null || old === null) continue;
    const subjects = inheritNoise({
      from: bySubject(old.subjects),
      to: bySubject(request.baseline.subjects),
      noise: parsed(stored).subjects,
    });
    if (subjects.size === 0) return null;
    return keep(known, { version, hours: stored.hours, inherited: before, subjects });
  }
  return null;
}

function bySubject(subjects: readonly BaselineSubject[]): ReadonlyMap<string, BaselineSubject> {
  return new Map(subjects.map(subject => [subject.binning.subject, subject]));
}

async function keep(known: Known, fit: NoiseFit): Promise<NoiseFit> {
  const stored: StoredNoise = {
    version: fit.version,
    hours: fit.hours,
    inherited: fit.inherited,
    subjects: new Map([...fit.subjects].map(([subject, noise]) => [subject, JSON.stringify(noise, rounded)])),
  };
  await known.deps.noise.write(known.of, stored);
  // What is judged by is what is stored, to the last digit.
  const kept = parsed(stored);
  remember(known, kept);
  return kept;
}

/** Ten digits are far below what a fit knows. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(10)) : value;
}

function parsed(stored: StoredNoise): NoiseFit {
  const { version, hours, inherited: from } = stored;
  const subjects = new Map(
    [...stored.subjects].map(([subject, body]) => [subject, JSON.parse(body) as SubjectNoise] as const),
  );
  return { version, hours, inherited: from, subjects };
}

async function readFit(known: Known, version: number): Promise<NoiseFit | null> {
  const { fits, deps, of } = known;
  const remembered = fits.get(keyOf(of, version));
  if (remembered !== undefined) return remembered;
  const stored = await deps.noise.read(of, version);
  if (stored === null) return null;
  const fit = parsed(stored);
  remember(known, fit);
  return fit;
}

function remember({ fits, of }: Known, fit: NoiseFit): void {
  const key = keyOf(of, fit.version);
  fits.delete(key);
  fits.set(key, fit);
  for (const oldest of fits.keys()) {
    if (fits.size <= fitsKept) return;
    fits.delete(oldest);
  }
}

function keyOf(of: StreamBaseline, version: number): string {
  return JSON.stringify([of.model, of.environment, of.baseline, version]);
}

function rowsOf(
  hours: ReadonlyMap<number, { readonly rows: number }>,
  range: { readonly from: number; readonly to: number },
): Float64Array {
  return Float64Array.from({ length: range.to - range.from }, (_, i) => hours.get(range.from + i)?.rows ?? 0);
}
