/** A finding as it is kept for messages: what changed, by how much, against which tolerance, on which rows. */
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
  readonly sentence: string;
}

/** What is known from the windows of one length. Epoch seconds. */
export interface LengthMemory {
  /** End of the last window seen, judged or not; an older one is ignored, the same one judged again replaces it. */
  readonly lastEnd: number;
  /** The last window that could be judged, or that the hold rests on; both 0 before there was one. */
  readonly start: number;
  readonly end: number;
  readonly status: 'none' | 'page' | 'near' | 'clear';
  /** `check subject` of the findings that keep the episode open; empty = this length does not hold it. */
  readonly held: readonly string[];
  /** Why the data of the last window is in doubt. */
  readonly doubts: readonly string[];
  /** A window of another length has ended its hold: judging the last window again does not bring it back. */
  readonly released: boolean;
}

/**
 * State of one alert. `firing` if and only if some length holds the episode. Stored with every transition, so that a
 * restarted actor goes on from it.
 */
export interface Memory {
  readonly state: 'ok' | 'firing';
  /** What people were last told. It trails `state` when a change was found in a window long past. */
  readonly announced: 'ok' | 'firing';
  /** Episodes so far. */
  readonly episode: number;
  /** Transitions so far. */
  readonly step: number;
  /** Window that opened the last episode, epoch seconds; both 0 before there was one. */
  readonly since: number;
  readonly sinceEnd: number;
  /** Newest paging window of the episode and what was found in it, worst first. */
  readonly last: { readonly start: number; readonly end: number; readonly found: number };
  readonly evidence: readonly Evidence[];
  /** Whether something retraining can help with paged in the episode's newest paging window. */
  readonly remedial: boolean;
  /** Whether such a thing was judged with the noise of its stream known: less than that orders no retraining. */
  readonly calibrated: boolean;
  /** By window length in seconds. */
  readonly lengths: Readonly<Record<string, LengthMemory>>;
}

/** An alert nothing is known about. */
export const emptyMemory: Memory = {
  state: 'ok',
  announced: 'ok',
  episode: 0,
  step: 0,
  since: 0,
  sinceEnd: 0,
  last: { start: 0, end: 0, found: 0 },
  evidence: [],
  remedial: false,
  calibrated: false,
  lengths: {},
};

export const emptyLength: LengthMemory = {
  lastEnd: 0,
  start: 0,
  end: 0,
  status: 'none',
  held: [],
  doubts: [],
  released: false,
};

/** Reads what `JSON.stringify(memory)` wrote; fields that an older writer did not know get their first value. */
export function parseMemory(text: string): Memory {
  return { ...emptyMemory, ...(JSON.parse(text) as Partial<Memory>) };
}

/** Why the data of the model is in doubt by the last window of each length; sorted, each once. */
export function doubtsOf(memory: Memory): readonly string[] {
  return [...new Set(Object.values(memory.lengths).flatMap(length => length.doubts))].sort();
}

/** Subjects of the episode, worst first; a check on the whole stream stands under its own name. */
export function subjectsOf(memory: Memory): readonly string[] {
  return [...new Set(memory.evidence.map(item => item.subject || item.check))];
}
