/** What is drawn on the chart of effects besides its lines. Positions are canvas pixels. */
import type uPlot from 'uplot';
import type { Verdict } from './answers.ts';
import { type Level, markedWindows } from './chart-lines.ts';
import { pages } from './paging.ts';
import type { SeriesView, SubjectSeries } from './series.ts';
import { flags, type Happening } from './timeline.ts';

export interface Ink {
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly surface: string;
  readonly accent: string;
  readonly alarm: string;
  readonly good: string;
  readonly order: string;
  readonly selection: string;
  readonly series: readonly string[];
}

/** Colours of the current theme, from the style sheet. */
export function readInk(element: Element): Ink {
  const style = getComputedStyle(element);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: of('text'),
    muted: of('muted'),
    line: of('line'),
    surface: of('surface'),
    accent: of('accent'),
    alarm: of('alarm'),
    good: of('good'),
    order: of('order'),
    selection: of('selection'),
    series: [1, 2, 3, 4, 5].map(i => of(`series-${i}`)),
  };
}

const x = (u: uPlot, value: number) => Math.round(u.valToPos(value, 'x', true));
const y = (u: uPlot, value: number) => Math.round(u.valToPos(value, 'y', true));

/** The selected window, from its start to its end. */
export function drawSelection(u: uPlot, start: number, end: number, ink: Ink): void {
  const { ctx, bbox } = u;
  const left = Math.max(bbox.left, x(u, start));
  const right = Math.min(bbox.left + bbox.width, x(u, end));
  ctx.save();
  ctx.setLineDash([]);
  ctx.fillStyle = ink.selection;
  ctx.fillRect(left, bbox.top, Math.max(1, right - left), bbox.height);
  ctx.strokeStyle = ink.text;
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(right, bbox.top);
  ctx.lineTo(right, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/** A horizontal line with its name above it, at the left edge; nothing where it lies above the plot. */
export function drawLevel(u: uPlot, level: Level, name: string, ink: Ink): void {
  const { ctx, bbox } = u;
  const at = y(u, level.value);
  if (at < bbox.top) return;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = ink.text;
  ctx.lineWidth = ratio;
  ctx.setLineDash(level.dash.map(length => length * ratio));
  ctx.beginPath();
  ctx.moveTo(bbox.left, at);
  ctx.lineTo(bbox.left + bbox.width, at);
  ctx.stroke();
  ctx.font = font(11);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  levelName(ctx, name, [bbox.left + 4 * ratio, at - 2 * ratio], ink);
  ctx.restore();
}

/** Triangles where a subject's verdict is drift: filled when it pages. */
export function drawVerdictMarks(u: uPlot, series: SubjectSeries, colour: string, ink: Ink): void {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  const gap = Math.ceil((18 * ratio * series.findings.length) / Math.max(1, bbox.width));
  ctx.save();
  ctx.setLineDash([]);
  ctx.lineWidth = 1.5 * ratio;
  ctx.strokeStyle = colour;
  for (const i of markedWindows(series.findings, Math.max(1, gap))) {
    const finding = series.findings[i];
    if (finding?.effect === null || finding === null || finding === undefined) continue;
    ctx.fillStyle = pages(finding) ? colour : ink.surface;
    triangle(ctx, x(u, finding.windowStart + finding.windowSeconds), y(u, finding.effect), 5 * ratio);
  }
  ctx.restore();
}

function triangle(ctx: CanvasRenderingContext2D, cx: number, cy: number, radius: number): void {
  ctx.beginPath();
  ctx.moveTo(cx, cy - radius);
  ctx.lineTo(cx + radius, cy + radius * 0.8);
  ctx.lineTo(cx - radius, cy + radius * 0.8);
  ctx.closePath();
  ctx.fill();
  ctx.stroke();
}

/** Height (of 10) and colour of a verdict in the strip: the height says it without the colour. */
function stripCell(verdict: Verdict, ink: Ink): readonly [number, string, boolean] {
  if (verdict === 'drift') return [8, ink.alarm, true];
  if (verdict === 'stable') return [3, ink.good, true];
  if (verdict === 'blind' || verdict === 'failed') return [8, ink.muted, false];
  return [5, ink.muted, false];
}

/** One cell a window under the axis line: tall and full is drift, low is stable, hollow was not judged. */
export function drawStrip(u: uPlot, view: SeriesView, verdicts: readonly (Verdict | null)[], ink: Ink): void {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  const foot = bbox.top + bbox.height + 14 * ratio;
  ctx.save();
  ctx.lineWidth = ratio;
  for (const [i, start] of view.starts.entries()) {
    const verdict = verdicts[i] ?? null;
    if (verdict === null) continue;
    const right = x(u, start + view.windowSeconds);
    const before = view.starts[i - 1];
    const left = before === undefined ? right - 4 * ratio : x(u, before + view.windowSeconds);
    const width = Math.min(Math.max(1, right - left), 24 * ratio);
    const [height, colour, full] = stripCell(verdict, ink);
    ctx.fillStyle = colour;
    ctx.globalAlpha = full ? 1 : 0.35;
    ctx.fillRect(right - width, foot - height * ratio, width, height * ratio);
  }
  ctx.restore();
}

/** Vertical lines with a lettered flag above the plot. */
export function drawHappenings(u: uPlot, happenings: readonly Happening[], ink: Ink): void {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  const size = 13 * ratio;
  const colours = {
    alert: ink.alarm,
    resolved: ink.good,
    order: ink.order,
    baseline: ink.accent,
    pending: ink.muted,
  };
  const taken: number[] = [];
  ctx.save();
  ctx.setLineDash([2 * ratio, 2 * ratio]);
  ctx.font = font(10, 600);
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  for (const happening of [...happenings].reverse()) {
    const at = x(u, happening.at / 1000);
    if (at < bbox.left || at > bbox.left + bbox.width) continue;
    const row = taken.filter(other => Math.abs(other - at) < size + ratio).length % 3;
    taken.push(at);
    const top = bbox.top - (row + 1) * (size + 2 * ratio);
    ctx.strokeStyle = colours[happening.kind];
    ctx.fillStyle = colours[happening.kind];
    ctx.lineWidth = ratio;
    ctx.beginPath();
    ctx.moveTo(at, top + size);
    ctx.lineTo(at, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillRect(at - size / 2, top, size, size);
    ctx.fillStyle = ink.surface;
    ctx.fillText(flags[happening.kind], at, top + size / 2 + ratio / 2);
  }
  ctx.restore();
}

/** The level's name on a rim of the background's colour, so that lines behind it do not cross it out. */
function levelName(
  ctx: CanvasRenderingContext2D,
  name: string,
  at: readonly [number, number],
  ink: Ink,
): void {
  ctx.setLineDash([]);
  ctx.lineJoin = 'round';
  ctx.lineWidth = 4 * devicePixelRatio;
  ctx.strokeStyle = ink.surface;
  ctx.strokeText(name, ...at);
  ctx.fillStyle = ink.text;
  ctx.fillText(name, ...at);
}

/** The page's font at a size in CSS pixels. */
export function font(size: number, weight = 400, ratio = devicePixelRatio): string {
  return `${weight} ${size * ratio}px system-ui, sans-serif`;
}
