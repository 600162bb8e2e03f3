import { useEffect, useMemo, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import {
  drawHappenings,
  drawLevel,
  drawSelection,
  drawStrip,
  drawVerdictMarks,
  font,
  type Ink,
  readInk,
} from './chart-canvas.ts';
import { type ChartLine, chartLines, dashes, effectTop, levelsOf, windowVerdicts } from './chart-lines.ts';
import { clockTime, day, effectText } from './format.ts';
import { timeTicks } from './scale.ts';
import type { SeriesView } from './series.ts';
import type { Theme } from './theme.ts';
import type { Happening } from './timeline.ts';

export interface EffectChartProps {
  readonly view: SeriesView;
  readonly check: string;
  readonly selected: string | null;
  /** Index of the selected window. */
  readonly index: number;
  readonly marks: readonly Happening[];
  readonly theme: Theme;
  readonly label: string;
  readonly onPick: (index: number) => void;
  /** Index under the pointer; null when it has left. */
  readonly onHover: (index: number | null) => void;
}

/** Left and right room of the plot in CSS pixels, and the part of its width kept free before and after the data. */
const axisWidth = 52;
const rightRoom = 10;
const freePart = 0.012;

/** Left end and width, in CSS, of the stretch from the first to the last window: the slider below lies along it. */
export const dataStretch = {
  left: `calc(${axisWidth}px + (100% - ${axisWidth + rightRoom}px) * ${freePart / (1 + 2 * freePart)})`,
  width: `calc((100% - ${axisWidth + rightRoom}px) * ${1 / (1 + 2 * freePart)})`,
};

/** Effects over time; the numbers are in the table beside it, the canvas is one labelled picture. */
export function EffectChart(props: EffectChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const live = useRef(props);
  live.current = props;
  const lines = useMemo(() => chartLines(props.view, props.selected), [props.view, props.selected]);
  const shape = lines.map(line => `${line.subject}/${line.colour}/${line.selected}`).join('|');

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const chart = createPlot(element, lines, live);
    plot.current = chart;
    const observer = new ResizeObserver(() => chart.setSize(sizeOf(element)));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
      plot.current = null;
    };
  }, [shape, props.theme, props.check]);

  useEffect(() => plot.current?.setData(dataOf(props.view, lines)), [props.view]);
  useEffect(() => plot.current?.redraw(false), [props.index, props.marks]);
  useEffect(
    () => plot.current?.ctx.canvas.setAttribute('aria-label', props.label),
    [props.label, shape, props.theme],
  );

  return <div class="plot" ref={box} />;
}

function sizeOf(element: HTMLElement) {
  const width = Math.max(240, element.clientWidth);
  return { width, height: width < 560 ? 260 : 320 };
}

function dataOf(view: SeriesView, lines: readonly ChartLine[]): uPlot.AlignedData {
  const ends = view.starts.map(start => start + view.windowSeconds);
  return [ends, ...lines.flatMap(line => [[...line.judged], [...line.doubtful]])];
}

function createPlot(
  element: HTMLElement,
  lines: readonly ChartLine[],
  live: { readonly current: EffectChartProps },
): uPlot {
  const ink = readInk(element);
  const chart = new uPlot(
    {
      ...sizeOf(element),
      padding: [50, rightRoom, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      scales: {
        x: { time: false, range: (_, low, high) => xRange(low, high, live.current.view.windowSeconds) },
        y: {
          range: () => [
            0,
            effectTop(live.current.view, chartLines(live.current.view, live.current.selected)),
          ],
        },
      },
      axes: [timeAxis(ink), effectAxis(ink, live.current.check)],
      series: [{}, ...lines.flatMap(line => lineSeries(line, ink))],
      hooks: {
        drawAxes: [u => drawUnder(u, live.current, ink)],
        draw: [u => drawOver(u, live.current, ink)],
        setLegend: [
          u =>
            live.current.onHover(
              u.cursor.left === undefined || u.cursor.left < 0 ? null : (u.cursor.idx ?? null),
            ),
        ],
      },
    },
    dataOf(live.current.view, lines),
    element,
  );
  chart.ctx.canvas.setAttribute('role', 'img');
  chart.ctx.canvas.setAttribute('aria-label', live.current.label);
  chart.over.addEventListener('click', () => {
    const index = chart.cursor.idx;
    if (typeof index === 'number') live.current.onPick(index);
  });
  return chart;
}

function xRange(low: number | null, high: number | null, windowSeconds: number): [number, number] {
  if (low === null || high === null) return [0, 1];
  const room = Math.max((high - low) * freePart, low === high ? windowSeconds : 0);
  return [low - room, high + room];
}

function lineSeries(line: ChartLine, ink: Ink): uPlot.Series[] {
  const faint = line.colour === -1;
  const stroke = faint ? ink.muted : line.colour === -2 ? ink.text : (ink.series[line.colour] ?? ink.text);
  const judged: uPlot.Series = {
    stroke,
    width: line.selected ? 2.75 : faint ? 1 : 1.75,
    alpha: faint ? 0.28 : 1,
    dash: [...(dashes[Math.max(0, line.colour)] ?? [])],
    points: { show: false },
  };
  const doubtful: uPlot.Series = {
    show: !faint,
    stroke,
    width: line.selected ? 1.75 : 1.25,
    alpha: line.selected ? 0.95 : 0.75,
    dash: [1.5, 3],
    points: { show: false },
  };
  return [judged, doubtful];
}

function timeAxis(ink: Ink): uPlot.Axis {
  return {
    stroke: ink.muted,
    font: font(11, 400, 1),
    size: 42,
    gap: 18,
    grid: { stroke: ink.line, width: 1 },
    ticks: { show: false },
    border: { show: true, stroke: ink.line, width: 1 },
    splits: (u, _, low, high) => [
      ...timeTicks(low, high, Math.max(2, Math.floor(u.bbox.width / devicePixelRatio / 52))),
    ],
    values: (_, splits) => splits.map(at => (at % 86_400 === 0 ? day(at * 1000) : clockTime(at * 1000))),
  };
}

function effectAxis(ink: Ink, check: string): uPlot.Axis {
  return {
    stroke: ink.muted,
    font: font(11, 400, 1),
    size: axisWidth,
    gap: 6,
    space: 44,
    grid: { stroke: ink.line, width: 1 },
    ticks: { show: false },
    values: (_, splits) => splits.map(value => effectText(check, value)),
  };
}

function drawUnder(u: uPlot, { view, index }: EffectChartProps, ink: Ink): void {
  const start = view.starts[index];
  if (start !== undefined) drawSelection(u, start, start + view.windowSeconds, ink);
}

function drawOver(u: uPlot, { view, marks, selected, check, index }: EffectChartProps, ink: Ink): void {
  for (const level of levelsOf(view, selected, index))
    drawLevel(u, level, `${level.name} ${effectText(check, level.value)}`, ink);
  for (const line of chartLines(view, selected)) {
    const series = view.subjects.find(s => s.subject === line.subject);
    if (series === undefined || line.colour === -1) continue;
    drawVerdictMarks(u, series, ink.series[line.colour] ?? ink.text, ink);
  }
  drawHappenings(u, marks, ink);
  drawStrip(u, view, windowVerdicts(view), ink);
}
