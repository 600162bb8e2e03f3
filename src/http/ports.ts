import type { TlsOptions } from 'node:tls';
import type { BaselineOrigin } from '../domain/baseline.ts';
import type { Calibration, Finding, Verdict } from '../domain/finding.ts';
import type { Order } from '../domain/order.ts';
import type { Binning, Profile } from '../domain/profile.ts';
import type { RejectReason } from '../domain/reject.ts';
import type { AccessDeps } from './access.ts';
import type { BacktestDesk } from './backtest.ts';
import type { AlertDesk, SilenceDesk } from './control-ports.ts';
import type { DumpDoor } from './dump-door.ts';
import type { ErasureDesk } from './erasure-desk.ts';
import type { ExportDoor } from './export-door.ts';
import type { FileDoor } from './file-door.ts';
import type { BaselineHistory, DoctorReader, OverviewReader, WindowList } from './operate-ports.ts';
import type { DeliveryDesk, ReceiverDesk } from './receiver-desk.ts';
import type { ReceiverTester } from './receiver-tester.ts';
import type { RegistryDoor } from './registry-door.ts';
import type { ReingestDoor } from './reingest-door.ts';
import type { RetrainingDesk } from './retraining-desk.ts';

/** A row of a request that was not taken. */
export interface Refusal {
  /** Place in the request, from 0. */
  readonly index: number;
  readonly reason: RejectReason;
  readonly detail: string;
}

/** What became of a request. Given after everything in it was stored. */
export interface IntakeAnswer {
  readonly stored: number;
  readonly labels: number;
  readonly refused: readonly Refusal[];
  /** True when this `Idempotency-Key` was answered before: nothing was stored again. */
  readonly idempotent?: boolean;
}

/**
 * Takes rows in; resolves when they are stored and marked. Throws LeewayError: LW_BODY_INVALID (neither JSON nor
 * NDJSON), LW_BODY_TOO_LARGE (too many rows), LW_STORE_AWAY.
 */
export interface Intake {
  /** The decoded (not compressed) body, its content type ('' when none was given), the Idempotency-Key. */
  ingest(body: Uint8Array, contentType: string, key: string | null): Promise<IntakeAnswer>;
}

export interface WorstFinding {
  readonly subject: string;
  readonly check: string;
  readonly effect: number;
  readonly tolerance: number;
  readonly windowSeconds: number;
  readonly sentence: string;
}

/** A model in an environment. Times are epoch milliseconds. */
export interface ModelSummary {
  readonly model: string;
  readonly environment: string;
  readonly versions: readonly string[];
  readonly rows: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** Active baseline, null while there is none. */
  readonly baseline: number | null;
  /** A sentence while no baseline can be judged by yet. */
  readonly learning: string | null;
  readonly verdict: Verdict;
  readonly firing: boolean;
  readonly worst: WorstFinding | null;
  readonly armed: boolean;
}

export interface BaselineSummary {
  readonly baseline: number;
  readonly origin: BaselineOrigin;
  /** Epoch milliseconds, like `from` and `to` (both 0: no time axis). */
  readonly created: number;
  readonly rows: number;
  readonly from: number;
  readonly to: number;
  readonly note: string;
  readonly active: boolean;
}

export interface ActivationSummary {
  readonly version: string;
  readonly baseline: number;
  readonly from: number;
  readonly at: number;
  readonly by: string;
}

/** How far the noise of a stream is known for windows of one length. */
export interface LengthCalibration {
  readonly windowSeconds: number;
  readonly calibration: Calibration;
  /** From when drift and latency can page (epoch milliseconds): 0 is from the first window with a baseline on. */
  readonly pagesFrom: number;
  /** From when their verdicts are calibrated, and may order a retraining (epoch milliseconds). */
  readonly calibratedFrom: number;
}

export interface ModelDetail {
  readonly model: string;
  readonly environment: string;
  readonly versions: readonly string[];
  readonly baselines: readonly BaselineSummary[];
  readonly activations: readonly ActivationSummary[];
  /** Tolerance of the subject's drift check, NaN where it has none. */
  readonly subjects: readonly {
    readonly subject: string;
    readonly kind: 'numeric' | 'categorical';
    readonly aside: string;
    readonly tolerance: number;
  }[];
  /** From when each check can page, epoch milliseconds; null: not known yet. */
  readonly checks: readonly { readonly check: string; readonly from: number | null; readonly note: string }[];
  /** By window length, for the newest window of each. */
  readonly calibration: readonly LengthCalibration[];
  readonly learning: string | null;
  /** Expected false alarms in 30 days, and where the number comes from. */
  readonly budget?: { readonly falseAlarmsPerMonth: number; readonly from: string };
}

