import type { Inference } from '../domain/inference.ts';
import type { Events } from '../lib/events.ts';

/** A model in an environment: what is learnt and judged by itself, so what must be bounded. */
export interface ModelStream {
  readonly model: string;
  readonly environment: string;
}

/** Which models may have rows: those known, and new ones up to a number. A model counts once per environment. */
export interface ModelGate {
  /** Places taken. */
  readonly size: number;
  /** Whether rows of this stream may be stored. A new one takes a place. */
  admits(stream: ModelStream): boolean;
  /** Whether the model has rows or a place in any environment: labels are taken for such models alone. */
  knows(model: string): boolean;
  /** Tells the world of the new streams among rows that are now stored. */
  confirm(rows: readonly Inference[]): void;
}

export function createModelGate(known: readonly ModelStream[], most: number, events: Events): ModelGate {
  const models = new Map<string, Set<string>>();
  const fresh = new Set<string>();
  let size = 0;
  const add = ({ model, environment }: ModelStream) => {
    const environments = models.get(model) ?? new Set();
    models.set(model, environments.add(environment));
    size++;
  };
  for (const stream of known) add(stream);
  const nameOf = ({ model, environment }: ModelStream) => JSON.stringify([model, environment]);
  return {
    get size() {
      return size;
    },
    admits: stream => {
      if (models.get(stream.model)?.has(stream.environment) === true) return true;
      if (size >= most) return false;
      add(stream);
      fresh.add(nameOf(stream));
      return true;
    },
    knows: model => models.has(model) || size < most,
    confirm: rows => {
      if (fresh.size === 0) return;
      for (const { model, environment } of rows)
        if (fresh.delete(nameOf({ model, environment }))) events.modelCreated({ model, environment });
    },
  };
}
