/** A finding as it is kept for messages: what changed, by how much, against which tolerance, how sure, on which rows. */
export interface Evidence {
  readonly check: string;
  readonly subject: string;
  readonly effect: number | null;
  readonly effectLow: number | null;
  readonly effectHigh: number | null;
  /** Paging tolerance the effect was held against. */
  readonly tolerance: number | null;
  readonly n: number;
  readonly nReference: number;
  /** Chance of as much without any change, and the chance below which it counts; null where chance is no part of it. */
  readonly p: number | null;
  readonly alpha: number | null;
  /** How far the noise of its stream was known. */
  readonly calibration: string;
  readonly sentence: string;
}

/** A finding that was held back, in short. */
export type HeldBack = Pick<Evidence, 'check' | 'subject' | 'effect' | 'tolerance'>;

/** What a length says of its last windows that could be judged; kept as it was before the last one, too. */
export interface LengthState {
  /** The last window that could be judged, or that the hold rests on, epoch seconds; both 0 before there was one. */
  readonly start: number;
  readonly end: number;
  readonly status: 'none' | 'page' | 'near' | 'clear';
  /** `check subject` of the findings that keep the episode open; empty = this length does not hold it. */
  readonly held: readonly string[];
  /** Of these, how many windows in a row each has been clear. */
  readonly clears: Readonly<Record<string, number>>;
  /** The last windows that could be judged, newest last: end (epoch seconds), and 1 when it paged. */
  readonly recent: readonly (readonly [end: number, paged: 0 | 1])[];
}

/** What is known from the windows of one length. */
export interface LengthMemory extends LengthState {
  /** End of the last window seen, judged or not; an older one is ignored, the same one judged again replaces it. */
  readonly lastEnd: number;
  /** Why the data of the last window is in doubt, and what puts all of it in doubt. */
  readonly doubts: readonly string[];
  readonly inhibitors: readonly string[];
  /** A window of another length has ended its hold: judging the last window again does not bring it back. */
  readonly released: boolean;
  /** End of the last window counted as a paging one, epoch seconds. */
  readonly paged: number;
  /** Checks that paged in the last window that could be judged: not what it only carries on. */
  readonly checks: readonly string[];
  /** As it was before the last window, and whether an episode was open then: what the same window judged again starts from. */
  readonly prior: (LengthState & { readonly open: boolean }) | null;
}

/** What the last windows of a length said, so that one of them can be judged again after a newer one. */
export interface PastWindows {
  /** Windows that end at or before this, epoch seconds, are not decided on again. */
  readonly from: number;
  /** The last windows that could be judged, oldest first: end, and 1 when it paged (2: in an episode that is over). */
  readonly seen: readonly (readonly [end: number, paged: 0 | 1 | 2])[];
  /** By `check subject`, the end of the newest window that paged or held by it. */
  readonly by: Readonly<Record<string, number>>;
  /** What the last one said, in short, and whether an older one, judged again after it, has brought something. */
  readonly last: string;
  readonly brought: boolean;
}

/** A state besides `paused`. */
export type LiveState = 'ok' | 'pending' | 'firing';

/**
 * State of one alert. `firing` if and only if some length holds the episode, `pending` if and only if none does and
 * some of the last windows paged. Stored with every transition, so that a restarted actor goes on from it.
 */
export interface Memory {
  readonly state: LiveState | 'paused';
  /** The state that a pause interrupted. */
  readonly before: LiveState;
  /** What people were last told. It trails `state` when a change was found in a window long past, or is silenced. */
  readonly announced: 'ok' | 'firing';
  /** The episode they were last told had begun; 0 before there was one. */
  readonly toldEpisode: number;
  /** Episodes so far. */
  readonly episode: number;
  /** Transitions so far. */
  readonly step: number;
  /** First paging window of the last episode, epoch seconds; both 0 before there was one. */
  readonly since: number;
  readonly sinceEnd: number;
  /** When people were last told, run's clock, epoch milliseconds. */
  readonly told: number;
  /** Newest paging window of the episode and what was found in it, worst first. */
  readonly last: { readonly start: number; readonly end: number; readonly found: number };
  readonly evidence: readonly Evidence[];
  /** Subjects that were listed in the episode. */
  readonly listed: readonly string[];
  /** Drift that the newest window holds back, because its data is in doubt as a whole. */
  readonly inhibited: { readonly found: number; readonly worst: readonly HeldBack[] };
  /** Whether something retraining can help with paged in the episode's newest paging window. */
  readonly remedial: boolean;
  /** Whether such a thing was judged with the noise of its stream known: less than that orders no retraining. */
  readonly calibrated: boolean;
  /** Paging windows of the episode. */
  readonly pagingWindows: number;
  /** What puts the newest windows of the stream in doubt as a whole: blind, no-data, schema, volume, failed. */
  readonly inhibitedBy: readonly string[];
  /** What the findings of the episode's newest paging window call for. */
  readonly calls: readonly ('retrain' | 'rebuild')[];
  /** By window length in seconds. */
  readonly lengths: Readonly<Record<string, LengthMemory>>;
  /** By window length in seconds, as far back as windows are not long past. */
  readonly past: Readonly<Record<string, PastWindows>>;
}

