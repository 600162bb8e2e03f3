import { PlainTable } from './data-table.tsx';
import { machineTime, moment } from './format.ts';
import { flags, type Happening } from './timeline.ts';

/** Alerts, orders and baselines, newest first. */
export function TimelineTable({ happenings }: { readonly happenings: readonly Happening[] }) {
  return (
    <section class="card" aria-labelledby="timeline">
      <h2 id="timeline">Alerts, orders and baselines</h2>
      {happenings.length === 0 ? (
        <p class="muted">Nothing has happened yet.</p>
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-label="Timeline">
          <PlainTable
            stack
            caption="Alerts, orders and baselines, newest first, times in UTC"
            columns={[{ name: 'At (UTC)' }, { name: 'What' }, { name: 'Details' }]}
            rows={happenings.slice(0, 100).map(h => [
              <time key="at" class="nowrap" dateTime={machineTime(h.at)}>
                {moment(h.at)}
              </time>,
              <span key="what" class="nowrap">
                <span class={`flag ${h.kind}`} aria-hidden="true">
                  {flags[h.kind] || '·'}
                </span>
                {h.title}
              </span>,
              h.detail,
            ])}
          />
        </div>
      )}
    </section>
  );
}
