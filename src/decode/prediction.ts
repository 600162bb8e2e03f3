import { kindOf, type Refusal, refuse } from './refusal.ts';
import { isLonger, textCharacters } from './texts.ts';

/** What the model answered. */
export interface Prediction {
  /** Numeric prediction, else NaN. */
  readonly prediction: number;
  /** Predicted class, else ''. */
  readonly predicted: string;
  readonly scoreNames: readonly string[];
  readonly scoreValues: readonly number[];
  /** A predicted text too long to be a class, watched by its shape; else ''. */
  readonly text: string;
}

const none: Prediction = {
  prediction: Number.NaN,
  predicted: '',
  scoreNames: [],
  scoreValues: [],
  text: '',
};

/**
 * Reads a prediction: a number, text, a boolean, `{label, score}` or `{label, probabilities}`.
 *
 * @param most Most class scores.
 */
export function readPrediction(value: unknown, most: number): Prediction | Refusal {
  if (value === undefined || value === null) return none;
  if (typeof value === 'number' || typeof value === 'bigint') return numeric(Number(value));
  if (typeof value === 'string') {
    return isLonger(value, textCharacters) ? { ...none, text: value } : classed(value);
  }
  if (typeof value === 'boolean') return classed(String(value));
  if (Array.isArray(value)) {
    return refuse(
      'bad-prediction',
      '`prediction` must be a number, text, a boolean or an object, not an array',
    );
  }
  return readLabelled(value as Readonly<Record<string, unknown>>, most);
}

function numeric(prediction: number): Prediction {
  return { prediction, predicted: '', scoreNames: [], scoreValues: [], text: '' };
}

function classed(predicted: string): Prediction {
  return { prediction: Number.NaN, predicted, scoreNames: [], scoreValues: [], text: '' };
}

function readLabelled(value: Readonly<Record<string, unknown>>, most: number): Prediction | Refusal {
  const predicted = classOf(value['label']);
  if (predicted === null) {
    return refuse(
      'bad-prediction',
      `\`prediction.label\` must be text of up to ${textCharacters} characters, a number or a boolean`,
    );
  }
  const { score, probabilities } = value;
  if (probabilities !== undefined && probabilities !== null) {
    return readProbabilities(predicted, probabilities, most);
  }
  if (score === undefined || score === null) return classed(predicted);
  if (typeof score !== 'number' && typeof score !== 'bigint') {
    return refuse('bad-prediction', `\`prediction.score\` must be a number, not ${kindOf(score)}`);
  }
  return {
    prediction: Number.NaN,
    predicted,
    scoreNames: [predicted],
    scoreValues: [Number(score)],
    text: '',
  };
}

/** Name of a class, or null when the value names none. */
function classOf(value: unknown): string | null {
  if (typeof value === 'string') return value === '' || isLonger(value, textCharacters) ? null : value;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null;
  return typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : null;
}

function readProbabilities(predicted: string, value: unknown, most: number): Prediction | Refusal {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse(
      'bad-prediction',
      `\`prediction.probabilities\` must be an object of class to number, not ${kindOf(value)}`,
    );
  }
  const object = value as Readonly<Record<string, unknown>>;
  const scoreNames: string[] = [];
  const scoreValues: number[] = [];
  for (const name of Object.keys(object)) {
    const score = object[name];
    if (score === null) continue;
    if ((typeof score !== 'number' && typeof score !== 'bigint') || isLonger(name, textCharacters)) {
      return refuse(
        'bad-prediction',
        `each of \`prediction.probabilities\` must be a number, named by at most ${textCharacters} characters`,
      );
    }
    scoreNames.push(name);
    scoreValues.push(Number(score));
  }
  if (scoreNames.length > most) return refuse('too-many-features', `more than ${most} class scores`);
  return { prediction: Number.NaN, predicted, scoreNames, scoreValues, text: '' };
}
