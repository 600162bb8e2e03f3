import type { Events } from '../lib/events.ts';

/** Some of the events: what a metric group or the log wants to hear. */
export type Handlers = Partial<Events>;

/** Every event, so that none can be forgotten: a new one does not compile until it is listed. */
const names: Readonly<Record<keyof Events, true>> = {
  batchStored: true,
  recordRejected: true,
  recordIgnored: true,
  modelCreated: true,
  storeFailed: true,
  storeRecovered: true,
  sourceStarted: true,
  sourcePaused: true,
  sourceResumed: true,
  sourceFinished: true,
  offsetReset: true,
  offsetsMissing: true,
  partitionLost: true,
  offsetCommitted: true,
  lagMeasured: true,
  sourceCrashed: true,
  baselineCut: true,
  bucketsProfiled: true,
  auditFinished: true,
  windowJudged: true,
  jobFinished: true,
  leadershipChanged: true,
  electionNoted: true,
  alertChanged: true,
  deliveryAttempted: true,
  breakerChanged: true,
  orderChanged: true,
  callbackReceived: true,
  accessRefused: true,
  accessUsed: true,
  configReloaded: true,
  certificateReplaced: true,
  problemOccurred: true,
};
export const eventNames = Object.keys(names) as (keyof Events)[];

/**
 * Events that go to every target that wants them. A target that throws stops neither the others nor the stage that
 * told of the event: telemetry must not hold up data.
 */
export function fanOut(
  targets: readonly Handlers[],
  onError: (name: string, error: unknown) => void,
): Events {
  const entries = eventNames.map(name => {
    const handlers = targets.map(target => target[name]).filter(handler => handler !== undefined);
    const tell = (event: never) => {
      for (const handler of handlers) {
        try {
          handler(event);
        } catch (error) {
          onError(name, error);
        }
      }
    };
    return [name, tell];
  });
  return Object.fromEntries(entries) as unknown as Events;
}
