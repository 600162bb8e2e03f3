import type { SilenceEntry, SilencesAnswer } from './alert-answers.ts';
import { matchWords, minutesWords, stretchWords } from './alert-words.ts';
import { PlainTable } from './data-table.tsx';
import { send, whoActs } from './send.ts';
import { type Sending, useSending } from './use-sending.ts';

interface Props {
  readonly answer: SilencesAnswer | null;
  readonly onDone: () => void;
}

/** Silences that are or may come in force, each with a button that ends it. */
export function SilenceList({ answer, onDone }: Props) {
  const sending = useSending();
  if (answer === null) return null;
  const end = async ({ id }: SilenceEntry) => {
    const path = `v1/silences/${encodeURIComponent(id)}/expire`;
    if (await sending.run(() => send(path, whoActs()), `Silence ${id} has ended.`)) onDone();
  };
  return (
    <>
      <p role="status" class={sending.done === '' ? 'unseen' : 'muted'}>
        {sending.done}
      </p>
      {sending.problem !== '' && (
        <p role="alert" class="notice trouble">
          {sending.problem}
        </p>
      )}
      {answer.silences.length === 0 ? (
        <p class="muted">Nothing is silenced.</p>
      ) : (
        <Rows silences={answer.silences} sending={sending} end={end} />
      )}
    </>
  );
}

interface RowsProps {
  readonly silences: readonly SilenceEntry[];
  readonly sending: Sending;
  readonly end: (silence: SilenceEntry) => Promise<void>;
}

function Rows({ silences, sending, end }: RowsProps) {
  return (
    <PlainTable
      stack
      caption="Silences, times in UTC"
      columns={[
        { name: 'State' },
        { name: 'Covers' },
        { name: 'In force (UTC)' },
        { name: 'Again' },
        { name: 'Why' },
        { name: 'End' },
      ]}
      rows={silences.map(silence => [
        silence.state === 'active' ? <strong key="state">In force</strong> : 'Waiting',
        <span key="covers" class="break">
          {matchWords(silence)}
        </span>,
        silence.next === null ? '–' : stretchWords(silence.next),
        againWords(silence),
        `${silence.by}${silence.note === '' ? '' : `: ${silence.note}`}`,
        <button
          key="end"
          type="button"
          disabled={sending.busy}
          aria-label={`End silence of ${matchWords(silence)}`}
          onClick={() => void end(silence)}
        >
          End
        </button>,
      ])}
    />
  );
}

function againWords({ recurrence }: SilenceEntry): string {
  if (recurrence === null) return 'Once';
  return `${recurrence.cron} for ${minutesWords(recurrence.minutes)}, ${recurrence.timeZone}`;
}
