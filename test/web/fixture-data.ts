/** Deterministic answers of two models: `churn`, six weeks with a change on 7 November, and `fraud`, still learning. */
import { calibrationByLength } from '../../src/app/checks-from.ts';
import { calibrationOf } from '../../src/detect/calibration.ts';
import { listed } from '../../src/detect/judged.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { strideSeconds } from '../../src/domain/window.ts';
import type {
  AlertsAnswer,
  Distribution,
  FindingEntry,
  ModelDetail,
  ModelSummary,
  RejectsAnswer,
  ShareBin,
} from '../../src/web/client/answers.ts';
import {
  alpha,
  categories,
  categoryShares,
  chance,
  edges,
  judgedDrift,
  numericShares,
  referenceRows,
  type Subject,
} from './fixture-judge.ts';

const hour = 3600;
const day = 24 * hour;
const firstRow = Date.UTC(2026, 9, 10) / 1000;
const baselineCut = firstRow + day;
export const change = Date.UTC(2026, 10, 7, 4) / 1000;
const lastRow = Date.UTC(2026, 10, 21, 6) / 1000;
const rowsAnHour = 240;

const subjects: readonly Subject[] = [
  { subject: 'feature:age', kind: 'numeric', shift: 0 },
  { subject: 'feature:income', kind: 'numeric', shift: 0.31 },
  { subject: 'feature:tenure_months', kind: 'numeric', shift: 0 },
  { subject: 'feature:monthly_charges', kind: 'numeric', shift: 0.17 },
  { subject: 'feature:plan', kind: 'categorical', shift: 0.22 },
  { subject: 'feature:region', kind: 'categorical', shift: 0 },
  { subject: 'feature:device', kind: 'categorical', shift: 0 },
  { subject: 'feature:payment_method', kind: 'categorical', shift: 0 },
  { subject: 'feature:support_calls', kind: 'numeric', shift: 0.028, steady: true },
  { subject: 'feature:logins_30d', kind: 'numeric', shift: 0.05 },
  { subject: 'feature:address.days_since_the_last_change_of_address', kind: 'numeric', shift: 0 },
  { subject: 'feature:credit_score', kind: 'numeric', shift: 0 },
  { subject: 'prediction', kind: 'categorical', shift: 0.12 },
  { subject: 'score:yes', kind: 'numeric', shift: 0.14 },
  { subject: 'feature:customer_id', kind: 'categorical', shift: 0, aside: 'id-like' },
  { subject: 'feature:notes.length', kind: 'numeric', shift: 0, aside: 'shape-only' },
];
const tested = subjects.filter(s => s.aside === undefined);

/** Windows of one length are a few draws over and over: enough to look alive, and each is judged once. */
const draws = 8;

const unknown = Number.NaN;

function blank(subject: string, start: number, length: number): Finding {
  const state = calibrationOf({ start, end: start + length }, firstRow);
  const { calibration, calibratedFrom } = state;
  return {
    model: 'churn',
    environment: 'production',
    check: 'drift',
    subject,
    version: '',
    segment: '',
    windowStart: start,
    windowSeconds: length,
    generation: 1_800_000_000_000n * 65_536n + BigInt(start),
    verdict: 'learning',
    calibration,
    noiseVersion: calibration === 'learning' ? 0 : Math.floor(start / day),
    p: unknown,
    alpha,
    effect: unknown,
    effectLow: unknown,
    effectHigh: unknown,
    tolerance: 0.02,
    n: 0,
    nReference: referenceRows,
    smallestDetectable: unknown,
    baseline: 1,
    detail: { calibratedFrom, ...(calibration === 'learning' ? { pagesFrom: state.pagesFrom } : {}) },
    sentence: 'The window overlaps the period the baseline was cut from.',
  };
}

