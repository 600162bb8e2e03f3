import { Type } from 'typebox';
import { fieldRulesSchema } from './field-rules.ts';
import { kafkaSaslSchema, kafkaTlsSchema, modelFromSchema } from './kafka-security.ts';

export { secretText } from './secret-text.ts';

const name = Type.String({
  pattern: '^[a-z][a-z0-9_-]{0,63}$',
  patternErrorMessage: 'must be a small letter, then up to 63 small letters, digits, _ or -',
  description: 'Name of the source: part of every position, and a metric label. Do not change it later.',
});

/** What stands in a mapping besides objects; src/decode/mapping.ts reads it. */
const pointer = Type.String();

const fixed = {
  model: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 128,
      description: 'Model of every record of this source, whatever the payload says.',
    }),
  ),
  environment: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 128,
      description: 'Environment of every record that names none.',
    }),
  ),
  mapping: Type.Optional(
    Type.Record(Type.String(), Type.Union([pointer, Type.Record(Type.String(), Type.String())]), {
      description:
        'For JSON that is not in payload version 1: for each field (`id`, `time`, `model`, `features`, `prediction`, ...) the JSON pointer where it stands, e.g. `{id: /meta/request_id}`; for `model`, `version` and `environment` also `{const: text}`, for `features`, `prediction` and `segment` also an object of name to pointer. See [formats.md](formats.md#other-layouts-a-mapping).',
    }),
  ),
  fields: Type.Optional(fieldRulesSchema),
  unknownKeys: Type.Union([Type.Literal('ignore'), Type.Literal('refuse')], {
    default: 'ignore',
    description:
      'What to do with a payload that has a key which payload version 1 does not know: pass the key over, or refuse the row, which finds misspelt keys. Not looked at with a mapping.',
  }),
};

/** A Kafka consumer. */
export const kafkaSchema = Type.Object(
  {
    name,
    type: Type.Literal('kafka', { description: 'Reads topics of a Kafka cluster.' }),
    brokers: Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      description: 'Addresses `host:port` of some of the brokers.',
    }),
    topics: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        description: 'Topics to read. Either this or `pattern`.',
      }),
    ),
    pattern: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Regular expression of the whole names of the topics to read. Either this or `topics`.',
      }),
    ),
    group: Type.String({
      default: 'leeway',
      minLength: 1,
      description: 'Consumer group; two sources on the same brokers need two.',
    }),
    ...fixed,
    modelFrom: Type.Optional(modelFromSchema),
    sessionSeconds: Type.Integer({
      default: 30,
      minimum: 6,
      maximum: 1800,
      description: 'A consumer not heard of for so long loses its partitions.',
    }),
    heartbeatSeconds: Type.Integer({
      default: 3,
      minimum: 1,
      maximum: 600,
      description: 'Time between heartbeats; at most a third of `sessionSeconds`.',
    }),
    tls: kafkaTlsSchema,
    sasl: Type.Optional(kafkaSaslSchema),
  },
  { additionalProperties: false },
);

/** A file replayed as if its rows arrived now. */
export const replaySchema = Type.Object(
  {
    name,
    type: Type.Literal('replay', {
      description:
        'Replays a file of inferences once, in event time, as if it came in live. It is the only source of its run and sets the clock: what HTTP brings meanwhile is stored, and judged by a later run without the replay. In CSV and Parquet, columns named as fields of payload version 1 are those fields, all others are features. A file that was replayed to its end is not replayed again into the same store.',
    }),
    file: Type.String({ minLength: 1, description: 'NDJSON, CSV or Parquet file, told by its ending.' }),
    ...fixed,
    rowsPerSecond: Type.Number({
      default: 0,
      minimum: 0,
      description: 'Speed of the replay; 0 is as fast as it can be stored.',
    }),
    spreadDays: Type.Number({
      default: 0,
      minimum: 0,
      maximum: 3650,
      description:
        'Rewrites event times evenly over so many days up to now, at least one less than `retention.rawDays`; 0 keeps the times of the rows.',
    }),
  },
  { additionalProperties: false },
);
