/**
 * Every error a user can meet: code, HTTP status, and what to do. One table; a test checks that each code is
 * documented in docs/errors.md. Codes are never reused for another meaning.
 */
export const errorCodes = {
  LW_CONFIG_INVALID: {
    status: 400,
    advice: 'Correct the line named above; `leeway check-config FILE` checks again.',
  },
  LW_CONFIG_UNREADABLE: { status: 400, advice: 'Check that the file exists and may be read.' },
  LW_LISTEN_REFUSED: {
    status: 400,
    advice: 'Make a key as the message says, or use --host 127.0.0.1, which needs none.',
  },
  LW_LISTEN_FAILED: {
    status: 409,
    advice: 'Give --port another number (0 is any free one), or stop what listens there.',
  },
  LW_DATA_LOCKED: {
    status: 409,
    advice: 'Another Leeway uses this data directory. Stop it, or give --data another directory.',
  },
  LW_DATA_UNUSABLE: {
    status: 500,
    advice: 'Give --data a directory that can be made and written.',
  },
  LW_STORE_AWAY: {
    status: 503,
    advice: 'Check that ClickHouse runs and that clickhouse.url is right. Intake is paused; nothing is lost.',
  },
  LW_STORE_REFUSED: {
    status: 500,
    advice: 'ClickHouse refused the statement; its code and message are in the log.',
  },
  LW_STORE_FATAL: {
    status: 500,
    advice: 'The storage engine cannot go on. Restart Leeway; it recovers by itself.',
  },
  LW_MIGRATION_CHANGED: {
    status: 500,
    advice: 'The tables were made by another version of Leeway. Use that version, or a newer one.',
  },
  LW_BODY_TOO_LARGE: {
    status: 413,
    advice: 'Send fewer rows per request, or raise limits in the configuration.',
  },
  LW_BODY_INVALID: {
    status: 400,
    advice: 'Send one JSON object, an array of objects, or NDJSON. See docs/formats.md.',
  },
  LW_ENCODING_UNSUPPORTED: { status: 415, advice: 'Send identity or gzip.' },
  LW_NOT_READY: { status: 503, advice: 'Try again shortly; GET /readyz says what is missing.' },
  LW_NOT_FOUND: {
    status: 404,
    advice: 'Check the name; `leeway models` or GET /v1/models lists the models.',
  },
  LW_REQUEST_INVALID: { status: 400, advice: 'See GET /openapi.json for what this route takes.' },
  LW_CONFLICT: { status: 409, advice: 'Look at the current state and try again.' },
  LW_BASELINE_INVALID: {
    status: 400,
    advice: 'Give at least 500 rows with a model and features; see docs/formats.md.',
  },
  LW_FILE_INVALID: { status: 400, advice: 'Give an NDJSON, CSV or Parquet file with one row per inference.' },
  LW_REPLAY_UNFINISHED: {
    status: 409,
    advice:
      'Give --data another directory (or clickhouse.database another name) to replay the file from its start.',
  },
  LW_EXPORT_INVALID: {
    status: 400,
    advice: 'Give a directory or .tar file that `leeway export` of this version has written, unchanged.',
  },
  LW_STORE_NOT_EMPTY: {
    status: 409,
    advice: 'Import into an empty store: another --data directory, or another clickhouse.database.',
  },
  LW_REINGEST_REFUSED: {
    status: 409,
    advice: 'Nothing was removed. Ask for the part that is named, or give the rows as a file.',
  },
  LW_SOURCE_CRASHED: {
    status: 500,
    advice: 'The source stopped and cannot restart by itself; the line above says why.',
  },
  LW_REGISTRY_AWAY: {
    status: 503,
    advice:
      'Check that MLflow runs and that mlflow.url, outbound.allow and its token are right; MLflow delivers again.',
  },
  LW_REGISTRY_BASELINE: {
    status: 409,
    advice: 'Log the rows of the baseline with the run, or upload them: `leeway baseline create --help`.',
  },
  LW_KAFKA_ERROR: {
    status: 502,
    advice:
      'Check that the brokers run and that brokers, tls and sasl of the source are right; it tries again by itself.',
  },
  LW_KAFKA_WARNING: {
    status: 502,
    advice: 'Nothing, unless it comes again and again: then look at the log of the brokers.',
  },
  LW_ELECTION_AWAY: {
    status: 503,
    advice:
      'Check that the brokers of the election answer and that its topic is there or may be made. Intake goes on; nothing is judged or sent until there is a leader.',
  },
  LW_NOT_LEADER: {
    status: 503,
    advice:
      'Send a request again: it reaches the process that leads. GET /readyz of each says which one it is.',
  },
  LW_SUSTAIN_FAILED: {
    status: 500,
    advice:
      'Check that the Alertmanager (or PagerDuty) of that name answers. It is told again every minute; an alert that it was not told of for four minutes ends there, and begins again when it is reached.',
  },
  LW_ROUTE_UNHEARD: {
    status: 500,
    advice:
      'Make a receiver of that name with `leeway channels create`, or correct `routes` of the policy: its alerts reach nobody by that route.',
  },
  LW_SECRETS_KEY: {
    status: 400,
    advice:
      'Make a key with `openssl rand -base64 32`, give it as secretsKeys (from the environment or a file), and restart.',
  },
  LW_TARGET_REFUSED: {
    status: 400,
    advice: 'What Leeway calls must be a public http(s) address, or be listed in outbound.allow.',
  },
  LW_TARGET_FAILED: { status: 502, advice: 'The receiver did not take the message; it is tried again.' },
  LW_SERVICE_UNREACHABLE: {
    status: 503,
    advice: 'Start it with `leeway start`, or say where it runs: --data DIRECTORY or --url ADDRESS.',
  },
  LW_ORIGIN_REFUSED: {
    status: 403,
    advice: 'Call it as localhost or 127.0.0.1; pages of other origins must be listed in http.cors.origins.',
  },
  LW_LISTEN_WARNING: {
    status: 500,
    advice: 'Set listen.tls, or let nobody but a TLS proxy reach this address.',
  },
  LW_TLS_INVALID: {
    status: 400,
    advice:
      'Check that the PEM files of listen.tls may be read and that certificate and key belong together.',
  },
  LW_KEYS_INVALID: {
    status: 500,
    advice: 'Put a saved keys.json back, or remove the file and make keys anew with `leeway keys create`.',
  },
  LW_UNAUTHENTICATED: {
    status: 401,
    advice:
      'Send a key as `Authorization: Bearer lw_...` (command line: LEEWAY_API_KEY or --key-file); `leeway keys create` where the service runs makes one.',
  },
  LW_FORBIDDEN: {
    status: 403,
    advice: 'Use a key with the role named; `leeway keys list` shows the roles of each.',
  },
  LW_RATE_LIMITED: {
    status: 429,
    advice: 'Wait as long as Retry-After says. Send more rows a request, or raise access.requestsPerSecond.',
  },
  LW_INTERNAL: { status: 500, advice: 'The log has the cause under the request id; please report it.' },
  LW_USAGE: { status: 400, advice: 'See `leeway --help`.' },
} as const;
export type ErrorCode = keyof typeof errorCodes;

/** An error with a stable code. `message` says what happened and where; `advice` what to do, the code's own unless given. */
export class LeewayError extends Error {
  readonly code: ErrorCode;
  readonly advice: string;

  constructor(code: ErrorCode, message: string, cause?: unknown, advice: string = errorCodes[code].advice) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'LeewayError';
    this.code = code;
    this.advice = advice;
  }

  get status(): number {
    return errorCodes[this.code].status;
  }
}
