import type { Config } from '../../config/schema.ts';
import type { HttpDeps } from '../../http/ports.ts';
import { policiesOf } from '../policies.ts';
import type { RunClock } from '../run-clock.ts';
import type { Storage } from '../storage.ts';
import { createAlertDesk } from './desk.ts';
import { createSilenceDesk } from './silence-desk.ts';

export interface ControlDesksDeps {
  readonly config: Config;
  readonly storage: Storage;
  readonly runClock: RunClock;
}

/** What people may ask of alerts, over HTTP. */
export function controlDesks({
  config,
  storage,
  runClock,
}: ControlDesksDeps): Required<Pick<HttpDeps, 'alertDesk' | 'silences'>> {
  const now = () => runClock.now();
  const policies = (model: string, environment: string) =>
    policiesOf(config, { model, environment }).map(({ name }) => name);
  const alertDesk = createAlertDesk({ storage, now, policies });
  return { alertDesk, silences: createSilenceDesk({ storage, alerts: alertDesk, now }) };
}
