import { PlainTable } from './data-table.tsx';
import { machineTime, moment } from './format.ts';
import type { RetrainingAnswer, Turn } from './order-answers.ts';
import { formatRoute, modelRoute } from './route.ts';
import { stopWords, turnWords } from './switch-words.ts';

/** That retraining is stopped for every model, by whom and since when. */
export function StopNote({ stop }: { readonly stop: RetrainingAnswer['stop'] }) {
  const words = stopWords(stop);
  if (words === null) return null;
  return (
    <p class="notice stale" role="status">
      <strong>Retraining is stopped</strong> {words} <code>leeway retrain start</code>
    </p>
  );
}

/** Who has turned which switch, and when; the newest first. */
export function Turns({ turns, named }: { readonly turns: readonly Turn[]; readonly named: boolean }) {
  return (
    <PlainTable
      stack
      caption="Switches of retraining, times in UTC"
      columns={[
        { name: 'Time (UTC)' },
        { name: 'What' },
        ...(named ? [{ name: 'Model' }] : []),
        { name: 'Who' },
        { name: 'Why' },
      ]}
      rows={turns.map(turn => [
        <time key="at" class="nowrap" dateTime={machineTime(turn.at)}>
          {moment(turn.at)}
        </time>,
        turnWords(turn),
        ...(named ? [<ModelName key="model" model={turn.model} />] : []),
        turn.by,
        turn.reason === '' ? '–' : turn.reason,
      ])}
    />
  );
}

function ModelName({ model }: { readonly model: string }) {
  return model === '' ? <>all</> : <a href={formatRoute(modelRoute(model, ''))}>{model}</a>;
}
