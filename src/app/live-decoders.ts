import { type StreamRules, streamRules } from '../config/overrides.ts';
import type { Config } from '../config/schema.ts';
import type { Decoder } from '../decode/decoder.ts';
import type { Outcome } from '../domain/reject.ts';
import { createDecoders, type Decoders } from './decoders.ts';

/**
 * Decoders by the configuration as it is when a record is read, and what it says of single models and environments: an
 * environment that is ignored, a bound of a model's own.
 */
export function createLiveDecoders(
  config: Config,
  onChange: (listener: () => void) => void = () => undefined,
): Decoders {
  let made = createDecoders(config);
  let byRules = createRowRules(config);
  onChange(() => {
    made = createDecoders(config);
    byRules = createRowRules(config);
  });
  const ruled = (decoder: () => Decoder): Decoder => ({
    decode: (record, now) => byRules(decoder().decode(record, now)),
    decodeLabels: (record, now) => decoder().decodeLabels(record, now),
  });
  return {
    of: source => ruled(() => made.of(source)),
    forUpload: model => made.forUpload(model),
    forFile: rules => {
      const decoder = made.forFile(rules);
      return ruled(() => decoder);
    },
  };
}

/** Streams whose rules are remembered; of more, as a sender may invent, they are looked up again. */
const remembered = 10_000;

/** What rules make of the rows of a record. Asked for every row: most configurations have none, and patterns are slow. */
function createRowRules(config: Config): (outcomes: readonly Outcome[]) => readonly Outcome[] {
  if (!hasRules(config)) return outcomes => outcomes;
  const known = new Map<string, RowRules>();
  const rulesOf = (model: string, environment: string): RowRules => {
    const key = `${model}\n${environment}`;
    const found = known.get(key) ?? streamRules(config, model, environment);
    if (known.size < remembered) known.set(key, found);
    return found;
  };
  return outcomes =>
    outcomes.map(outcome =>
      outcome.kind === 'inference'
        ? rulingOf(rulesOf(outcome.inference.model, outcome.inference.environment), outcome)
        : outcome,
    );
}

type RowRules = Pick<StreamRules, 'ignore' | 'features'>;

function hasRules({ environments, models }: Config): boolean {
  for (const _ in environments) return true;
  for (const name in models) {
    const rules = models[name]!;
    if (rules.environments !== undefined || rules.limits !== undefined) return true;
  }
  return false;
}

function rulingOf(rules: RowRules, outcome: Extract<Outcome, { kind: 'inference' }>): Outcome {
  const { source, position, numNames, catNames } = outcome.inference;
  const { ignore, features } = rules;
  if (ignore) return { kind: 'ignored', reason: 'environment-ignored' };
  const count = numNames.length + catNames.length;
  if (features === null || count <= features) return outcome;
  const detail = `features: the row has ${count} features; models.*.limits.features allows this model ${features}`;
  return {
    kind: 'rejected',
    reject: { source, position, reason: 'too-many-features', detail, content: '', payload: '' },
  };
}
