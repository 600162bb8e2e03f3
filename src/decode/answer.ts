import { type Fields, readAmount, readError, readSegment, readStatus, type Segment } from './fields.ts';
import { readTruth, type Truth } from './label.ts';
import { type Prediction, readPrediction } from './prediction.ts';
import { isRefusal, type Refusal } from './refusal.ts';

/** Everything of an inference that is neither its key nor a feature. */
export interface Answer {
  readonly prediction: Prediction;
  readonly latencySeconds: number;
  readonly status: number;
  readonly error: string;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly segment: Segment;
  readonly truth: Truth | null;
}

/** @param mostScores Most class scores of a prediction. */
export function readAnswer(fields: Fields, mostScores: number): Answer | Refusal {
  const prediction = readPrediction(fields.prediction, mostScores);
  if (isRefusal(prediction)) return prediction;
  const latencyMs = readAmount(fields.latency_ms, 'latency_ms');
  if (isRefusal(latencyMs)) return latencyMs;
  const status = readStatus(fields.status);
  if (isRefusal(status)) return status;
  const error = readError(fields.error);
  if (isRefusal(error)) return error;
  const requestBytes = readAmount(fields.request_bytes, 'request_bytes');
  if (isRefusal(requestBytes)) return requestBytes;
  const responseBytes = readAmount(fields.response_bytes, 'response_bytes');
  if (isRefusal(responseBytes)) return responseBytes;
  const segment = readSegment(fields.segment);
  if (isRefusal(segment)) return segment;
  const truth = readTruth(fields.label);
  if (isRefusal(truth)) return truth;
  return {
    prediction,
    latencySeconds: latencyMs / 1000,
    status,
    error,
    requestBytes,
    responseBytes,
    segment,
    truth,
  };
}
