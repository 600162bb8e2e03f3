import type { PayloadKind } from './faults.ts';

/** One payload as it is sent. */
export interface Payload {
  readonly kind: PayloadKind;
  /** Id of the inference it is about; of a payload without one, a name of its own. */
  readonly id: string;
  /** Event time, epoch milliseconds. */
  readonly time: number;
  readonly body: Uint8Array;
}