/** Drift of a subject in a window, with the user's own measures of it. */
function drift(subject: Subject, start: number, length: number): readonly Finding[] {
  const base = blank(subject.subject, start, length);
  if (start < baselineCut) return [base];
  const broken = Date.UTC(2026, 9, 27, 9) / 1000;
  if (start <= broken && broken < start + strideSeconds(length))
    return [{ ...base, verdict: 'blind', sentence: 'Partition 2 was not read past the window.' }];
  const after = Math.min(1, Math.max(0, (start + length - Math.max(start, change)) / length));
  const draw = Math.floor(draws * chance(`${start}/${length}`));
  const rows = Math.round(rowsAnHour * (length / hour) * (subject.steady === true ? 1 : 0.94 + 0.015 * draw));
  const fitted = base.calibration !== 'learning';
  return judgedDrift(subject, { rows, after, draw, hours: length / hour, fitted }).map(found => {
    const { model, environment, windowStart, windowSeconds, generation, detail } = base;
    const place = { model, environment, windowStart, windowSeconds, generation };
    if (found.check !== 'drift') return { ...found, ...place };
    const { calibration, noiseVersion } = base;
    const { pagesFrom: _, ...own } = found.detail;
    return { ...found, ...place, calibration, noiseVersion, detail: { ...own, ...detail } };
  });
}

function rare(check: string, subject: Subject, start: number, length: number): Finding {
  const [base] = drift({ ...subject, shift: 0 }, start, length) as [Finding];
  const hit = check === 'missing' && subject.subject === 'feature:income' && start > change;
  const sentence = hit ? '4 % of income is missing, 0.4 % in baseline 1.' : `${check}: nothing above 0.5 %.`;
  const few = check === 'unseen' && length <= hour;
  const judged = hit ? 'drift' : few ? 'insufficient' : 'stable';
  return {
    ...base,
    check,
    effect: Number.isNaN(base.effect) ? unknown : hit ? 0.036 : 0.0003,
    effectLow: unknown,
    effectHigh: unknown,
    tolerance: 0.005,
    p: hit ? 2e-19 : 0.4,
    calibration: 'learning',
    noiseVersion: 0,
    detail: { calibratedFrom: base.detail['calibratedFrom'] },
    verdict: ['learning', 'blind'].includes(base.verdict) ? base.verdict : judged,
    sentence,
  };
}

function stream(check: string, start: number, length: number): Finding {
  return {
    ...blank('', start, length),
    check,
    tolerance: unknown,
    alpha: unknown,
    calibration: 'learning',
    noiseVersion: 0,
    detail: {},
    verdict: 'stable',
    sentence: `${check}: as in the baseline.`,
  };
}

/** Latency: slower after the change, by less than matters. */
function latency(start: number, length: number): Finding {
  const after = start + length > change;
  const [p50, p95, p99] = after ? [0.031, 0.13, 0.41] : [0.03, 0.12, 0.38];
  return {
    ...blank('latency', start, length),
    check: 'latency',
    verdict: 'stable',
    p: after ? 2e-7 : 0.3,
    effect: p95 / 0.12 - 1,
    effectLow: p95 / 0.12 - 1.04,
    effectHigh: p95 / 0.12 - 0.96,
    tolerance: 0.25,
    n: rowsAnHour * (length / hour),
    smallestDetectable: 0.03,
    detail: {
      ...blank('latency', start, length).detail,
      method: 'upward',
      by: 'z1',
      components: { z1: after ? 1.3e-7 : 0.2, tail: 0.4 },
      p50,
      p95,
      p99,
      p50Reference: 0.03,
      p95Reference: 0.12,
      p99Reference: 0.38,
    },
    sentence: `latency: p95 ${p95 * 1000} ms against 120 ms in the baseline.`,
  };
}

