/** The answers about alerts, their episodes and silences that the page reads. Times are epoch milliseconds. */

export interface Said {
  readonly by: string;
  readonly note: string;
  readonly at: number;
}

export interface AlertName {
  readonly model: string;
  readonly environment: string;
  readonly policy: string;
}

export interface AlertState extends AlertName {
  readonly state: 'ok' | 'pending' | 'firing' | 'paused';
  readonly open: boolean;
  readonly severity: string;
  readonly since: number;
  readonly episode: number;
  readonly subjects: readonly string[];
  readonly summary: string;
  readonly told: boolean;
  readonly findings: readonly {
    readonly check: string;
    readonly subject: string;
    readonly effect: number | null;
    readonly tolerance: number | null;
    readonly sentence: string;
  }[];
  readonly acknowledged: Said | null;
  readonly paused: (Said & { readonly until: number | null }) | null;
  readonly silences: readonly string[];
  readonly heard: number;
}

export interface AlertListAnswer {
  readonly now: number;
  readonly alerts: readonly AlertState[];
}

export type EventKind =
  | 'opened'
  | 'announced'
  | 'extended'
  | 'reminded'
  | 'acknowledged'
  | 'unacknowledged'
  | 'paused'
  | 'resumed'
  | 'order'
  | 'resolved'
  | 'end-announced';

export interface EpisodeEvent {
  readonly kind: EventKind;
  readonly at: number;
  readonly reason: string;
  readonly by: string;
  readonly window: { readonly from: number; readonly to: number } | null;
  readonly subjects: readonly string[];
  readonly told: boolean;
}

export interface EpisodeDelivery {
  readonly endpoint: string;
  readonly outcome: string;
  readonly attempts: readonly {
    readonly attempt: number;
    readonly at: number;
    readonly outcome: string;
    readonly status: number;
    readonly detail: string;
    readonly next: number;
  }[];
}

export interface Episode {
  readonly episode: number;
  readonly state: 'open' | 'resolved';
  readonly severity: string;
  readonly since: number;
  readonly opened: number;
  readonly resolved: number | null;
  readonly summary: string;
  readonly subjects: readonly string[];
  readonly acknowledged: Said | null;
  readonly events: readonly EpisodeEvent[];
  readonly messages: readonly {
    readonly id: string;
    readonly kind: EventKind;
    readonly at: number;
    readonly summary: string;
    readonly deliveries: readonly EpisodeDelivery[];
  }[];
  readonly orders: readonly {
    readonly id: string;
    readonly kind: string;
    readonly target: string;
    readonly steps: readonly { readonly state: string; readonly reason: string; readonly at: number }[];
    readonly deliveries: readonly EpisodeDelivery[];
  }[];
}

export interface EpisodesAnswer {
  readonly now: number;
  readonly alert: AlertState;
  readonly episodes: readonly Episode[];
}

export interface Stretch {
  readonly from: number;
  readonly to: number | null;
}

export interface SilenceMatch {
  readonly models: readonly string[];
  readonly environments: readonly string[];
  readonly policies: readonly string[];
  readonly checks: readonly string[];
  readonly subjects: readonly string[];
}

export interface Recurrence {
  readonly cron: string;
  readonly minutes: number;
  readonly timeZone: string;
}

export interface SilenceEntry extends SilenceMatch {
  readonly id: string;
  readonly from: number;
  readonly to: number | null;
  readonly recurrence: Recurrence | null;
  readonly by: string;
  readonly note: string;
  readonly state: 'active' | 'waiting' | 'over' | 'ended';
  readonly next: Stretch | null;
}

export interface SilencesAnswer {
  readonly now: number;
  readonly silences: readonly SilenceEntry[];
}

export interface PreviewAnswer {
  readonly alerts: readonly (AlertName & {
    readonly covered: readonly { readonly check: string; readonly subject: string }[];
    readonly of: number;
  })[];
  readonly streams: readonly { readonly model: string; readonly environment: string }[];
  readonly findings: number;
  readonly next: readonly Stretch[];
}
