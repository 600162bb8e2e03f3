import type { RegistryOutcome, RegistryRecord } from '../../domain/registry.ts';
import type { Clock } from '../../lib/clock.ts';
import { LeewayError } from '../../lib/errors.ts';
import type { Events } from '../../lib/events.ts';
import { createSerial } from '../serial.ts';
import { chooseFile, folderOf } from './artifact.ts';
import type { RegistryEvent } from './event.ts';
import type { MadeBaseline, Registry, RegistryBaselines, RegistryStore } from './ports.ts';
import { RegistryRefusal } from './registry.ts';

/** What is agreed with the registry. */
export interface RegistryRules {
  /** Registered models by name, each with its model of Leeway; empty: every one, under its own name. */
  readonly models: Readonly<Record<string, string>>;
  /** Path of the baseline's rows among the artifacts of a run. */
  readonly artifact: string;
  /** When a version's baseline becomes active: with an alias, when the version is registered, or by hand. */
  readonly activate: 'alias' | 'version' | 'never';
  readonly aliases: readonly string[];
}

export interface RefresherDeps {
  /** Read with every event: the configuration may have changed. */
  rules(): RegistryRules;
  /** Opens the registry as it is configured now; closed after every event. */
  open(): Registry;
  readonly baselines: RegistryBaselines;
  readonly store: RegistryStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly events: Pick<Events, 'problemOccurred'>;
  /** Largest file, bytes. */
  readonly mostBytes: number;
}

/** What an event has led to. `duplicate`: it was delivered before, and nothing was done again. */
export interface Refreshed {
  readonly record: RegistryRecord;
  readonly duplicate: boolean;
}

/**
 * Keeps baselines in step with a registry. One event at a time. Throws LeewayError LW_REGISTRY_AWAY (or what the store
 * throws) where the event is worth delivering again; everything else is an outcome, stored with the delivery's id.
 */
export interface Refresher {
  handle(delivery: string, event: RegistryEvent): Promise<Refreshed>;
  recent(limit: number): Promise<readonly RegistryRecord[]>;
}

type Result = Pick<RegistryRecord, 'outcome' | 'detail' | 'baseline'>;

/** Outcomes that wait for somebody. */
const troubling: ReadonlySet<RegistryOutcome> = new Set<RegistryOutcome>([
  'no-artifact',
  'no-run',
  'artifact-refused',
  'artifact-too-large',
  'registry-refused',
]);

export function createRefresher(deps: RefresherDeps): Refresher {
  const serial = createSerial();
  return {
    recent: limit => deps.store.recent(limit),
    handle: (delivery, event) =>
      serial(async () => {
        const known = await deps.store.find(delivery);
        if (known !== null) return { record: known, duplicate: true };
        const rules = deps.rules();
        const model = modelOf(rules, event.name);
        const result = await resultOf(deps, rules, event, model);
        const record = recordOf({ delivery, at: deps.clock.now(), event, model: model ?? '', result });
        await deps.store.append(record);
        if (troubling.has(record.outcome))
          deps.events.problemOccurred({ code: 'LW_REGISTRY_BASELINE', message: sentenceOf(record) });
        return { record, duplicate: false };
      }),
  };
}

/** Model of Leeway that a registered model is; null for one that is not ours. */
function modelOf({ models }: RegistryRules, name: string): string | null {
  if (Object.keys(models).length === 0) return name;
  return Object.hasOwn(models, name) ? models[name]! : null;
}

async function resultOf(
  deps: RefresherDeps,
  rules: RegistryRules,
  event: RegistryEvent,
  model: string | null,
): Promise<Result> {
  if (event.kind === 'other') return concluded('event-passed-over', event.what);
  if (model === null) return concluded('not-mapped', 'mlflow.models does not list it');
  if (event.kind === 'alias' && !rules.aliases.includes(event.alias))
    return concluded('alias-passed-over', 'mlflow.aliases does not list it');
  const registry = deps.open();
  try {
    return await refresh({ deps, rules, event, model, registry });
  } catch (error) {
    if (error instanceof RegistryRefusal) return concluded('registry-refused', error.message);
    throw error;
  } finally {
    await registry.close();
  }
}

