import { createRequire } from 'node:module';
import kafkajs from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { LeewayError } from '../../lib/errors.ts';
import { type KafkaAction, kafkaAction, kafkaFailureText } from './failures.ts';

interface ErrorClass {
  new (message: unknown, options?: object): Error;
}
const errors = createRequire(import.meta.url)('kafkajs/src/errors') as Record<string, ErrorClass>;
const { createErrorFromCode } = createRequire(import.meta.url)('kafkajs/src/protocol/error') as {
  createErrorFromCode: (code: number) => Error & { type: string };
};

const protocol: readonly [code: number, type: string, action: KafkaAction][] = [
  [27, 'REBALANCE_IN_PROGRESS', 'rejoin'],
  [22, 'ILLEGAL_GENERATION', 'rejoin'],
  [25, 'UNKNOWN_MEMBER_ID', 'rejoin'],
  [16, 'NOT_COORDINATOR_FOR_GROUP', 'rejoin'],
  [15, 'GROUP_COORDINATOR_NOT_AVAILABLE', 'restart'],
  [14, 'GROUP_LOAD_IN_PROGRESS', 'restart'],
  [3, 'UNKNOWN_TOPIC_OR_PARTITION', 'restart'],
  [5, 'LEADER_NOT_AVAILABLE', 'restart'],
  [6, 'NOT_LEADER_FOR_PARTITION', 'restart'],
  [7, 'REQUEST_TIMED_OUT', 'restart'],
  [13, 'NETWORK_EXCEPTION', 'restart'],
  [56, 'KAFKA_STORAGE_ERROR', 'restart'],
  [82, 'FENCED_INSTANCE_ID', 'end'],
  [29, 'TOPIC_AUTHORIZATION_FAILED', 'restart'],
  [30, 'GROUP_AUTHORIZATION_FAILED', 'restart'],
  [58, 'SASL_AUTHENTICATION_FAILED', 'restart'],
  [33, 'UNSUPPORTED_SASL_MECHANISM', 'restart'],
  [34, 'ILLEGAL_SASL_STATE', 'restart'],
  [35, 'UNSUPPORTED_VERSION', 'end'],
  [23, 'INCONSISTENT_GROUP_PROTOCOL', 'end'],
  [26, 'INVALID_SESSION_TIMEOUT', 'end'],
  [24, 'INVALID_GROUP_ID', 'end'],
];

const named: readonly [name: string, action: KafkaAction][] = [
  ['KafkaJSNotImplemented', 'end'],
  ['KafkaJSSASLAuthenticationError', 'restart'],
  ['KafkaJSUnsupportedMagicByteInMessageSet', 'end'],
  ['KafkaJSConnectionError', 'restart'],
  ['KafkaJSConnectionClosedError', 'restart'],
  ['KafkaJSRequestTimeoutError', 'restart'],
  ['KafkaJSNoBrokerAvailableError', 'restart'],
  ['KafkaJSBrokerNotFound', 'restart'],
  ['KafkaJSGroupCoordinatorNotFound', 'restart'],
  ['KafkaJSLockTimeout', 'restart'],
];

describe('action by error of kafkajs', () => {
  it.each(protocol)('protocol code %i %s: %s', (code, type, action) => {
    const error = createErrorFromCode(code);
    expect(error.type).toBe(type);
    expect(kafkaAction(error)).toBe(action);
  });

  it.each(named)('%s: %s', (name, action) => {
    expect(kafkaAction(new errors[name]!('it happened', {}))).toBe(action);
  });

  it('judges wrappers by what they wrap', () => {
    const wrap = (cause: Error) =>
      new kafkajs.KafkaJSNumberOfRetriesExceeded(cause, { retryCount: 5, retryTime: 1 });
    expect(kafkaAction(wrap(new errors['KafkaJSConnectionError']!('away', {})))).toBe('restart');
    expect(kafkaAction(wrap(createErrorFromCode(23)))).toBe('end');
    const cause = new errors['KafkaJSNotImplemented']!('Snappy compression not implemented');
    expect(kafkaAction(new errors['KafkaJSNonRetriableError']!(cause, { cause }))).toBe('end');
  });

  it('ends on errors of the program and on what it does not know', () => {
    expect(kafkaAction(new TypeError('x is undefined'))).toBe('end');
    expect(kafkaAction(new Error('no idea'))).toBe('end');
    expect(kafkaAction(undefined)).toBe('end');
    expect(kafkaAction(new LeewayError('LW_SOURCE_CRASHED', 'gzip'))).toBe('end');
  });

  it('says what to look at where the words give it away, once', () => {
    const text = kafkaFailureText(
      new errors['KafkaJSConnectionError']!('Connection error: self-signed certificate', {}),
    );
    expect(text).toMatch(/^Connection error: self-signed certificate \(.*name its PEM file in tls\.ca\)$/);
    expect(kafkaFailureText(new Error(text))).toBe(text);
    expect(kafkaFailureText(new Error('plain'))).toBe('plain');
  });
});
