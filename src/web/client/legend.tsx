import { chartLines, dashes } from './chart-lines.ts';
import { subjectName } from './format.ts';
import { formatRoute, type ModelRoute } from './route.ts';
import type { SeriesView } from './series.ts';
import { flags, type Happening } from './timeline.ts';

interface LegendProps {
  readonly view: SeriesView;
  readonly route: ModelRoute;
  readonly selected: string | null;
  readonly marks: readonly Happening[];
}

const flagWords = {
  alert: 'alert fired',
  resolved: 'alert resolved',
  order: 'order',
  baseline: 'baseline active',
  pending: '',
};

/** What the lines, flags and marks of the chart mean; a line's name selects its subject. */
export function Legend({ view, route, selected, marks }: LegendProps) {
  const lines = chartLines(view, selected)
    .filter(line => line.colour !== -1)
    .reverse();
  const kinds = [...new Set(marks.map(mark => mark.kind))];
  const others = view.subjects.length - lines.length;
  return (
    <ul class="legend" aria-label="Legend">
      {lines.map(line => (
        <li key={line.subject} class={line.selected ? 'chosen' : ''}>
          <svg viewBox="0 0 24 8" aria-hidden="true" class={`swatch series-${line.colour + 1}`}>
            <path d="M0 4h24" stroke-dasharray={(dashes[Math.max(0, line.colour)] ?? []).join(' ')} />
          </svg>
          <a href={formatRoute({ ...route, subject: line.subject })}>{subjectName(line.subject)}</a>
        </li>
      ))}
      {others > 0 && <li class="muted">{others} more, faint</li>}
      {kinds.map(kind => (
        <li key={kind}>
          <span class={`flag ${kind}`} aria-hidden="true">
            {flags[kind]}
          </span>
          {flagWords[kind]}
        </li>
      ))}
      <li class="muted">
        ▲ drift that pages · △ drift · lines across: limits of the selected subject · dotted: not judged ·
        strip: tall drift, low stable, pale not judged
      </li>
    </ul>
  );
}
