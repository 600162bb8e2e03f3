import type { ControlledAlert, Recurrence, Silence, SilenceMatch } from '../domain/control.ts';

/** Where an alert stands. Times are epoch milliseconds of the run's clock. */
export interface AlertRow extends ControlledAlert {
  readonly state: 'ok' | 'pending' | 'firing' | 'paused';
  /** Whether an episode is open, be it paused or not. */
  readonly open: boolean;
  readonly severity: string;
  /** Firing: start of the window that opened the episode; else when it got into its state. */
  readonly since: number;
  readonly episode: number;
  /** Worst first. */
  readonly subjects: readonly string[];
  readonly summary: string;
  /** Whether people were told of the episode. */
  readonly told: boolean;
  readonly findings: readonly AlertFinding[];
  readonly acknowledged: Word | null;
  readonly paused: (Word & { readonly until: number | null }) | null;
  /** Silences that cover findings of the episode now, and how many of `findings` they leave. */
  readonly silences: readonly string[];
  readonly heard: number;
}

export interface AlertFinding {
  readonly check: string;
  readonly subject: string;
  readonly effect: number | null;
  readonly tolerance: number | null;
  readonly sentence: string;
}

/** Who said something, when and why. */
export interface Word {
  readonly by: string;
  readonly note: string;
  readonly at: number;
}

export const episodeEvents = [
  'opened',
  'announced',
  'extended',
  'reminded',
  'acknowledged',
  'unacknowledged',
  'paused',
  'resumed',
  'order',
  'resolved',
  'end-announced',
] as const;

/** One thing that happened in an episode. */
export interface EpisodeEvent {
  readonly kind: (typeof episodeEvents)[number];
  readonly at: number;
  /** Named reason of a change, state of an order, note of a person. */
  readonly reason: string;
  /** Who; '' where nobody was asked. */
  readonly by: string;
  /** Window that decided, epoch milliseconds; null where none did. */
  readonly window: { readonly from: number; readonly to: number } | null;
  readonly subjects: readonly string[];
  /** Whether people were told. */
  readonly told: boolean;
}

/** How a message, or an order, fared with one receiver. */
export interface EpisodeDelivery {
  readonly endpoint: string;
  readonly outcome: string;
  readonly attempts: readonly {
    readonly attempt: number;
    readonly at: number;
    readonly outcome: string;
    readonly status: number;
    readonly detail: string;
    readonly durationSeconds: number;
    /** When the next one is due; 0: none. */
    readonly next: number;
  }[];
}

export interface EpisodeMessage {
  readonly id: string;
  /** What it tells of. */
  readonly kind: EpisodeEvent['kind'];
  readonly at: number;
  readonly summary: string;
  readonly deliveries: readonly EpisodeDelivery[];
}

export interface EpisodeOrder {
  readonly id: string;
  readonly kind: string;
  readonly target: string;
  readonly steps: readonly { readonly state: string; readonly reason: string; readonly at: number }[];
  readonly deliveries: readonly EpisodeDelivery[];
}

export interface Episode {
  readonly episode: number;
  readonly state: 'open' | 'resolved';
  readonly severity: string;
  /** Start of the window that opened it. */
  readonly since: number;
  readonly opened: number;
  /** Null while it is open. */
  readonly resolved: number | null;
  readonly summary: string;
  /** Every subject that was among the worst, worst of the last change first. */
  readonly subjects: readonly string[];
  readonly acknowledged: Word | null;
  /** Oldest first. */
  readonly events: readonly EpisodeEvent[];
  readonly messages: readonly EpisodeMessage[];
  readonly orders: readonly EpisodeOrder[];
}

/** An alert as it is asked for: without an environment the only one there is. */
export interface AlertName {
  readonly model: string;
  readonly policy: string;
  readonly environment: string | null;
}

export interface Said {
  readonly by: string;
  readonly note: string;
}

/** Throws LeewayError: LW_NOT_FOUND, LW_CONFLICT, LW_REQUEST_INVALID. */
export interface AlertDesk {
  /** Of one model, or of all (null); only those that fire or are paused, or every one that ever did. */
  list(query: { readonly model: string | null; readonly open: boolean }): Promise<readonly AlertRow[]>;
  /** Newest first; only episodes before `before`. */
  episodes(
    alert: AlertName,
    page: { readonly before: number | null; readonly limit: number },
  ): Promise<{ readonly alert: AlertRow; readonly episodes: readonly Episode[] }>;
  /** `episode`: refused when another one is open by now. */
  acknowledge(alert: AlertName, said: Said & { readonly episode: number | null }): Promise<AlertRow>;
  unacknowledge(alert: AlertName, said: Said): Promise<AlertRow>;
  pause(alert: AlertName, said: Said & { readonly until: number | null }): Promise<AlertRow>;
  resume(alert: AlertName, said: Said): Promise<AlertRow>;
  /** Run's clock. */
  now(): number;
}

export interface SilenceRow extends Silence {
  readonly state: 'active' | 'waiting' | 'over' | 'ended';
  /** The stretch it is in force in, or the next one; null when there is none any more. */
  readonly next: { readonly from: number; readonly to: number | null } | null;
}

/** A silence as it is asked for. */
export interface SilenceOrder extends Said {
  readonly match: SilenceMatch;
  /** Null is now. */
  readonly from: number | null;
  readonly to: number | null;
  readonly recurrence: Recurrence | null;
}

/** What a silence would cover if it were in force now. */
export interface SilencePreview {
  readonly alerts: readonly (ControlledAlert & {
    readonly severity: string;
    /** Findings of the open episode that it covers, of so many that are kept. */
    readonly covered: readonly { readonly check: string; readonly subject: string }[];
    readonly of: number;
  })[];
  /** Models and environments it is about, firing or not. */
  readonly streams: readonly { readonly model: string; readonly environment: string }[];
  /** Findings of the newest windows that drifted and that it covers. */
  readonly findings: number;
  /** First stretches it would be in force in; empty for one without times. */
  readonly next: readonly { readonly from: number; readonly to: number | null }[];
}

/** Throws LeewayError: LW_NOT_FOUND, LW_CONFLICT, LW_REQUEST_INVALID. */
export interface SilenceDesk {
  /** Those that count longest first; without `over` only those that may still be in force. */
  list(query: { readonly over: boolean; readonly limit: number }): Promise<readonly SilenceRow[]>;
  create(order: SilenceOrder): Promise<SilenceRow>;
  preview(order: Omit<SilenceOrder, 'by' | 'note'>): Promise<SilencePreview>;
  end(id: string, by: string): Promise<SilenceRow>;
  now(): number;
}
