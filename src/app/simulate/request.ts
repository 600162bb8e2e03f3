import type { Drift } from '../../simulate/drift.ts';
import type { LatencyShape, LatencyStep } from '../../simulate/latency-shape.ts';
import type { Limit } from '../../simulate/limits.ts';
import type { Disorder } from '../../simulate/traffic.ts';
import type { KafkaTarget } from './kafka-sender.ts';

export type Target =
  | {
      readonly kind: 'http';
      readonly url: string;
      readonly key: string | null;
      /** The one certificate that is trusted; null: as the machine does. */
      readonly certificate: (() => string | null) | null;
    }
  | ({ readonly kind: 'kafka' } & KafkaTarget)
  /** `keep` is the data directory that stays; null is a temporary one. */
  | { readonly kind: 'memory'; readonly keep: string | null };

/** Everything that makes up a run. Times in milliseconds. */
export interface SimulateRequest {
  readonly target: Target;
  readonly users: number;
  readonly spawnRate: number;
  /** Payloads a second; infinite is as fast as the target takes them. */
  readonly rate: number;
  /** Payloads of a request; null: what suits the target. */
  readonly batch: number | null;
  /** Null: until stopped, or the data or the past are at an end. */
  readonly runTime: number | null;
  readonly stopTimeout: number;
  /** Event time of the first payload, epoch milliseconds; null: what suits speed and run time. */
  readonly from: number | null;
  readonly eventSpeed: number;
  readonly seed: number;
  readonly model: string;
  readonly version: string;
  readonly environment: string;
  /** Rows to replay; null for the synthetic model. */
  readonly file: string | null;
  readonly once: boolean;
  readonly features: readonly string[];
  readonly season: number;
  readonly valueSeason: number;
  readonly drifts: readonly Drift[];
  readonly disorder: Disorder;
  readonly latency: LatencyShape;
  readonly latencyStep: LatencyStep | null;
  readonly limits: readonly Limit[];
}