interface Work {
  readonly deps: RefresherDeps;
  readonly rules: RegistryRules;
  readonly event: Exclude<RegistryEvent, { kind: 'other' }>;
  readonly model: string;
  readonly registry: Registry;
}

async function refresh(work: Work): Promise<Result> {
  const { deps, event, model, registry } = work;
  const run = await registry.runOf(event.name, event.version);
  if (run === null) return concluded('version-gone', 'the registry does not know this version');
  if (run === '') return concluded('no-run', 'the version was registered without a run');
  const note = `MLflow ${event.name} version ${event.version}, run ${run}`;
  const known = (await deps.baselines.list(model)).find(each => each.note.startsWith(note));
  if (known !== undefined) return activate(work, known, 'already-made');
  const made = await make(work, run, note);
  return 'outcome' in made ? made : activate(work, made, 'made');
}

/** Fetches the agreed file and makes a baseline of it. */
async function make(work: Work, run: string, note: string): Promise<MadeBaseline | Result> {
  const { deps, rules, model, registry } = work;
  const chosen = chooseFile(await registry.files(run, folderOf(rules.artifact)), rules.artifact);
  if (chosen === null) return concluded('no-artifact', `run ${run} has no ${rules.artifact}`);
  const { file, format } = chosen;
  const tooLarge = concluded('artifact-too-large', `${file.path} is larger than ${deps.mostBytes} bytes`);
  if (file.bytes !== null && file.bytes > deps.mostBytes) return tooLarge;
  const body = await registry.fetch(run, file.path, deps.mostBytes);
  if (body === null) return tooLarge;
  try {
    const whole = `${note}, ${file.path}`.slice(0, 500);
    return await deps.baselines.upload({ model, format, body, activate: false, note: whole });
  } catch (error) {
    if (!(error instanceof LeewayError) || error.status >= 500) throw error;
    return concluded('artifact-refused', `${file.path}: ${error.message}`);
  }
}

/** Activates a version's baseline where the rules say so; doing it twice changes nothing. */
async function activate(
  { deps, rules, event, model, registry }: Work,
  { baseline, active }: MadeBaseline,
  otherwise: 'made' | 'already-made',
): Promise<Result> {
  if (active) return concluded('already-active', '', baseline);
  if (rules.activate !== event.kind) return concluded(otherwise, '', baseline);
  if (event.kind === 'alias') {
    // Deliveries overtake each other: one that failed comes again after those of later moves.
    const now = await registry.versionOf(event.name, event.alias);
    const where = now === null ? 'to no version' : `to version ${now}`;
    if (now !== event.version) return concluded('alias-moved', `it points ${where} by now`, baseline);
  }
  const why = event.kind === 'alias' ? `alias ${event.alias} of ` : '';
  const by = `mlflow ${why}${event.name} version ${event.version}`.slice(0, 128);
  await deps.baselines.activate({ model, version: '', baseline, from: null, by });
  return concluded('activated', '', baseline);
}

function concluded(outcome: RegistryOutcome, detail: string, baseline = 0): Result {
  return { outcome, detail: detail.slice(0, 300), baseline };
}

function recordOf(of: {
  readonly delivery: string;
  readonly at: number;
  readonly event: RegistryEvent;
  readonly model: string;
  readonly result: Result;
}): RegistryRecord {
  const { delivery, at, event, model } = of;
  const version = event.kind === 'other' ? '' : event.version;
  const alias = event.kind === 'alias' ? event.alias : '';
  return { delivery, at, event: event.kind, name: event.name, version, alias, model, ...of.result };
}

function sentenceOf({ name, version, model, outcome, detail }: RegistryRecord): string {
  return `version ${version} of ${name} gives model ${model} no baseline: ${outcome}: ${detail}`;
}
