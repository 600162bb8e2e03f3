/**
 * What to do about a ClickHouse failure, decided by its numeric code alone.
 * - `retry`: it may pass, or an operator will mend it; the rows are not to blame.
 * - `halve`: some row of the insert, or its size, is to blame: split it down to the row.
 * - `refuse`: the statement is wrong; trying again changes nothing.
 * - `fatal`: the engine or the account is unusable; the process must not go on.
 */
export type FailureClass = 'retry' | 'halve' | 'refuse' | 'fatal';

/** Codes that are not listed are `refuse`. Names as in ClickHouse's ErrorCodes.cpp (a test asks the engine). */
export const failureCodes: Readonly<Record<number, readonly [name: string, failure: FailureClass]>> = {
  3: ['UNEXPECTED_END_OF_FILE', 'retry'],
  6: ['CANNOT_PARSE_TEXT', 'halve'],
  16: ['NO_SUCH_COLUMN_IN_TABLE', 'retry'],
  25: ['CANNOT_PARSE_ESCAPE_SEQUENCE', 'halve'],
  26: ['CANNOT_PARSE_QUOTED_STRING', 'halve'],
  27: ['CANNOT_PARSE_INPUT_ASSERTION_FAILED', 'halve'],
  32: ['ATTEMPT_TO_READ_AFTER_EOF', 'retry'],
  33: ['CANNOT_READ_ALL_DATA', 'halve'],
  38: ['CANNOT_PARSE_DATE', 'halve'],
  41: ['CANNOT_PARSE_DATETIME', 'halve'],
  53: ['TYPE_MISMATCH', 'halve'],
  60: ['UNKNOWN_TABLE', 'retry'],
  69: ['ARGUMENT_OUT_OF_BOUND', 'halve'],
  72: ['CANNOT_PARSE_NUMBER', 'halve'],
  74: ['CANNOT_READ_FROM_FILE_DESCRIPTOR', 'retry'],
  75: ['CANNOT_WRITE_TO_FILE_DESCRIPTOR', 'retry'],
  76: ['CANNOT_OPEN_FILE', 'retry'],
  81: ['UNKNOWN_DATABASE', 'retry'],
  95: ['CANNOT_READ_FROM_SOCKET', 'retry'],
  96: ['CANNOT_WRITE_TO_SOCKET', 'retry'],
  117: ['INCORRECT_DATA', 'halve'],
  131: ['TOO_LARGE_STRING_SIZE', 'halve'],
  159: ['TIMEOUT_EXCEEDED', 'retry'],
  160: ['TOO_SLOW', 'retry'],
  164: ['READONLY', 'retry'],
  173: ['CANNOT_ALLOCATE_MEMORY', 'retry'],
  192: ['UNKNOWN_USER', 'fatal'],
  193: ['WRONG_PASSWORD', 'fatal'],
  194: ['REQUIRED_PASSWORD', 'fatal'],
  195: ['IP_ADDRESS_NOT_ALLOWED', 'fatal'],
  198: ['DNS_ERROR', 'retry'],
  201: ['QUOTA_EXCEEDED', 'retry'],
  202: ['TOO_MANY_SIMULTANEOUS_QUERIES', 'retry'],
  203: ['NO_FREE_CONNECTION', 'retry'],
  209: ['SOCKET_TIMEOUT', 'retry'],
  210: ['NETWORK_ERROR', 'retry'],
  218: ['TABLE_IS_DROPPED', 'retry'],
  225: ['NO_ZOOKEEPER', 'retry'],
  236: ['ABORTED', 'fatal'],
  // The memory of one insert: halving helps; a single row is never to blame (steady.ts repeats it).
  241: ['MEMORY_LIMIT_EXCEEDED', 'halve'],
  242: ['TABLE_IS_READ_ONLY', 'retry'],
  243: ['NOT_ENOUGH_SPACE', 'retry'],
  // Merges are behind. "Too many partitions in one block" has this code too, but the intake never sends such a block.
  252: ['TOO_MANY_PARTS', 'retry'],
  254: ['NO_ACTIVE_REPLICAS', 'retry'],
  279: ['ALL_CONNECTION_TRIES_FAILED', 'retry'],
  285: ['TOO_FEW_LIVE_REPLICAS', 'retry'],
  286: ['UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE', 'retry'],
  319: ['UNKNOWN_STATUS_OF_INSERT', 'retry'],
  321: ['VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE', 'halve'],
  369: ['ALL_REPLICAS_ARE_STALE', 'retry'],
  394: ['QUERY_WAS_CANCELLED', 'retry'],
  425: ['SYSTEM_ERROR', 'retry'],
  439: ['CANNOT_SCHEDULE_TASK', 'retry'],
  473: ['DEADLOCK_AVOIDED', 'retry'],
  497: ['ACCESS_DENIED', 'retry'],
  499: ['S3_ERROR', 'retry'],
  516: ['AUTHENTICATION_FAILED', 'fatal'],
  745: ['SERVER_OVERLOADED', 'retry'],
  999: ['KEEPER_EXCEPTION', 'retry'],
  1000: ['POCO_EXCEPTION', 'retry'],
  // What a disk that is full or a shortage of memory comes as: nothing is known about the rows, so none is dropped.
  1001: ['STD_EXCEPTION', 'retry'],
  1002: ['UNKNOWN_EXCEPTION', 'retry'],
};

/** Class of a ClickHouse error code. */
export function classOfCode(code: number): FailureClass {
  return failureCodes[code]?.[1] ?? 'refuse';
}

/** A failure of the store: its numeric code (0 = transport), what to do, and the engine's own words as cause. */
export class StoreError extends Error {
  readonly code: number;
  readonly failure: FailureClass;

  constructor(code: number, failure: FailureClass, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StoreError';
    this.code = code;
    this.failure = failure;
  }
}

/**
 * Turns whatever the client threw into a StoreError. Without a code of the engine it is the transport's failure and
 * takes `uncoded` as its class; errors of this program itself (TypeError and the like) are `fatal`.
 */
export function toStoreError(error: unknown, uncoded: FailureClass = 'retry'): StoreError {
  if (error instanceof StoreError) return error;
  const raw = error as { code?: unknown; message?: unknown } | null;
  const code = Number(raw?.code);
  const message = String(raw?.message ?? error).slice(0, 2000);
  if (Number.isInteger(code) && code > 0) return new StoreError(code, classOfCode(code), message, error);
  return new StoreError(0, isOurs(error) ? 'fatal' : uncoded, message, error);
}

function isOurs(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}