/** An alert nothing is known about. */
export const emptyMemory: Memory = {
  state: 'ok',
  before: 'ok',
  announced: 'ok',
  toldEpisode: 0,
  episode: 0,
  step: 0,
  since: 0,
  sinceEnd: 0,
  told: 0,
  last: { start: 0, end: 0, found: 0 },
  evidence: [],
  listed: [],
  inhibited: { found: 0, worst: [] },
  remedial: false,
  calibrated: false,
  pagingWindows: 0,
  inhibitedBy: [],
  calls: [],
  lengths: {},
  past: {},
};

export const emptyLength: LengthMemory = {
  lastEnd: 0,
  start: 0,
  end: 0,
  status: 'none',
  held: [],
  clears: {},
  recent: [],
  doubts: [],
  inhibitors: [],
  released: false,
  paged: 0,
  checks: [],
  prior: null,
};

/** Reads what `JSON.stringify(memory)` wrote; fields that an older writer did not know get their first value. */
export function parseMemory(text: string): Memory {
  const read = JSON.parse(text) as Partial<Memory>;
  const lengths = Object.entries(read.lengths ?? {}).map(([seconds, length]) => [
    seconds,
    { ...emptyLength, ...length },
  ]);
  const toldEpisode = read.announced === 'firing' ? (read.episode ?? 0) : 0;
  const kept = Object.fromEntries(lengths) as Memory['lengths'];
  return { ...emptyMemory, toldEpisode, past: closedPast(kept), ...read, lengths: kept };
}

/** A past in which no window is decided on again. */
export function closedPast(lengths: Memory['lengths']): Memory['past'] {
  const each = Object.entries(lengths).map(
    ([seconds, { lastEnd }]) =>
      [seconds, { from: lastEnd, seen: [], by: {}, last: '', brought: false }] as const,
  );
  return Object.fromEntries(each);
}

/** Why the data of the model is in doubt by the last window of each length; sorted, each once. */
export function doubtsOf(memory: Memory): readonly string[] {
  return [...new Set(Object.values(memory.lengths).flatMap(length => length.doubts))].sort();
}

/** Subjects of the episode, worst first; a check on the whole stream stands under its own name. */
export function subjectsOf(memory: Memory): readonly string[] {
  return [...new Set(memory.evidence.map(item => item.subject || item.check))];
}

/** The memory with another length. */
export function withLength(memory: Memory, seconds: number, length: LengthMemory): Memory {
  const lengths: Memory['lengths'] = { ...memory.lengths, [seconds]: length };
  const inhibitedBy = [...new Set(Object.values(lengths).flatMap(each => each.inhibitors))].sort();
  return { ...memory, lengths, inhibitedBy };
}

/** Whether people know of the episode that is open. */
export function isTold({ state, announced, toldEpisode, episode }: Memory): boolean {
  return state === 'firing' && announced === 'firing' && toldEpisode === episode;
}

/** Whether some length holds the episode. */
export function isHeld(memory: Memory): boolean {
  return Object.values(memory.lengths).some(length => length.held.length > 0);
}

/** The state that the lengths give. */
export function stateOf(memory: Memory): LiveState {
  if (isHeld(memory)) return 'firing';
  const waits = Object.values(memory.lengths).some(length => pagesOf(length) > 0);
  return waits ? 'pending' : 'ok';
}

/** How many of the last windows of a length paged, since the last episode. */
export function pagesOf({ recent }: Pick<LengthState, 'recent'>): number {
  return recent.filter(([, paged]) => paged === 1).length;
}
