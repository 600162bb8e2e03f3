import { currentKey } from './access.ts';
import type { ModelSummary } from './answers.ts';
import { CopyLine } from './copy-line.tsx';
import { count, hours, machineTime, moment } from './format.ts';
import { Loading, Trouble } from './notice.tsx';
import type { Polled } from './poll.ts';
import { formatRoute, modelRoute } from './route.ts';
import { StateMark } from './state-mark.tsx';
import { modelLook } from './verdict.ts';

/** Every model and environment, those that need a person first. */
export function ModelsPage({ models }: { readonly models: Polled<readonly ModelSummary[]> }) {
  return (
    <>
      <h1 tabIndex={-1}>Models</h1>
      <Trouble polled={models} what="the models" />
      {models.value === null && models.failure === null && <Loading what="the models" tall />}
      {models.value !== null && (models.value.length === 0 ? <Empty /> : <List models={models.value} />)}
    </>
  );
}

const urgency = (m: ModelSummary) =>
  m.firing ? 0 : (['drift', 'failed', 'blind', 'no-data'].indexOf(m.verdict) + 9) % 9 || 9;

function List({ models }: { readonly models: readonly ModelSummary[] }) {
  const sorted = [...models].sort((a, b) => urgency(a) - urgency(b) || (a.model < b.model ? -1 : 1));
  return (
    <div class="card flush">
      <table class="models stack">
        <caption class="unseen">Watched models, times in UTC</caption>
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col">State</th>
            <th scope="col">What is worst</th>
            <th scope="col" class="number">
              Rows
            </th>
            <th scope="col">Last row (UTC)</th>
            <th scope="col" class="number">
              Baseline
            </th>
            <th scope="col">Retraining</th>
          </tr>
        </thead>
        <tbody>
          {sorted.map(model => (
            <Row key={`${model.model}/${model.environment}`} model={model} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ model }: { readonly model: ModelSummary }) {
  return (
    <tr>
      <th scope="row">
        <a href={formatRoute(modelRoute(model.model, model.environment))}>{model.model}</a>
        <span class="sub">{environmentText(model)}</span>
      </th>
      <td data-name="State">
        <StateMark look={modelLook(model)} />
      </td>
      <td class="sentence" data-name="What is worst">
        {worstSentence(model)}
      </td>
      <td class="number" data-name="Rows">
        {count(model.rows)}
      </td>
      <td class="nowrap" data-name="Last row (UTC)">
        {model.lastSeen > 0 ? (
          <time dateTime={machineTime(model.lastSeen)}>{moment(model.lastSeen)}</time>
        ) : (
          '–'
        )}
      </td>
      <td class="number" data-name="Baseline">
        {model.baseline ?? '–'}
      </td>
      <td data-name="Retraining">{model.armed ? 'Armed' : 'Dry run'}</td>
    </tr>
  );
}

function environmentText(model: ModelSummary): string {
  const versions = model.versions.filter(version => version !== '');
  const version = versions.length === 0 ? '' : `version\u00a0${versions.slice(-3).join(', ')}`;
  return [model.environment, version].filter(part => part !== '').join(' · ');
}

/** One sentence: why it is learning, else the worst finding with its window, else that nothing is wrong. */
export function worstSentence(model: ModelSummary): string {
  if (model.learning !== null) return model.learning;
  if (model.worst !== null) return `${model.worst.sentence} (${hours(model.worst.windowSeconds)} window)`;
  return model.verdict === 'stable' ? 'No check found a change.' : '–';
}

const example = {
  model: 'churn',
  version: '1',
  features: { age: 41, plan: 'pro' },
  prediction: { label: 'yes', probabilities: { yes: 0.71, no: 0.29 } },
  latency_ms: 12.4,
};

function Empty() {
  const target = new URL('v1/inferences', document.baseURI).href;
  const key = currentKey() === null ? '' : ` -H "authorization: Bearer $LEEWAY_API_KEY"`;
  const line = `curl -sS ${target}${key} -H 'content-type: application/json' -d '${JSON.stringify(example)}'`;
  return (
    <section class="card empty" aria-labelledby="first">
      <h2 id="first">No model yet</h2>
      <p>
        A model appears with its first payload; nothing needs to be registered. Send one now, or point Leeway
        at a Kafka topic in its configuration:
      </p>
      <CopyLine text={line} label="Command that sends a first payload" />
      <p class="muted">
        This page looks again every 15 seconds. Records that could not be used are listed under{' '}
        <a href="#/rejects">Rejects</a> with the reason.
      </p>
    </section>
  );
}
