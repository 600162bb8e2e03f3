import { type Judgement, missingName, smallName, unseenName } from './judge.ts';
import { countText, numberText, percentText, shortText, subjectText } from './words.ts';

/** What a drift verdict says, in one sentence: "income: 18 % of rows moved above 52,300; p 2e-9 against ...". */
export function driftSentence(subject: string, judged: Judgement, alpha: number): string {
  const name = subjectText(subject);
  const { n, nReference, p, by, verdict } = judged;
  if (n === 0) return `${name}: no usable value in the window, nothing to compare.`;
  const evidence =
    `p ${numberText(p)} against ${numberText(alpha)} allowed${by === null ? '' : ` (${componentText(by)})`}; ` +
    `${countText(n)} rows against ${countText(nReference)} in the baseline`;
  return `${name}: ${movedText(judged)}; ${evidence}.${verdict === 'insufficient' ? fewText(judged) : ''}`;
}

/** Where rows went: "18 % of rows moved above 52,300", "no move of rows beyond noise". */
export function movedText(judged: Judgement): string {
  const { verdict, effect, p } = judged;
  const where = whereText(judged);
  if (verdict === 'drift') return `${percentText(effect)} of rows moved${where === '' ? '' : ` ${where}`}`;
  const tolerance = `tolerance ${percentText(judged.tolerance)}`;
  if (effect >= judged.tolerance)
    return `about ${percentText(effect)} of rows moved (${tolerance}), which chance alone can do`;
  return effect > 0 && p < 0.05
    ? `about ${percentText(effect)} of rows moved, within what is allowed (${tolerance})`
    : `no move of rows beyond noise (${tolerance})`;
}

/** "above 52,300", "into 12.3 to 18.9", "out of "free""; '' when there is nothing to say. */
export function whereText({ interval, category, direction }: Judgement): string {
  if (category === smallName) return 'in small categories';
  if (category !== null) return `${direction < 0 ? 'out of' : 'into'} ${categoryText(category)}`;
  if (interval === null || direction === 0) return '';
  const { low, high } = interval;
  if (low === null && high === null) return '';
  if (low === null) return `${direction > 0 ? '' : 'away from '}below ${valueText(high!)}`.trim();
  if (high === null) return `${direction > 0 ? '' : 'away from '}above ${valueText(low)}`.trim();
  return `${direction > 0 ? 'into' : 'out of'} ${valueText(low)} to ${valueText(high)}`;
}

const components: Readonly<Record<string, string>> = {
  z1: 'location',
  z2: 'spread',
  z3: 'skew',
  z4: 'kurtosis',
  tail: 'tails',
  local: 'shape',
  null: 'missing values',
  atom: 'the dominant value',
  cell: 'a single category',
  omnibus: 'all categories together',
};

/** Name of a component as people read it. */
export function componentText(name: string): string {
  return components[name] ?? name;
}

function categoryText(category: string): string {
  if (category === missingName) return 'missing';
  return category === unseenName ? 'values the baseline does not list' : `"${shortText(category)}"`;
}

/** A value of a feature with four significant digits: 52,300; 0.01234. */
export function valueText(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e9)) return numberText(value);
  const [whole, part] = String(Number(value.toPrecision(4))).split('.');
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, ',');
  return part === undefined ? grouped : `${grouped}.${part}`;
}

function fewText({ smallestDetectable, n }: Judgement): string {
  const seen =
    smallestDetectable >= 1
      ? 'no shift, however large, would be found half of the time'
      : `a shift of less than ${percentText(smallestDetectable)} of the rows would be missed half of the time`;
  return ` ${n < 50 ? 'Fewer than 50 rows' : 'Too little to judge'}: ${seen}.`;
}
