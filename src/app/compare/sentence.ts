import type { ColumnVerdict, Measured } from '../../report/comparison.ts';
import {
  countText,
  intervalText,
  percentText,
  probabilityText,
  unusableShare,
} from '../../report/numbers.ts';

/** What happened to a column, in one plain sentence that begins with its name. */
export function sentenceOf(name: string, verdict: ColumnVerdict, measured: Measured): string {
  const { p, alpha, current } = measured;
  const numbers = `p ${probabilityText(p)} against ${probabilityText(alpha)} allowed; ${countText(current.rows)} rows`;
  return `${name}: ${[what(verdict, measured), unusableWords(measured), numbers].filter(Boolean).join('; ')}.`;
}

function what(verdict: ColumnVerdict, measured: Measured): string {
  const { effect, effectHigh, effectLow, by, p, alpha, tolerance, smallestDetectable } = measured;
  if (verdict === 'drift') return by === 'null' ? missingWords(measured) : movedWords(measured);
  if (verdict === 'insufficient')
    return `too few rows to tell: a shift would have to move ${percentText(smallestDetectable)} of them to be seen`;
  if (p <= alpha)
    return `${percentText(effect)} of rows moved, less than the ${percentText(tolerance)} that matter`;
  return effectLow > 0
    ? `${percentText(effect)} of rows may have moved, which chance explains`
    : `no change beyond chance; at most ${percentText(effectHigh)} of rows moved`;
}

function movedWords(measured: Measured): string {
  const { effect, direction, category } = measured;
  const place = intervalText(measured);
  const share = percentText(effect);
  if (place === '') return `${share} of rows moved`;
  if (category !== null)
    return `${share} of rows moved, most of them ${direction < 0 ? 'away from' : 'to'} ${place}`;
  const more = direction < 0 ? 'fewer' : 'more';
  return `${share} of rows moved: ${more} ${measured.values === null ? 'values' : 'rows with'} ${place}`;
}

function missingWords({ reference, current }: Measured): string {
  return `${percentText(unusableShare(current))} of rows have no usable value, ${percentText(unusableShare(reference))} before`;
}

/** Beside a drift of the values; said by `what` already when it is the missing values that moved. */
function unusableWords(measured: Measured): string {
  const { by, missingMoved, current, reference } = measured;
  const words: string[] = [];
  if (missingMoved !== null && by !== 'null') words.push(missingWords(measured));
  words.push(oddWords(current.mismatches, reference.mismatches, 'text'));
  words.push(oddWords(current.notNumbers, reference.notNumbers, 'not-a-number or infinite'));
  return words.filter(Boolean).join(', ');
}

/** Of the current file; what the reference had is said beside it. */
function oddWords(now: number, before: number, kind: string): string {
  if (now + before === 0) return '';
  const verb = now === 1 ? 'value is' : 'values are';
  return `${countText(now)} ${verb} ${kind}${before === 0 ? '' : ` (${countText(before)} before)`}`;
}
