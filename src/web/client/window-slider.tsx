import { dataStretch } from './effect-chart.tsx';
import { fullMoment } from './format.ts';
import type { SeriesView } from './series.ts';

interface SliderProps {
  readonly view: SeriesView;
  readonly index: number;
  readonly pick: (index: number) => void;
}

/** Moves the window that is looked at; it lies under the chart, along the same stretch of time. */
export function WindowSlider({ view, index, pick }: SliderProps) {
  const start = view.starts[index] ?? 0;
  const text = `Window ending ${fullMoment((start + view.windowSeconds) * 1000)}`;
  return (
    <input
      class="window-slider"
      type="range"
      aria-label="Window shown below; arrow keys move it"
      aria-valuetext={text}
      style={{ marginLeft: `calc(${dataStretch.left} - 7px)`, width: `calc(${dataStretch.width} + 14px)` }}
      min={0}
      max={Math.max(0, view.starts.length - 1)}
      step={1}
      value={index}
      onInput={event => pick(Number(event.currentTarget.value))}
    />
  );
}
