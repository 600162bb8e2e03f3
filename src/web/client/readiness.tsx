import type { ReadyAnswer } from './answers.ts';
import { usePoll } from './poll.ts';
import { address } from './request.ts';
import { StateMark } from './state-mark.tsx';
import type { StateLook } from './verdict.ts';

const good: StateLook = {
  word: 'Ready',
  shape: 'disc',
  tone: 'good',
  meaning: 'Leeway reads, judges and answers',
};
const bad: StateLook = {
  word: 'Not ready',
  shape: 'slash',
  tone: 'warn',
  meaning: 'Leeway is up but not ready',
};

/** Whether the service itself is well; null while nobody answers. Status 503 carries the same body as 200. */
export function useReadiness(): ReadyAnswer | null {
  const state = usePoll('readyz', async signal => {
    const response = await fetch(address('readyz', {}), { signal });
    return (await response.json()) as ReadyAnswer;
  });
  return state.failure === null ? state.value : null;
}

/** A mark in the header that leads to the service's own words. */
export function ReadinessMark({ ready }: { readonly ready: ReadyAnswer }) {
  return (
    <a class="readiness" href="readyz">
      <StateMark look={ready.ready ? good : bad} />
    </a>
  );
}

/** Why the service cannot do its work, on every page while that lasts. */
export function NotReady({ ready }: { readonly ready: ReadyAnswer }) {
  if (ready.ready) return null;
  return (
    <div class="notice stale" role="status">
      <strong>Leeway is not ready.</strong> {ready.reasons.join(' ')}
    </div>
  );
}
