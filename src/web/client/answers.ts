/**
 * The answers of the service that the page reads. Times named `...At`, `from`, `created`, `since` are epoch milliseconds;
 * `windowStart` is epoch seconds. A number that is not known is null.
 */
import type { Calibration, Verdict } from '../../domain/finding.ts';

export type { Verdict };

interface WorstFinding {
  readonly subject: string;
  readonly check: string;
  readonly effect: number | null;
  readonly tolerance: number | null;
  readonly windowSeconds: number;
  readonly sentence: string;
}

export interface ModelSummary {
  readonly model: string;
  readonly environment: string;
  readonly versions: readonly string[];
  readonly rows: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly baseline: number | null;
  /** A sentence while no baseline can be judged by yet. */
  readonly learning: string | null;
  readonly verdict: Verdict;
  readonly firing: boolean;
  readonly worst: WorstFinding | null;
  readonly armed: boolean;
}

export interface BaselineEntry {
  readonly baseline: number;
  readonly origin: string;
  readonly created: number;
  readonly rows: number;
  readonly from: number;
  readonly to: number;
  readonly note: string;
  readonly active: boolean;
}

export interface ActivationEntry {
  readonly version: string;
  readonly baseline: number;
  readonly from: number;
  readonly at: number;
  readonly by: string;
}

export interface SubjectEntry {
  readonly subject: string;
  readonly kind: 'numeric' | 'categorical';
  /** '' for a subject that is tested; otherwise why it was set aside. */
  readonly aside: string;
  readonly tolerance: number | null;
}

export interface CheckEntry {
  readonly check: string;
  /** From when it can page; null is not yet. */
  readonly from: number | null;
  readonly note: string;
}

/** How far the stream's noise is known for windows of one length. */
export interface LengthCalibration {
  readonly windowSeconds: number;
  readonly calibration: Calibration;
  /** From when drift and latency can page (epoch milliseconds); 0 is from the first window on. */
  readonly pagesFrom: number;
  readonly calibratedFrom: number;
}

export interface ModelDetail {
  readonly model: string;
  readonly environment: string;
  readonly versions: readonly string[];
  readonly baselines: readonly BaselineEntry[];
  readonly activations: readonly ActivationEntry[];
  readonly subjects: readonly SubjectEntry[];
  readonly checks: readonly CheckEntry[];
  readonly calibration: readonly LengthCalibration[];
  readonly learning: string | null;
}

export interface FindingEntry {
  readonly model: string;
  readonly environment: string;
  readonly check: string;
  readonly subject: string;
  readonly version: string;
  readonly segment: string;
  readonly windowStart: number;
  readonly windowSeconds: number;
  readonly generation: string;
  readonly verdict: Verdict;
  readonly calibration: Calibration;
  /** Day since the epoch up to whose start the history of the fit reaches; 0 is no fit. */
  readonly noiseVersion: number;
  readonly p: number | null;
  readonly alpha: number | null;
  readonly effect: number | null;
  readonly effectLow: number | null;
  readonly effectHigh: number | null;
  readonly tolerance: number | null;
  readonly n: number;
  readonly nReference: number;
  readonly smallestDetectable: number | null;
  readonly baseline: number;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly sentence: string;
}

export interface ShareBin {
  readonly label: string;
  readonly low: number | null;
  readonly high: number | null;
  /** Shares of the rows. */
  readonly reference: number;
  readonly current: number;
}

export interface SideCounts {
  readonly n: number;
  readonly nMissing: number;
  readonly nNan: number;
  readonly nMismatch: number;
}

export interface Distribution {
  readonly subject: string;
  readonly kind: 'numeric' | 'categorical';
  readonly baseline: number;
  readonly windowStart: number;
  readonly windowSeconds: number;
  readonly reference: SideCounts;
  readonly current: SideCounts;
  readonly bins: readonly ShareBin[];
}

export interface AlertEntry {
  readonly environment: string;
  readonly policy: string;
  readonly state: 'ok' | 'pending' | 'firing' | 'paused';
  readonly since: number;
  readonly subjects: readonly string[];
  readonly episode: number;
}

export interface TransitionEntry {
  readonly id: string;
  readonly environment: string;
  readonly episode: number;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly at: number;
  readonly windowStart: number;
  readonly windowSeconds: number;
  readonly notify: boolean;
  readonly subjects: readonly string[];
}

export interface OrderEntry {
  readonly id: string;
  readonly environment: string;
  readonly kind: 'retrain' | 'rebuild';
  readonly state: string;
  readonly reason: string;
  readonly at: number;
  readonly step: number;
  readonly result: unknown;
  /** What would let a refused order, or a dry run, go out; else ''. */
  readonly lift: string;
  readonly target: string;
  readonly trigger: string;
  readonly by: string;
  /** What it was asked for with. */
  readonly why: string;
}

/** An order with its life, the first state first. */
export interface OrderLife {
  readonly steps: readonly OrderEntry[];
  readonly reports: readonly { readonly event: string; readonly state: string; readonly at: number }[];
  /** What its target started. */
  readonly runs: readonly {
    readonly target: string;
    readonly run: string;
    readonly url: string;
    readonly at: number;
  }[];
}

export interface AlertsAnswer {
  readonly alerts: readonly AlertEntry[];
  readonly transitions: readonly TransitionEntry[];
  readonly orders: readonly OrderEntry[];
}

interface RejectEntry {
  readonly source: string;
  readonly position: string;
  readonly at: number;
  readonly reason: string;
  readonly detail: string;
}

export interface ReadyAnswer {
  readonly ready: boolean;
  /** What keeps the service from its work, in sentences. */
  readonly reasons: readonly string[];
}

export interface RejectsAnswer {
  readonly rejects: readonly RejectEntry[];
  readonly counts: Readonly<Record<string, number>>;
}
