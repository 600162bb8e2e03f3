/** What somebody wants to know of the past. Times: epoch milliseconds. */
export interface BacktestAsk {
  readonly model: string;
  /** Null where the model has rows in one environment only. */
  readonly environment: string | null;
  readonly from: number;
  readonly to: number;
  /** Policies as a configuration file holds them; null: those of the service. */
  readonly policies: readonly unknown[] | null;
  /** Other policies, played beside the first. */
  readonly compare: readonly unknown[] | null;
  /** False alarms in 30 days, instead of what is configured. */
  readonly budget: number | null;
  /** Whether windows are judged again from their profiles, instead of read as they were judged. */
  readonly judgeAgain: boolean;
}

export interface BacktestAnswer {
  readonly model: string;
  readonly environment: string;
  readonly from: number;
  readonly to: number;
  readonly budget: number;
  readonly judged: boolean;
  /** End of the last window there was; null without any. */
  readonly until: number | null;
  readonly scenarios: readonly object[];
}

/** What the alerts and orders of a model would have been. Throws LeewayErrors. */
export interface BacktestDesk {
  run(ask: BacktestAsk): Promise<BacktestAnswer>;
}
