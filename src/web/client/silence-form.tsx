import { useEffect, useRef, useState } from 'preact/hooks';
import type { AlertState, PreviewAnswer } from './alert-answers.ts';
import { streamName, stretchWords } from './alert-words.ts';
import { RequestFailure } from './request.ts';
import { send, whoActs } from './send.ts';
import { type Draft, draftOf, orderOf } from './silence-draft.ts';
import { useSending } from './use-sending.ts';

interface Props {
  /** The alert it is to be about; null: anything. */
  readonly about: AlertState | null;
  /** Run's clock of the service. */
  readonly now: number;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

const lengths: readonly (readonly [words: string, minutes: number])[] = [
  ['30 minutes', 30],
  ['1 hour', 60],
  ['2 hours', 120],
  ['4 hours', 240],
  ['8 hours', 480],
  ['1 day', 1440],
  ['3 days', 4320],
  ['7 days', 10_080],
];

const fields = [
  ['models', 'Models', 'every one'],
  ['environments', 'Environments', 'every one'],
  ['policies', 'Policies', 'every one'],
  ['checks', 'Checks', 'every one, e.g. drift'],
  ['subjects', 'Subjects', 'every one, e.g. feature:*'],
] as const;

/** A new silence, with what it would cover now. */
export function SilenceForm({ about, now, onDone, onCancel }: Props) {
  const [draft, setDraft] = useState(() => draftOf(about));
  const sending = useSending();
  const order = orderOf(draft, now);
  const preview = usePreview(order);
  const set = (change: Partial<Draft>) => setDraft(before => ({ ...before, ...change }));
  const submit = async (event: Event) => {
    event.preventDefault();
    const work = () => send('v1/silences', { ...order, note: draft.note, ...whoActs() });
    if (await sending.run(work, 'Silenced.')) onDone();
  };
  return (
    <form class="silence-form" aria-label="New silence" onSubmit={event => void submit(event)}>
      <p class="muted">
        Nobody is told of what it covers. <code>*</code> stands for any text; several are separated by commas.
      </p>
      {fields.map(([name, label, hint], i) => (
        <Field
          key={name}
          label={label}
          hint={hint}
          value={draft[name]}
          focused={i === 0}
          onText={value => set({ [name]: value })}
        />
      ))}
      <Times draft={draft} set={set} />
      <Field label="Why" hint="for those who come after" value={draft.note} onText={note => set({ note })} />
      <Preview preview={preview} />
      {sending.problem !== '' && (
        <p role="alert" class="notice trouble">
          {sending.problem}
        </p>
      )}
      <div class="actions">
        <button type="submit" class="main" disabled={sending.busy}>
          Silence
        </button>
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}

interface FieldProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  /** Whether it is where one begins to type. */
  readonly focused?: boolean;
  readonly onText: (value: string) => void;
}

function Field({ label, hint, value, focused = false, onText }: FieldProps) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focused) box.current?.focus();
  }, []);
  return (
    <label class="line">
      <span>{label}</span>
      <input
        type="text"
        ref={box}
        value={value}
        placeholder={hint}
        maxLength={1000}
        spellcheck={false}
        onInput={event => onText(event.currentTarget.value)}
      />
    </label>
  );
}

interface TimesProps {
  readonly draft: Draft;
  readonly set: (change: Partial<Draft>) => void;
}

function Times({ draft, set }: TimesProps) {
  return (
    <>
      <label class="line">
        <span>{draft.again ? 'For, each time' : 'From now on, for'}</span>
        <select value={draft.minutes} onChange={event => set({ minutes: Number(event.currentTarget.value) })}>
          {lengths.map(([words, minutes]) => (
            <option key={minutes} value={minutes}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={draft.again}
          onChange={event => set({ again: event.currentTarget.checked })}
        />
        Again and again
      </label>
      {draft.again && (
        <>
          <label class="line">
            <span>When (cron: minute, hour, day, month, day of the week)</span>
            <input
              type="text"
              required
              value={draft.cron}
              spellcheck={false}
              onInput={event => set({ cron: event.currentTarget.value })}
            />
          </label>
          <label class="line">
            <span>By the clock of</span>
            <input
              type="text"
              required
              value={draft.timeZone}
              spellcheck={false}
              onInput={event => set({ timeZone: event.currentTarget.value })}
            />
          </label>
        </>
      )}
    </>
  );
}

interface Previewed {
  readonly answer: PreviewAnswer | null;
  readonly problem: string;
}

/** Asked when the form has been left alone for a moment. */
function usePreview(order: object): Previewed {
  const [state, setState] = useState<Previewed>({ answer: null, problem: '' });
  const key = JSON.stringify(order);
  useEffect(() => {
    let current = true;
    const ask = async () => {
      try {
        const answer = await send<PreviewAnswer>('v1/silences/preview', JSON.parse(key) as object);
        if (current) setState({ answer, problem: '' });
      } catch (cause) {
        const problem = cause instanceof RequestFailure ? cause.message : 'The answer could not be read.';
        if (current) setState({ answer: null, problem });
      }
    };
    const timer = setTimeout(() => void ask(), 300);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [key.replaceAll(/"to":\d+/g, '')]);
  return state;
}

function Preview({ preview: { answer, problem } }: { readonly preview: Previewed }) {
  return (
    <div class="preview" role="status">
      <strong>What it covers now</strong>
      {problem !== '' && <p>{problem}</p>}
      {answer === null && problem === '' && <p class="muted">Looking…</p>}
      {answer !== null && <Covered answer={answer} />}
    </div>
  );
}

function Covered({ answer: { alerts, streams, findings, next } }: { readonly answer: PreviewAnswer }) {
  if (streams.length === 0) return <p>No model of this service fits it.</p>;
  const names = [...new Set(streams.map(streamName))];
  return (
    <>
      <ul>
        {alerts.map(alert => (
          <li key={`${streamName(alert)} ${alert.policy}`}>
            {streamName(alert)}, policy {alert.policy}:{' '}
            {alert.covered.length === alert.of
              ? 'all of the open alert, so it is silenced'
              : `${alert.covered.length} of ${alert.of} findings; the others are still told`}
          </li>
        ))}
        {alerts.length === 0 && <li>Nothing of an open alert</li>}
        <li class="muted">
          {findings === 1 ? '1 finding' : `${findings} findings`} of drift in the newest windows of{' '}
          {names.slice(0, 5).join(', ')}
          {names.length > 5 && ` and ${names.length - 5} more`}
        </li>
      </ul>
      {next.length > 0 && <p class="muted">In force {next.map(stretchWords).join(', ')} (UTC)</p>}
    </>
  );
}
