/** What became of an event: a closed list, see docs/integrations.md. */
const registryOutcomes = [
  /** The version's baseline is active from now on. */
  'activated',
  /** It was active before. */
  'already-active',
  /** It was made, and waits to be activated. */
  'made',
  /** It was made before, and waits to be activated. */
  'already-made',
  /** The version's run has no file at the agreed path: a person decides. */
  'no-artifact',
  /** The version belongs to no run: nothing can be looked up. */
  'no-run',
  /** The file cannot be read, or holds too few rows. */
  'artifact-refused',
  'artifact-too-large',
  /** The registry does not know the version (any more). */
  'version-gone',
  /** The registry refuses our token. */
  'registry-refused',
  /** `mlflow.models` does not list the registered model. */
  'not-mapped',
  /** `mlflow.aliases` does not list the alias. */
  'alias-passed-over',
  /** The alias points to another version by now: that is what its own event tells. */
  'alias-moved',
  /** An event from which nothing follows. */
  'event-passed-over',
] as const;
export type RegistryOutcome = (typeof registryOutcomes)[number];

/** An event of the registry and what became of it. */
export interface RegistryRecord {
  /** Delivery id: what is delivered again is done once. */
  readonly delivery: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly event: string;
  /** Registered model, its version and alias; '' where the event has none. */
  readonly name: string;
  readonly version: string;
  readonly alias: string;
  /** Model of Leeway; '' where there is none. */
  readonly model: string;
  readonly outcome: RegistryOutcome;
  readonly detail: string;
  /** 0: none. */
  readonly baseline: number;
}
