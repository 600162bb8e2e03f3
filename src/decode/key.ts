import { bucketOf, type Inference } from '../domain/inference.ts';
import { type Fields, isGiven } from './fields.ts';
import { createModelReader } from './model.ts';
import type { DecodeOptions } from './options.ts';
import type { Place } from './place.ts';
import { isRefusal, kindOf, type Refusal, refuse } from './refusal.ts';
import { createNameReader, readId } from './texts.ts';
import { parseTime } from './time.ts';

/** What makes a row this row and no other. */
export interface Key {
  readonly model: string;
  readonly environment: string;
  readonly version: string;
  /** '' when the payload has none. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly timeSource: Inference['timeSource'];
}

/** Reads the parts of a key. */
export interface KeyReader {
  /** The key of an inference; refuses a bucket that is sealed. */
  read(fields: Fields, place: Place): Key | Refusal;
  /** The key of a label, which may come however late. */
  readLabelKey(fields: Fields, place: Place): Key | Refusal;
}

export function createKeyReader(options: DecodeOptions): KeyReader {
  const modelOf = createModelReader(options);
  const versionName = createNameReader('version', 'bad-version');
  const environmentName = createNameReader('environment', 'bad-environment');
  const readLabelKey = (fields: Fields, place: Place): Key | Refusal => {
    const model = modelOf(fields, place);
    if (isRefusal(model)) return model;
    if (model === '') return refuse('no-model', '`model` is absent and the source does not fix it');
    const version = versionName(fields.version);
    if (isRefusal(version)) return version;
    const environment = environmentName(fields.environment);
    if (isRefusal(environment)) return environment;
    const id = readId(fields.id);
    if (isRefusal(id)) return id;
    const time = readTime(fields.time, place, options);
    if (isRefusal(time)) return time;
    return {
      model,
      environment: environment === '' ? options.environment : environment,
      version,
      id,
      time,
      timeSource: timeSourceOf(fields.time, place),
    };
  };
  return {
    readLabelKey,
    read: (fields, place) => {
      const key = readLabelKey(fields, place);
      if (isRefusal(key)) return key;
      const sealed = bucketOf(key.time) + options.retentionSeconds < place.now / 1000;
      return sealed
        ? refuse('bucket-sealed', `the event time is more than ${options.retentionSeconds} s ago`)
        : key;
    },
  };
}

function timeSourceOf(value: unknown, place: Place): Inference['timeSource'] {
  if (isGiven(value)) return 'payload';
  return place.time === null ? 'server' : 'record';
}

/** The payload's time, else the transport's, else the clock's. */
function readTime(value: unknown, place: Place, options: DecodeOptions): number | Refusal {
  if (!isGiven(value)) {
    if (place.time === null && !options.serverTime) return refuse('bad-time', '`time` is absent');
    return checkAhead(place.time ?? place.now, place, options);
  }
  const time = parseTime(value);
  if (!Number.isNaN(time)) return checkAhead(time, place, options);
  const wanted = 'RFC 3339 with an offset, or epoch seconds, milliseconds or microseconds';
  return refuse('bad-time', `\`time\` is ${kindOf(value)} that is not ${wanted}`);
}

function checkAhead(time: number, place: Place, options: DecodeOptions): number | Refusal {
  if (time <= place.now + options.aheadMs) return time;
  return refuse('time-ahead', `the event time is more than ${options.aheadMs / 1000} s ahead of the clock`);
}
