import { useRef, useState } from 'preact/hooks';
import type { AlertState } from './alert-answers.ts';
import { streamName } from './alert-words.ts';
import { modelPath } from './request.ts';
import { send, whoActs } from './send.ts';
import { useSending } from './use-sending.ts';

interface Props {
  readonly alert: AlertState;
  /** Run's clock of the service. */
  readonly now: number;
  readonly onDone: () => void;
  /** Opens the form of a silence; absent where there is none. */
  readonly onSilence?: (() => void) | undefined;
}

const pauses: readonly (readonly [words: string, hours: number | null])[] = [
  ['1 hour', 1],
  ['8 hours', 8],
  ['1 day', 24],
  ['1 week', 168],
  ['Until resumed', null],
];

/** What a person may do about an alert: take it on, pause it, silence it. Says what came of it. */
export function AlertActions({ alert, now, onDone, onSilence }: Props) {
  const sending = useSending();
  const box = useRef<HTMLDivElement>(null);
  const name = `${alert.policy} of ${streamName(alert)}`;
  const act = async (what: string, extra: object, words: string) => {
    const path = modelPath(alert.model, `/alerts/${encodeURIComponent(alert.policy)}/${what}`);
    const body = { environment: alert.environment, ...whoActs(), ...extra };
    if (!(await sending.run(() => send(path, body), words))) return;
    // What was pressed may be gone now: who goes by keyboard stays at the alert.
    box.current?.focus();
    onDone();
  };
  return (
    <div class="actions" ref={box} tabIndex={-1}>
      {alert.open && alert.state !== 'paused' && (
        <Take alert={alert} name={name} busy={sending.busy} act={act} />
      )}
      {alert.state === 'paused' ? (
        <button
          type="button"
          disabled={sending.busy}
          aria-label={`Resume alert ${name}`}
          onClick={() => void act('resume', {}, 'Resumed: it goes on with its next window.')}
        >
          Resume
        </button>
      ) : (
        <PauseChoice name={name} busy={sending.busy} now={now} act={act} />
      )}
      {onSilence !== undefined && (
        <button type="button" aria-label={`Silence findings of ${name}`} onClick={onSilence}>
          Silence…
        </button>
      )}
      <span role="status" class="muted">
        {sending.done}
      </span>
      {sending.problem !== '' && (
        <p role="alert" class="notice trouble">
          {sending.problem}
        </p>
      )}
    </div>
  );
}

interface PartProps {
  readonly name: string;
  readonly busy: boolean;
  readonly act: (what: string, extra: object, words: string) => Promise<void>;
}

function Take({ alert, name, busy, act }: PartProps & { readonly alert: AlertState }) {
  const [note, setNote] = useState('');
  if (alert.acknowledged !== null)
    return (
      <button
        type="button"
        disabled={busy}
        aria-label={`Give alert ${name} back`}
        onClick={() => void act('unacknowledge', {}, 'Given back: people are reminded again.')}
      >
        Give back
      </button>
    );
  const submit = (event: Event) => {
    event.preventDefault();
    void act('acknowledge', { episode: alert.episode, note }, 'Acknowledged: nobody is reminded of it.');
  };
  return (
    <form class="inline" onSubmit={submit}>
      <input
        type="text"
        aria-label={`Note on alert ${name}`}
        placeholder="Note, if any"
        maxLength={1000}
        value={note}
        onInput={event => setNote(event.currentTarget.value)}
      />
      <button type="submit" class="main" disabled={busy} aria-label={`Acknowledge alert ${name}`}>
        Acknowledge
      </button>
    </form>
  );
}

function PauseChoice({ name, busy, now, act }: PartProps & { readonly now: number }) {
  const choose = (event: Event & { readonly currentTarget: HTMLSelectElement }) => {
    const chosen = pauses[Number(event.currentTarget.value)];
    event.currentTarget.value = '';
    if (chosen === undefined) return;
    const [words, hours] = chosen;
    const until = hours === null ? {} : { until: now + hours * 3_600_000 };
    void act('pause', until, `Paused: ${words.toLowerCase()}.`);
  };
  return (
    <select aria-label={`Pause alert ${name}`} disabled={busy} value="" onChange={choose}>
      <option value="">Pause…</option>
      {pauses.map(([words], i) => (
        <option key={words} value={i}>
          {words}
        </option>
      ))}
    </select>
  );
}
