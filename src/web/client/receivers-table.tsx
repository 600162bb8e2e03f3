import { PlainTable } from './data-table.tsx';
import { machineTime, moment } from './format.ts';
import { Note } from './notice.tsx';
import type { Receiver } from './order-answers.ts';
import { StateMark } from './state-mark.tsx';
import { attemptWords, receiverWords } from './switch-words.ts';

/** Who is told of alerts and takes orders, whether they are sent to, and the last attempt at each. */
export function ReceiversTable({ receivers }: { readonly receivers: readonly Receiver[] }) {
  if (receivers.length === 0)
    return <Note>Nobody is told of alerts, and nobody takes orders: no channel is configured.</Note>;
  return (
    <PlainTable
      stack
      caption="Receivers, times in UTC"
      columns={[
        { name: 'Receiver' },
        { name: 'Type' },
        { name: 'Takes' },
        { name: 'State' },
        { name: 'Last attempt (UTC)' },
      ]}
      rows={receivers.map(receiver => [
        <>
          {receiver.name}
          {receiver.host !== '' && <span class="sub">{receiver.host}</span>}
        </>,
        receiver.type,
        receiver.takes,
        <State key="state" receiver={receiver} />,
        <LastAttempt key="last" last={receiver.last} />,
      ])}
    />
  );
}

function State({ receiver }: { readonly receiver: Receiver }) {
  const { word, more, well } = receiverWords(receiver);
  const look = { word, shape: well ? 'disc' : 'slash', tone: well ? 'good' : 'warn', meaning: more } as const;
  return (
    <>
      <StateMark look={look} />
      {more !== '' && <span class="sub">{more}</span>}
    </>
  );
}

function LastAttempt({ last }: Pick<Receiver, 'last'>) {
  if (last === null) return <>–</>;
  return (
    <>
      <time class="nowrap" dateTime={machineTime(last.at)}>
        {moment(last.at)}
      </time>{' '}
      {attemptWords(last.status)}
    </>
  );
}
