import type { ComponentChildren } from 'preact';
import { clockTime, machineTime } from './format.ts';
import type { Polled } from './poll.ts';

/** What stands in for something that is not here yet. `lines` keeps the room it will take. */
export function Loading({ what, tall = false }: { readonly what: string; readonly tall?: boolean }) {
  return (
    <p class={tall ? 'notice loading tall' : 'notice loading'} role="status">
      Loading {what}…
    </p>
  );
}

/** Why nothing, or nothing new, is shown, and what to do. */
export function Trouble({ polled, what }: { readonly polled: Polled<unknown>; readonly what: string }) {
  if (polled.failure === null) return null;
  const stale = polled.value !== null;
  return (
    <div class={stale ? 'notice stale' : 'notice trouble'} role={stale ? 'status' : 'alert'}>
      <strong>{stale ? `Not up to date: ${what} ` : `Could not load ${what}. `}</strong>
      {stale && (
        <strong>
          as of <time dateTime={machineTime(polled.at)}>{clockTime(polled.at)} UTC</time>.{' '}
        </strong>
      )}
      {polled.failure.message} {polled.failure.remedy}
    </div>
  );
}

export function Note({ children }: { readonly children: ComponentChildren }) {
  return <p class="notice">{children}</p>;
}
