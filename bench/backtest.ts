import { defaultPolicy } from '../src/act/policy.ts';
import { runBacktest } from '../src/app/backtest/backtest.ts';
import { storedWindows } from '../src/app/backtest/history.ts';
import { railsOf } from '../src/app/retraining-rules.ts';
import { windowsEndingIn } from '../src/detect/windows.ts';
import type { Finding } from '../src/domain/finding.ts';
import { windowLengths } from '../src/domain/window.ts';
import { systemClock } from '../src/lib/clock.ts';
import { measure } from './cpu.ts';
import { peakMemory, type Report } from './figure.ts';
import { benchModel, createRandom } from './records.ts';
import { openBench } from './store.ts';

export interface BacktestOptions {
  readonly runs: number;
  readonly days: number;
  readonly subjects: number;
}

const daySeconds = 86_400;

/** Findings of a month, as they are stored, through policies and guard rails. */
export async function backtest({ runs, days, subjects }: BacktestOptions): Promise<Report> {
  const bench = await openBench();
  const { storage, config } = bench;
  const to = Math.floor(systemClock.now() / 1000 / daySeconds) * daySeconds;
  const from = to - days * daySeconds;
  const random = createRandom(11);
  let findings = 0;
  for (const windowSeconds of windowLengths)
    for (const { start } of windowsEndingIn(from, to, windowSeconds)) {
      // Three subjects drift in the last third.
      const late = start > from + (days * daySeconds * 2) / 3;
      const of = findingsOf({ start, windowSeconds, subjects, drifting: late ? 3 : 0 }, random);
      findings += of.length;
      await storage.findings.write(of);
    }
  await bench.settled();
  const period = { model: benchModel, environment: 'prod', from: from * 1000, to: to * 1000 };
  const seconds: number[] = [];
  const cpu: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const cost = await measure(() =>
      runBacktest({
        ...period,
        windows: storedWindows(storage.findings, period),
        scenarios: [{ name: 'configured', policies: [defaultPolicy], budgetRatio: 1 }],
        rails: kind => railsOf(config, kind),
        counts: { rows: async () => 1e6, labels: async () => 1e6 },
        promotions: [],
        schedules: [],
        latenessSeconds: 600,
        rest: () => new Promise(setImmediate),
      }),
    );
    if (run === 0) continue;
    seconds.push(cost.seconds);
    cpu.push(cost.cpuSeconds);
  }
  const memory = peakMemory('backtest');
  await bench.close();
  return {
    figures: [
      {
        name: `backtest of ${days} days and ${subjects} subjects`,
        unit: 's',
        values: seconds,
        goal: { value: 10, better: 'less' },
      },
      { name: 'the same', unit: 'CPU s', values: cpu },
      memory,
    ],
    breakdowns: [],
    notes: [
      `Backtest: ${findings} stored findings (drift, missing and mismatch of ${subjects} subjects in windows of 1, 6, 24 and 168 h over ${days} days) read from chDB and played through the default policy and the guard rails; ${runs} runs after one to warm up.`,
    ],
  };
}

interface Place {
  readonly start: number;
  readonly windowSeconds: number;
  readonly subjects: number;
  readonly drifting: number;
}

function findingsOf({ start, windowSeconds, subjects, drifting }: Place, random: () => number): Finding[] {
  return Array.from({ length: subjects }, (_, i) =>
    ['drift', 'missing', 'mismatch'].map((check): Finding => {
      const drifts = check === 'drift' && i < drifting;
      return {
        model: benchModel,
        environment: 'prod',
        check,
        subject: `feature:f_${i}`,
        version: '',
        segment: '',
        windowStart: start,
        windowSeconds,
        generation: 1n,
        verdict: drifts ? 'drift' : 'stable',
        calibration: 'calibrated',
        noiseVersion: 1,
        p: drifts ? 1e-12 : random(),
        alpha: 1e-5,
        effect: drifts ? 0.3 : random() / 100,
        effectLow: 0,
        effectHigh: 0.4,
        tolerance: 0.02,
        n: 5000,
        nReference: 20_000,
        smallestDetectable: 0.03,
        baseline: 1,
        detail: { method: 'numeric-window', components: { body: random(), tail: random() }, psi: random() },
        sentence: `feature:f_${i} moved by ${random().toFixed(3)} of its rows, which is within what it does by itself.`,
      };
    }),
  ).flat();
}
