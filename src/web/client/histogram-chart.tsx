import type { Distribution } from './answers.ts';
import { DataTable } from './data-table.tsx';
import { count, share, subjectName } from './format.ts';
import { categoryBars, edgeLabels, rangeName } from './histogram.ts';
import { niceTicks, stepPath } from './scale.ts';

/** Baseline against window: a step outline over bars for numbers, paired bars for categories. */
export function HistogramChart({ distribution }: { readonly distribution: Distribution }) {
  const { kind, bins } = distribution;
  if (bins.length === 0) return <p class="notice">No value to show in this window.</p>;
  return (
    <figure class="histogram">
      <figcaption class="legend">
        <span>
          <span class="box reference" aria-hidden="true" /> baseline {distribution.baseline} (n{' '}
          {count(distribution.reference.n)})
        </span>
        <span>
          <span class="box current" aria-hidden="true" /> this window (n {count(distribution.current.n)})
        </span>
      </figcaption>
      {kind === 'numeric' ? (
        <NumericPlot distribution={distribution} />
      ) : (
        <CategoryPlot distribution={distribution} />
      )}
    </figure>
  );
}

const view = { width: 520, height: 210, left: 46, right: 22, top: 14, foot: 182 };

function NumericPlot({ distribution }: { readonly distribution: Distribution }) {
  const { bins } = distribution;
  const ticks = niceTicks(bins.reduce((top, bin) => Math.max(top, bin.reference, bin.current), 0));
  const top = ticks.at(-1) || 1;
  const y = (value: number) => view.foot - (view.foot - view.top) * (value / top);
  const width = (view.width - view.left - view.right) / bins.length;
  const boxes = (side: 'reference' | 'current') =>
    bins.map((bin, i) => ({ x: view.left + i * width, width, y: y(bin[side]) }));
  const name = subjectName(distribution.subject);
  return (
    <>
      <svg
        class="bars"
        viewBox={`0 0 ${view.width} ${view.height}`}
        role="img"
        aria-label={`Histogram of ${name}: baseline as bars, window as an outline. Numbers in the table below.`}
      >
        {ticks.map(tick => (
          <g key={tick}>
            <path class="grid" d={`M${view.left} ${y(tick)}H${view.width - view.right}`} />
            <text x={view.left - 6} y={y(tick) + 4} text-anchor="end">
              {share(tick)}
            </text>
          </g>
        ))}
        {boxes('reference').map(box => (
          <rect
            key={box.x}
            class="reference"
            x={box.x + 0.5}
            width={Math.max(0.5, width - 1)}
            y={box.y}
            height={view.foot - box.y}
          />
        ))}
        <path class="current" d={stepPath(boxes('current'), view.foot)} />
        <OpenEnds bins={bins} width={width} />
        {edgeLabels(bins).map(({ boundary, text }) => (
          <g key={boundary}>
            <path class="tick" d={`M${view.left + boundary * width} ${view.foot}v4`} />
            <text x={view.left + boundary * width} y={view.foot + 18} text-anchor="middle">
              {text}
            </text>
          </g>
        ))}
      </svg>
      <DataTable
        caption={`Shares of ${name}, baseline and window`}
        columns={[{ name: 'Value' }, { name: 'Baseline', numeric: true }, { name: 'Window', numeric: true }]}
        rows={() => bins.map(bin => [rangeName(bin), share(bin.reference), share(bin.current)])}
      />
    </>
  );
}

/** The outermost bars hold everything further out: said by a sign below them. */
function OpenEnds({ bins, width }: { readonly bins: Distribution['bins']; readonly width: number }) {
  const labels = edgeLabels(bins);
  const lastLabel = labels.at(-1)?.boundary ?? 0;
  return (
    <>
      {bins[0]?.low === null && (labels[0]?.boundary ?? 0) > 2 && (
        <text x={view.left + width / 2} y={view.foot + 18} text-anchor="middle">
          &lt;
        </text>
      )}
      {bins.at(-1)?.high === null && lastLabel < bins.length - 3 && (
        <text x={view.left + (bins.length - 0.5) * width} y={view.foot + 18} text-anchor="middle">
          ≥
        </text>
      )}
    </>
  );
}

/** For categories the table is the chart: every bar stands beside its number. */
function CategoryPlot({ distribution }: { readonly distribution: Distribution }) {
  const bars = categoryBars(distribution.bins);
  const most = bars.reduce((top, bar) => Math.max(top, bar.reference, bar.current), 0) || 1;
  return (
    <table class="categories">
      <caption class="unseen">Shares of {subjectName(distribution.subject)}, baseline and window</caption>
      <thead>
        <tr>
          <th scope="col">Category</th>
          <th scope="col" class="number">
            Baseline
          </th>
          <th scope="col" class="number">
            Window
          </th>
          <td />
        </tr>
      </thead>
      <tbody>
        {bars.map(bar => (
          <tr key={bar.label}>
            <th scope="row" title={bar.label}>
              {bar.label === '' ? '(empty)' : bar.label}
            </th>
            <td class="number">{share(bar.reference)}</td>
            <td class="number">{share(bar.current)}</td>
            <td class="pair" aria-hidden="true">
              <svg viewBox="0 0 100 20" preserveAspectRatio="none">
                <rect class="reference" y="2" height="7" width={(100 * bar.reference) / most} />
                <rect class="current" y="11" height="7" width={(100 * bar.current) / most} />
              </svg>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
