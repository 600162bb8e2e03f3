import type { IngestRequest } from '../../src/app/files/ingest.ts';

/** A file of model churn, read as it stands. */
export const ingestRequest: IngestRequest = {
  model: 'churn',
  environment: '',
  mapping: '',
  mapped: false,
  columns: {},
  ignore: [],
  text: [],
  utc: false,
  now: false,
  again: false,
};
