import { type DestinationStream, type Logger, pino } from 'pino';

export interface LoggerOptions {
  readonly level: string;
  /** Lines for people rather than JSON. */
  readonly pretty: boolean;
  /** Where lines go. */
  readonly write: (line: string) => void;
}

/** What must never be in a log, wherever it may come from. */
const redacted = ['password', 'secret', 'secrets', 'authorization', 'payload', 'body'].flatMap(key => [
  key,
  `*.${key}`,
]);

/** A pino logger: JSON lines for machines, one plain line each for people. */
export function createLogger({ level, pretty, write }: LoggerOptions): Logger {
  const stream: DestinationStream = { write: line => write(pretty ? plainLine(line) : line) };
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: redacted, censor: '<secret>' },
  };
  return pino(options, stream);
}

const levelNames: Readonly<Record<number, string>> = {
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

/** `12:00:00 info  new model model=churn environment=prod` */
function plainLine(json: string): string {
  const { level, time, msg, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const rest = Object.entries(fields).map(([key, value]) => ` ${key}=${plainValue(value)}`);
  const name = (levelNames[Number(level)] ?? 'info').padEnd(5);
  return `${String(time).slice(11, 19)} ${name} ${plainValue(msg, false)}${rest.join('')}\n`;
}

/** Text of others cannot start a line or colour the terminal: whatever is not plain is quoted. */
function plainValue(value: unknown, quoteSpaces = true): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)) return JSON.stringify(text).replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '?');
  return quoteSpaces && typeof value === 'string' && /[\s"=]/.test(text) ? JSON.stringify(text) : text;
}
