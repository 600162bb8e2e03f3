/** The answers about alerts and silences that commands read. Times are epoch milliseconds. */

interface Word {
  readonly by: string;
  readonly note: string;
  readonly at: number;
}

export interface AlertAnswer {
  readonly model: string;
  readonly environment: string;
  readonly policy: string;
  readonly state: string;
  readonly open: boolean;
  readonly severity: string;
  readonly since: number;
  readonly episode: number;
  readonly subjects: readonly string[];
  readonly told: boolean;
  readonly findings: readonly { readonly sentence: string }[];
  readonly acknowledged: Word | null;
  readonly paused: (Word & { readonly until: number | null }) | null;
  readonly silences: readonly string[];
  readonly heard: number;
}

export interface AlertsAnswer {
  readonly now: number;
  readonly alerts: readonly AlertAnswer[];
}

interface Delivery {
  readonly endpoint: string;
  readonly outcome: string;
  readonly attempts: readonly { readonly at: number; readonly detail: string; readonly next: number }[];
}

export interface EpisodesAnswer {
  readonly now: number;
  readonly alert: AlertAnswer;
  readonly episodes: readonly {
    readonly episode: number;
    readonly state: string;
    readonly since: number;
    readonly opened: number;
    readonly resolved: number | null;
    readonly summary: string;
    readonly events: readonly {
      readonly kind: string;
      readonly at: number;
      readonly reason: string;
      readonly by: string;
      readonly subjects: readonly string[];
      readonly told: boolean;
    }[];
    readonly messages: readonly { readonly kind: string; readonly deliveries: readonly Delivery[] }[];
    readonly orders: readonly { readonly id: string; readonly deliveries: readonly Delivery[] }[];
  }[];
}

export interface Stretch {
  readonly from: number;
  readonly to: number | null;
}

export interface SilenceAnswer {
  readonly id: string;
  readonly models: readonly string[];
  readonly environments: readonly string[];
  readonly policies: readonly string[];
  readonly checks: readonly string[];
  readonly subjects: readonly string[];
  readonly from: number;
  readonly to: number | null;
  readonly recurrence: {
    readonly cron: string;
    readonly minutes: number;
    readonly timeZone: string;
  } | null;
  readonly by: string;
  readonly note: string;
  readonly state: string;
  readonly next: Stretch | null;
}

export interface PreviewAnswer {
  readonly alerts: readonly {
    readonly model: string;
    readonly environment: string;
    readonly policy: string;
    readonly covered: readonly unknown[];
    readonly of: number;
  }[];
  readonly streams: readonly unknown[];
  readonly findings: number;
  readonly next: readonly Stretch[];
}