/** Null is "any". Times are epoch milliseconds: findings whose window ends after `from` and at `to` or before. */
export interface FindingsQuery {
  readonly model: string;
  readonly environment: string | null;
  readonly check: string | null;
  readonly subject: string | null;
  readonly windowSeconds: number | null;
  readonly from: number | null;
  readonly to: number | null;
  readonly limit: number;
}

export interface DistributionQuery {
  readonly model: string;
  readonly environment: string | null;
  readonly subject: string;
  /** Epoch seconds; null is the latest judged window of this length. */
  readonly windowStart: number | null;
  readonly windowSeconds: number;
}

/** The two profiles a finding compared, in the frozen binning. */
export interface RawDistribution {
  readonly baseline: number;
  readonly windowStart: number;
  readonly windowSeconds: number;
  readonly binning: Binning;
  readonly reference: Profile;
  readonly current: Profile;
}

/** Rows by event time in [from, to), epoch milliseconds; null is open. */
export interface ExportQuery {
  readonly model: string;
  readonly environment: string | null;
  readonly version: string | null;
  readonly from: number | null;
  readonly to: number | null;
  /** Only rows that have a label. */
  readonly labelled: boolean;
  readonly limit: number;
}

export interface ModelReader {
  list(): Promise<readonly ModelSummary[]>;
  /** Null when there is no such model. Without an environment: the one seen last. */
  detail(model: string, environment: string | null): Promise<ModelDetail | null>;
  /** Newest window first. */
  findings(query: FindingsQuery): Promise<readonly Finding[]>;
  /** Null when there is no such subject, window or baseline. */
  distribution(query: DistributionQuery): Promise<RawDistribution | null>;
  /** One plain object a row, in the names of payload version 1; not a number is null. */
  rows(query: ExportQuery): AsyncIterable<Readonly<Record<string, unknown>>>;
}

export interface BaselineUpload {
  readonly model: string;
  readonly format: 'json' | 'ndjson' | 'csv' | 'parquet';
  readonly body: Uint8Array;
  /** Columns of a table that are text though they look like numbers. */
  readonly text?: readonly string[];
  readonly activate: boolean;
  readonly note: string;
}

/** Times are epoch milliseconds. */
export interface BaselineRange {
  readonly model: string;
  readonly environment: string | null;
  readonly from: number;
  readonly to: number;
  readonly activate: boolean;
  readonly note: string;
}

export interface ActivationOrder {
  readonly model: string;
  readonly version: string;
  readonly baseline: number;
  /** Epoch milliseconds; null is now. */
  readonly from: number | null;
  readonly by: string;
}

/** Throws LeewayError: LW_BASELINE_INVALID, LW_FILE_INVALID, LW_NOT_FOUND. */
export interface BaselineDesk {
  list(model: string): Promise<readonly BaselineSummary[]>;
  upload(upload: BaselineUpload): Promise<BaselineSummary>;
  cut(range: BaselineRange): Promise<BaselineSummary>;
  activate(order: ActivationOrder): Promise<ActivationSummary>;
}

export interface AlertSummary {
  readonly environment: string;
  readonly policy: string;
  readonly state: 'ok' | 'pending' | 'firing' | 'paused';
  readonly since: number;
  readonly subjects: readonly string[];
  readonly episode: number;
}

