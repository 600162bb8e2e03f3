import { normalDraw } from '../stats/random.ts';
import { durationOf } from './duration.ts';
import { type Moment, momentIn, parseMoment, type Span } from './moment.ts';
import { usage } from './usage.ts';

/** Latencies of a model: lognormal, by its median and 99th percentile, milliseconds. */
export interface LatencyShape {
  readonly median: number;
  readonly p99: number;
}

/** From a moment on latencies are so many times as long. */
export interface LatencyStep {
  readonly factor: number;
  readonly from: Moment;
}

/** 99 % quantile of the standard normal law. */
const z99 = 2.326_347_874_040_841;

/** Reads `40ms:250ms`. @throws LeewayError LW_USAGE */
export function parseLatency(text: string): LatencyShape {
  const [median, p99] = text.split(':').map(durationOf);
  if (median == null || p99 == null || median <= 0 || p99 < median)
    throw usage(`"${text}" is no latency: write the median and the 99th percentile, e.g. 40ms:250ms.`);
  return { median, p99 };
}

/** Reads `x3@60%`. @throws LeewayError LW_USAGE */
export function parseLatencyStep(text: string): LatencyStep {
  const [, factor, moment] = /^x(\d+(?:\.\d+)?)@(.+)$/.exec(text) ?? [];
  if (factor === undefined || Number(factor) === 0)
    throw usage(`"${text}" is no step of latency: write how many times as long and from when, e.g. x3@60%.`);
  return { factor: Number(factor), from: parseMoment(moment!) };
}

/** Draws the latency of an inference at an event time, milliseconds. */
export function createLatencies(of: {
  readonly shape: LatencyShape;
  readonly step: LatencyStep | null;
  readonly span: Span;
}): (eventTime: number, random: () => number) => number {
  const { shape, step } = of;
  const sigma = Math.log(shape.p99 / shape.median) / z99;
  const stepAt = step === null ? Number.POSITIVE_INFINITY : momentIn(step.from, of.span);
  return (eventTime, random) => {
    const factor = eventTime >= stepAt ? step!.factor : 1;
    const drawn = factor * shape.median * Math.exp(sigma * normalDraw(random));
    return Math.round(drawn * 1000) / 1000;
  };
}
