import type { NumericShape, Shares } from './comparison.ts';
import { html, type Markup } from './markup.ts';
import { numberText, percentText } from './numbers.ts';
import { across, figure, round, shareAxis, upwards, valueAxis } from './plot.ts';
import { atValues, linearScale, logScale, type Scale } from './scale.ts';

/** Both cumulative curves: where they lie apart, rows have moved. */
export function curves(name: string, id: string, shape: NumericShape): Markup {
  const log = shape.logBars !== null;
  const { low, high } = shape.logBars ?? shape.bars;
  const x = (log ? logScale : linearScale)([low, high], across);
  const y = linearScale([0, 1], upwards, 4);
  const { curve } = shape;
  const draw = shape.bars.values === null ? line : steps;
  const inside = log ? curve.filter(point => point.x >= low) : curve;
  const widest = inside.reduce(
    (best, point) => (distance(point) > distance(best) ? point : best),
    inside[0] ?? none,
  );
  return figure(
    'Share of rows at or below each value (dashed: reference)',
    {
      id,
      title: `Cumulative curves of ${name}`,
      description:
        `The curves are furthest apart at ${numberText(widest.x)}: ${percentText(widest.reference)} of the reference ` +
        `and ${percentText(widest.current)} of the current file lie ${shape.bars.values === null ? '' : 'at or '}below.`,
    },
    [
      shareAxis(y),
      html`<path class="reference-line" d="${draw(inside, x, y, 'reference')}"/>`,
      html`<path class="current" d="${draw(inside, x, y, 'current')}"/>`,
      valueAxis(atValues(x, shape.bars)),
    ],
  );
}

const none = { x: NaN, reference: 0, current: 0 };

function distance({ reference, current }: Shares): number {
  return Math.abs(reference - current);
}

function line(points: NumericShape['curve'], x: Scale, y: Scale, side: keyof Shares): string {
  return points
    .map((point, i) => `${i === 0 ? 'M' : 'L'}${round(x.at(point.x))},${round(y.at(point[side]))}`)
    .join('');
}

/** Level from value to value, with a jump at each, as far as the axis goes. */
function steps(points: NumericShape['curve'], x: Scale, y: Scale, side: keyof Shares): string {
  const drawn = points.map((point, i) =>
    i === 0
      ? `M${round(x.at(point.x))},${round(y.at(point[side]))}`
      : `H${round(x.at(point.x))}V${round(y.at(point[side]))}`,
  );
  return `${drawn.join('')}H${round(across[1])}`;
}