export interface TransitionSummary {
  readonly id: string;
  readonly environment: string;
  readonly policy: string;
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

export interface AlertReader {
  alerts(model: string): Promise<readonly AlertSummary[]>;
  /** Newest first. */
  transitions(model: string, limit: number): Promise<readonly TransitionSummary[]>;
  /** The last step of each order, newest first; null is every model. */
  orders(model: string | null, limit: number): Promise<readonly Order[]>;
}

/** What the receiver of an order reports; times are epoch milliseconds. */
export interface RetrainingEvent {
  readonly event_id: string;
  readonly state: 'accepted' | 'running' | 'succeeded' | 'failed';
  readonly version?: string;
  readonly baseline?: number;
  readonly training?: { readonly from: number; readonly to: number };
  readonly metrics?: { readonly accuracy_before?: number; readonly accuracy_after?: number };
  readonly message?: string;
  readonly artifact?: string;
}

export interface RejectSummary {
  readonly source: string;
  readonly position: string;
  readonly at: number;
  readonly reason: string;
  readonly detail: string;
  readonly content: string;
  readonly payload: string;
}

export interface JobSummary {
  readonly job: string;
  readonly model: string;
  readonly started: number;
  readonly finished: number;
  readonly outcome: string;
  readonly detail: string;
}

export interface ProgressSummary {
  readonly source: string;
  readonly partition: string;
  readonly position: string;
  readonly watermark: number;
  readonly lag: number;
  readonly at: number;
}

export interface StatusReader {
  /** Newest first. */
  rejects(query: {
    readonly reason: string | null;
    readonly source: string | null;
    readonly limit: number;
  }): Promise<readonly RejectSummary[]>;
  /** Rejects kept, by reason. */
  rejectCounts(): Promise<Readonly<Record<string, number>>>;
  /** Newest first. */
  jobs(limit: number): Promise<readonly JobSummary[]>;
  progress(): Promise<readonly ProgressSummary[]>;
  /** Whether this process does the scheduled work, and a sentence about it; null (or absent) where it is alone. */
  leadership?(): { readonly leader: boolean; readonly election: string } | null;
  /** What keeps the service from doing its work, in plain sentences; empty is ready. Must not wait for the store. */
  unready(): readonly string[];
}

/** The text of a scrape. */
export interface MetricsText {
  metrics(): Promise<string>;
  readonly contentType: string;
}

export interface HttpLimits {
  /** Largest body after decompression, bytes. */
  readonly bodyBytes: number;
  /** The same for an uploaded baseline. */
  readonly uploadBytes: number;
  /** Longest wait for the store before a request is answered 503, milliseconds; default 10,000. */
  readonly waitMs?: number;
  /** Intake requests that may wait for the store at once; default 64. */
  readonly waiting?: number;
  /** Longest time a request's head, and a whole request, may take to arrive, milliseconds; default 15,000 and 60,000. */
  readonly headMs?: number;
  readonly requestMs?: number;
  /** Exports that may run at once, default 2, and how long a receiver may take nothing, default 120,000 ms. */
  readonly exports?: { readonly most?: number; readonly stallMs?: number };
  /** Most connections at once; default 4,096. */
  readonly connections?: number;
}

/** Everything the HTTP interface stands on. */
export interface HttpDeps {
  readonly inferences: Intake;
  readonly labels: Intake;
  /** Rows of files; absent in a process that does not ingest. */
  readonly files?: FileDoor;
  /** The whole store, for `leeway export`. */
  readonly dump?: DumpDoor;
  /** Rows as tables; absent: as NDJSON alone. */
  readonly exports?: ExportDoor;
  /** Rows removed and read again; absent in a process that does not ingest. */
  readonly reingest?: ReingestDoor;
  /** Absent: nothing can be erased here. */
  readonly erasures?: ErasureDesk;
  readonly models: ModelReader;
  readonly baselines: BaselineDesk;
  readonly alerts: AlertReader;
  /** Absent: alerts can only be read of. */
  readonly alertDesk?: AlertDesk;
  /** Absent: nothing can be silenced here. */
  readonly silences?: SilenceDesk;
  /** Absent: nobody is told of alerts here. */
  readonly receiverTester?: ReceiverTester;
  readonly retraining: RetrainingDesk;
  /** Absent: no model registry is followed here. */
  readonly registry?: RegistryDoor;
  /** Absent: receivers cannot be listed or kept here. */
  readonly receivers?: ReceiverDesk;
  /** Absent: nothing is sent from here. */
  readonly deliveries?: DeliveryDesk;
  readonly status: StatusReader;
  /** Absent: baselines can be listed and activated alone. */
  readonly history?: BaselineHistory;
  /** Absent: findings can be asked for alone. */
  readonly windows?: WindowList;
  /** Absent: the past cannot be asked what it would have been. */
  readonly backtest?: BacktestDesk;
  /** Absent: only its parts can be asked for. */
  readonly overview?: OverviewReader;
  /** Absent: nothing is told of the machine. */
  readonly doctor?: DoctorReader;
  readonly metrics: MetricsText;
  readonly limits: HttpLimits;
  /** Who may call; absent only on loopback, where everybody on this machine may. */
  readonly access?: AccessDeps;
  /** Certificate and key of a listener that speaks TLS; absent: plain HTTP. */
  readonly tls?: TlsOptions;
  /** Origins whose pages may send inferences and labels. */
  readonly corsOrigins: readonly string[];
  /** Whether it listens on loopback: then only loopback names are answered. */
  readonly loopback: boolean;
  /** Folder of the built page, null when there is none. */
  readonly page: string | null;
  /** Version of Leeway, for /openapi.json. */
  readonly version: string;
  /** Told of answers with status 500 and above. */
  readonly problem: (e: { readonly code: string; readonly message: string }) => void;
}
