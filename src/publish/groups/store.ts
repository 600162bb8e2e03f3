import { type Group, other } from '../group.ts';
import { counter, gauge } from '../metric.ts';

/** Whether the store takes what comes in. */
export const createStore: Group = ({ registry, models }) => {
  const failures = counter(
    registry,
    'leeway_store_failures_total',
    'Failed statements, by what was done about it (retry, halve, refuse, fatal).',
    ['failure'],
  );
  const up = gauge(registry, 'leeway_store_up', '0 from a failed statement until the store answers again.');
  const created = counter(
    registry,
    'leeway_models_created_total',
    'Models that came to be by their first inference.',
    ['model'],
  );
  for (const failure of ['retry', 'halve', 'refuse', 'fatal']) failures.inc({ failure }, 0);
  up.set(1);
  return {
    storeFailed: ({ failure }) => {
      failures.inc({ failure });
      if (failure === 'retry' || failure === 'fatal') up.set(0);
    },
    storeRecovered: () => up.set(1),
    modelCreated: e => created.inc({ model: models.admit(e.model) ?? other }),
  };
};
