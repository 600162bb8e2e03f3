import type { RejectsAnswer } from './answers.ts';
import { PlainTable } from './data-table.tsx';
import { count, machineTime, moment } from './format.ts';
import { Loading, Note, Trouble } from './notice.tsx';
import { usePoll } from './poll.ts';
import { get } from './request.ts';

const limit = 200;

/** Records that could not be used: how many by reason, and the latest of them. */
export function RejectsPage() {
  const answer = usePoll('rejects', signal => get<RejectsAnswer>('v1/rejects', { limit }, signal));
  return (
    <>
      <h1 tabIndex={-1}>Rejects</h1>
      <p class="lead">
        Records that could not be used. Each is kept once with its position and the reason, never with its
        payload unless the configuration asks for it.
      </p>
      <Trouble polled={answer} what="the rejects" />
      {answer.value === null && answer.failure === null && <Loading what="the rejects" tall />}
      {answer.value !== null && <Lists answer={answer.value} />}
    </>
  );
}

function Lists({ answer }: { readonly answer: RejectsAnswer }) {
  const counts = Object.entries(answer.counts).sort((a, b) => b[1] - a[1]);
  if (counts.length === 0 && answer.rejects.length === 0) return <Note>No record has been refused.</Note>;
  const total = counts.reduce((sum, [, n]) => sum + n, 0);
  return (
    <>
      <section class="card" aria-labelledby="reasons">
        <h2 id="reasons">By reason</h2>
        <p class="muted">{count(total)} in all</p>
        <ul class="reasons">
          {counts.map(([reason, n]) => (
            <li key={reason}>
              <code>{reason}</code>
              <meter
                min={0}
                max={Math.max(1, total)}
                value={n}
                aria-label={`${reason}: ${count(n)} of ${count(total)}`}
              />
              <span class="number">{count(n)}</span>
            </li>
          ))}
        </ul>
      </section>
      <section class="card" aria-labelledby="latest">
        <h2 id="latest">Latest</h2>
        <div class="scroll" tabIndex={0} role="region" aria-label="Latest rejects">
          <PlainTable
            stack
            caption="Latest rejects, times in UTC"
            columns={[
              { name: 'At (UTC)' },
              { name: 'Reason' },
              { name: 'Detail' },
              { name: 'Source' },
              { name: 'Position' },
            ]}
            rows={answer.rejects.map(r => [
              <time key="at" class="nowrap" dateTime={machineTime(r.at)}>
                {moment(r.at)}
              </time>,
              <code key="reason">{r.reason}</code>,
              r.detail,
              r.source,
              <code key="position" class="break">
                {r.position}
              </code>,
            ])}
          />
        </div>
      </section>
    </>
  );
}