/** A finding as the service answers it. */
function shown(finding: Finding): FindingEntry {
  const text = JSON.stringify(finding, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  return JSON.parse(text) as FindingEntry;
}

interface FindingsQuery {
  readonly check: string | null;
  readonly subject: string | null;
  readonly windowSeconds: number;
  readonly from: number;
  readonly to: number;
}

/** Findings of `churn` whose window starts in [from, to), epoch seconds; newest first. */
export function findingsOf(query: FindingsQuery): FindingEntry[] {
  const { windowSeconds: length } = query;
  const stride = strideSeconds(length);
  const all: Finding[] = [];
  const first = Math.max(firstRow, query.from);
  for (
    let start = Math.ceil(first / stride) * stride;
    start + length <= lastRow && start < query.to;
    start += stride
  ) {
    const found: Finding[] = [];
    for (const subject of tested) {
      found.push(...drift(subject, start, length));
      if (wanted(query, 'missing')) found.push(rare('missing', subject, start, length));
      if (wanted(query, 'unseen') && subject.kind === 'categorical')
        found.push(rare('unseen', subject, start, length));
    }
    found.push(stream('schema', start, length), stream('errors', start, length), latency(start, length));
    all.push(...listed(found).filter(f => wanted(query, f.check)));
  }
  return all
    .reverse()
    .map(shown)
    .filter(
      f =>
        (query.check === null || f.check === query.check) &&
        (query.subject === null || f.subject === query.subject),
    );
}

const wanted = ({ check }: FindingsQuery, name: string) => check === null || check === name;

const worst = () => {
  const latest = findingsOf({
    check: 'drift',
    subject: null,
    windowSeconds: day,
    from: lastRow - day - 4 * hour,
    to: lastRow,
  });
  return latest.sort((a, b) => (b.effect ?? 0) - (a.effect ?? 0))[0]!;
};

export function modelsOf(): ModelSummary[] {
  const { subject, check, effect, tolerance, windowSeconds, sentence } = worst();
  return [
    {
      model: 'fraud',
      environment: 'production',
      versions: ['2026-11'],
      rows: 3_120,
      firstSeen: (lastRow - 13 * hour) * 1000,
      lastSeen: lastRow * 1000,
      baseline: null,
      learning: 'Learning: 3,120 of 5,000 rows and 13 of 24 hours are in.',
      verdict: 'learning',
      firing: false,
      worst: null,
      armed: false,
    },
    {
      model: 'churn',
      environment: 'production',
      versions: ['3'],
      rows: 243_360,
      firstSeen: firstRow * 1000,
      lastSeen: lastRow * 1000,
      baseline: 1,
      learning: null,
      verdict: 'drift',
      firing: true,
      worst: { subject, check, effect, tolerance, windowSeconds, sentence },
      armed: true,
    },
  ];
}

const fromBaseline = { from: baselineCut * 1000, note: '' };

export function detailOf(model: string): ModelDetail {
  const learning = model === 'fraud';
  const { environment, versions, learning: sentence } = modelsOf().find(m => m.model === model)!;
  return {
    model,
    environment,
    versions,
    learning: sentence,
    calibration: calibrationByLength((learning ? lastRow - 13 * hour : firstRow) * 1000, lastRow * 1000),
    baselines: learning
      ? []
      : [
          {
            baseline: 1,
            origin: 'learned',
            created: baselineCut * 1000,
            rows: 5760,
            from: firstRow * 1000,
            to: baselineCut * 1000,
            note: '',
            active: true,
          },
        ],
    activations: learning
      ? []
      : [{ version: '', baseline: 1, from: baselineCut * 1000, at: baselineCut * 1000, by: 'learned' }],
    subjects: learning
      ? []
      : subjects.map(s => ({ subject: s.subject, kind: s.kind, aside: s.aside ?? '', tolerance: 0.02 })),
    checks: [
      {
        check: 'drift',
        from: learning ? null : (firstRow + 7 * day) * 1000,
        note: learning ? 'after the baseline' : 'until 7 November only windows of 24 h and longer',
      },
      ...['missing', 'unseen', 'schema', 'errors', 'latency'].map(check =>
        learning ? { check, from: null, note: 'after the baseline' } : { check, ...fromBaseline },
      ),
      { check: 'blind', from: firstRow * 1000, note: '' },
    ],
  };
}

const fired = change + 9 * hour;

export function alertsOf(model: string): AlertsAnswer {
  if (model === 'fraud') return { alerts: [], transitions: [], orders: [] };
  const names = ['feature:income', 'feature:plan', 'feature:monthly_charges', 'score:yes'];
  const transition = (id: string, [from, to]: readonly [string, string], reason: string, at: number) => ({
    id,
    environment: 'production',
    episode: 1,
    from,
    to,
    reason,
    at: at * 1000,
    windowStart: at - day,
    windowSeconds: day,
    notify: true,
    subjects: names,
  });
  const order = (step: number, state: string, at: number, [reason = '', result = ''] = ['', '']) => ({
    id: 'order-1',
    environment: 'production',
    kind: 'retrain' as const,
    state,
    reason,
    at: at * 1000,
    step,
    result,
    lift: '',
    target: 'retraining',
    trigger: 'policy',
    by: 'default',
    why: 'drift of age',
  });
  return {
    alerts: [
      {
        environment: 'production',
        policy: 'default',
        state: 'firing',
        since: fired * 1000,
        subjects: names,
        episode: 1,
      },
    ],
    transitions: [
      transition('t1', ['ok', 'pending'], 'above-paging-tolerance', fired - 4 * hour),
      transition('t2', ['pending', 'firing'], 'held-long-enough', fired),
    ],
    orders: [
      order(1, 'requested', fired),
      order(2, 'accepted', fired + 60),
      order(3, 'failed', fired + hour, [
        'trainer: not enough labelled rows',
        '{"labelled":812,"needed":2000}',
      ]),
    ],
  };
}

function numericBins(shift: number): ShareBin[] {
  const [then, now] = [numericShares(0), numericShares(shift)];
  return then.map((reference, i) => ({
    label: '',
    low: edges[i - 1] ?? null,
    high: edges[i] ?? null,
    reference,
    current: now[i]!,
  }));
}

function categoricalBins(shift: number): ShareBin[] {
  const now = categoryShares(shift);
  return categories.map(([label, reference], i) => ({
    label,
    low: null,
    high: null,
    reference,
    current: now[i]!,
  }));
}

export function distributionOf(
  name: string,
  windowStart: number,
  windowSeconds: number,
): Distribution | null {
  const whole: Subject = { subject: 'latency', kind: 'numeric', shift: 0.03 };
  const subject = [...tested, whole].find(s => s.subject === name);
  if (subject === undefined) return null;
  const shift = windowStart + windowSeconds > change ? subject.shift : 0;
  const n = Math.round(rowsAnHour * (windowSeconds / hour));
  return {
    subject: name,
    kind: subject.kind,
    baseline: 1,
    windowStart,
    windowSeconds,
    reference: { n: 5760, nMissing: 23, nNan: 0, nMismatch: 0 },
    current: { n, nMissing: Math.round(n * 0.04), nNan: 2, nMismatch: 7 },
    bins: subject.kind === 'numeric' ? numericBins(shift) : categoricalBins(shift),
  };
}

export function rejectsOf(): RejectsAnswer {
  const reasons = ['not-json', 'bad-time', 'time-ahead', 'unknown-key'];
  return {
    counts: { 'not-json': 1204, 'bad-time': 312, 'time-ahead': 40, 'unknown-key': 3 },
    rejects: Array.from({ length: 24 }, (_, i) => ({
      source: 'kafka',
      position: `lkc-1/inferences/${i % 4}/${1_204_000 + i * 37}`,
      at: (lastRow - i * 731) * 1000,
      reason: reasons[i % 4]!,
      detail: [
        'not JSON at byte 118',
        '/time: expected RFC 3339 or epoch',
        '/time is 3 h ahead',
        '/featurs is not a known key',
      ][i % 4]!,
    })),
  };
}
