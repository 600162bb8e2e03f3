import { withHint } from './hints.ts';

/**
 * What to do about a failure of kafkajs, by its name and protocol type, never by its text.
 *
 * - `rejoin`: the group moved on. Drop the batches in hand and let kafkajs join again.
 * - `restart`: it may pass by itself. Make a new consumer after a wait.
 * - `end`: it will not pass. End the source with a clear line.
 */
export type KafkaAction = 'rejoin' | 'restart' | 'end';

const byType: Readonly<Record<string, KafkaAction>> = {
  REBALANCE_IN_PROGRESS: 'rejoin',
  ILLEGAL_GENERATION: 'rejoin',
  UNKNOWN_MEMBER_ID: 'rejoin',
  FENCED_INSTANCE_ID: 'end',
  NOT_COORDINATOR_FOR_GROUP: 'rejoin',
  GROUP_COORDINATOR_NOT_AVAILABLE: 'restart',
  GROUP_LOAD_IN_PROGRESS: 'restart',
  BROKER_NOT_AVAILABLE: 'restart',
  // The whole group is being replaced, or is full for the moment.
  GROUP_MAX_SIZE_REACHED: 'restart',
  OFFSET_OUT_OF_RANGE: 'restart',
  // Put right at the brokers or at a token endpoint, without a change here; other sources must not end with this one.
  TOPIC_AUTHORIZATION_FAILED: 'restart',
  GROUP_AUTHORIZATION_FAILED: 'restart',
  CLUSTER_AUTHORIZATION_FAILED: 'restart',
  SASL_AUTHENTICATION_FAILED: 'restart',
  UNSUPPORTED_SASL_MECHANISM: 'restart',
  ILLEGAL_SASL_STATE: 'restart',
  UNSUPPORTED_VERSION: 'end',
  INCONSISTENT_GROUP_PROTOCOL: 'end',
  INVALID_GROUP_ID: 'end',
  INVALID_SESSION_TIMEOUT: 'end',
  INVALID_TOPIC_EXCEPTION: 'end',
};

const byName: Readonly<Record<string, KafkaAction>> = {
  KafkaJSNotImplemented: 'end',
  KafkaJSSASLAuthenticationError: 'restart',
  KafkaJSServerDoesNotSupportApiKey: 'end',
  KafkaJSUnsupportedMagicByteInMessageSet: 'end',
  KafkaJSInvariantViolation: 'end',
  KafkaJSConnectionError: 'restart',
  KafkaJSConnectionClosedError: 'restart',
  KafkaJSRequestTimeoutError: 'restart',
  KafkaJSNoBrokerAvailableError: 'restart',
  KafkaJSBrokerNotFound: 'restart',
  // Not retriable to kafkajs, but a broker that has just started answers so.
  KafkaJSGroupCoordinatorNotFound: 'restart',
  KafkaJSMetadataNotLoaded: 'restart',
  KafkaJSTopicMetadataNotLoaded: 'restart',
  KafkaJSTimeout: 'restart',
  KafkaJSLockTimeout: 'restart',
  // Errors of the program, not of the world.
  TypeError: 'end',
  RangeError: 'end',
  ReferenceError: 'end',
  SyntaxError: 'end',
  LeewayError: 'end',
};

interface KafkaFailure {
  readonly name?: unknown;
  readonly type?: unknown;
  readonly retriable?: unknown;
  readonly cause?: unknown;
  readonly message?: unknown;
}

/** Action for one error. Wrappers (retries exceeded, non-retriable) are judged by what they wrap. */
export function kafkaAction(error: unknown): KafkaAction {
  const failure = innermost(error);
  const type = typeof failure.type === 'string' ? byType[failure.type] : undefined;
  const known = type ?? byName[String(failure.name)];
  if (known !== undefined) return known;
  return failure.retriable === true ? 'restart' : 'end';
}

/** The error that a chain of wrappers began with. */
export function innermost(error: unknown): KafkaFailure {
  let failure = (error ?? {}) as KafkaFailure;
  const seen = new Set<unknown>();
  while (isWrapper(failure) && failure.cause instanceof Error && !seen.has(failure.cause)) {
    seen.add(failure.cause);
    failure = failure.cause as KafkaFailure;
  }
  return failure;
}

const wrappers = new Set<unknown>([
  'KafkaJSNumberOfRetriesExceeded',
  'KafkaJSNonRetriableError',
  'KafkaJSError',
]);

function isWrapper(failure: KafkaFailure): boolean {
  return wrappers.has(failure.name);
}

/** One line about a failure, with advice where its words give any. */
export function kafkaFailureText(error: unknown): string {
  return withHint(String(innermost(error).message ?? error));
}
