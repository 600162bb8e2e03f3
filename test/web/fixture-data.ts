/** Deterministic answers of two models: `churn`, six weeks with a change on 7 November, and `fraud`, still learning. */
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

const hour = 3600;
const day = 24 * hour;
const firstRow = Date.UTC(2026, 9, 10) / 1000;
const baselineCut = firstRow + day;
export const change = Date.UTC(2026, 10, 7, 4) / 1000;
const lastRow = Date.UTC(2026, 10, 21, 6) / 1000;
const rowsAnHour = 240;

interface Subject {
  readonly subject: string;
  readonly kind: 'numeric' | 'categorical';
  /** Effect after the change. */
  readonly shift: number;
  readonly aside?: string;
}

const subjects: readonly Subject[] = [
  { subject: 'feature:age', kind: 'numeric', shift: 0 },
  { subject: 'feature:income', kind: 'numeric', shift: 0.31 },
  { subject: 'feature:tenure_months', kind: 'numeric', shift: 0 },
  { subject: 'feature:monthly_charges', kind: 'numeric', shift: 0.17 },
  { subject: 'feature:plan', kind: 'categorical', shift: 0.22 },
  { subject: 'feature:region', kind: 'categorical', shift: 0 },
  { subject: 'feature:device', kind: 'categorical', shift: 0 },
  { subject: 'feature:payment_method', kind: 'categorical', shift: 0 },
  { subject: 'feature:support_calls', kind: 'numeric', shift: 0 },
  { subject: 'feature:logins_30d', kind: 'numeric', shift: 0.05 },
  { subject: 'feature:address.days_since_the_last_change_of_address', kind: 'numeric', shift: 0 },
  { subject: 'feature:credit_score', kind: 'numeric', shift: 0 },
  { subject: 'prediction', kind: 'categorical', shift: 0.12 },
  { subject: 'score:yes', kind: 'numeric', shift: 0.14 },
  { subject: 'feature:customer_id', kind: 'categorical', shift: 0, aside: 'id-like' },
  { subject: 'feature:notes.length', kind: 'numeric', shift: 0, aside: 'shape-only' },
];
const tested = subjects.filter(s => s.aside === undefined);

/** A number in [0, 1) from a text: the fixture's only source of chance. */
function chance(text: string): number {
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

function noise(subject: string, start: number, length: number): number {
  const at = start / length;
  const low = Math.floor(at);
  const part = at - low;
  return chance(`${subject}${low}`) * (1 - part) + chance(`${subject}${low + 1}`) * part;
}

function effectOf({ subject, shift }: Subject, start: number, length: number): number {
  const end = start + length;
  const after = Math.min(1, Math.max(0, (end - Math.max(start, change)) / length));
  const spread = 0.5 / Math.sqrt(rowsAnHour * (length / hour));
  return (
    shift * after * (0.92 + 0.16 * noise(`${subject}!`, start, length)) +
    spread * noise(subject, start, length)
  );
}

const plain = (subject: string) => subject.replace('feature:', '');

function judged(base: FindingEntry, subject: Subject): FindingEntry {
  const { windowStart: start, windowSeconds: length } = base;
  const n = Math.round(rowsAnHour * (length / hour) * (0.9 + 0.2 * noise('n', start, length)));
  const effect = effectOf(subject, start, length);
  const p = Math.max(1e-280, 10 ** -(effect * effect * n * 0.9));
  const smallestDetectable = 1.7 / Math.sqrt(n);
  const significant = p <= 3e-5 && effect >= 0.02;
  const verdict = smallestDetectable > 0.1 ? 'insufficient' : significant ? 'drift' : 'stable';
  const half = 1.2 / Math.sqrt(n);
  const percent = `${(effect * 100).toFixed(0)} %`;
  const sentence =
    verdict === 'drift'
      ? `${percent} of the rows of ${plain(subject.subject)} moved into other values than in baseline 1.`
      : verdict === 'stable'
        ? `${plain(subject.subject)} is as in baseline 1 within 2 %.`
        : `Too few rows: a shift of ${(smallestDetectable * 100).toFixed(0)} % could have been missed.`;
  return {
    ...base,
    verdict,
    p,
    effect,
    effectLow: Math.max(0, effect - half),
    effectHigh: effect + half,
    n,
    smallestDetectable,
    sentence,
  };
}

function drift(subject: Subject, start: number, length: number): FindingEntry {
  const base: FindingEntry = {
    model: 'churn',
    environment: 'production',
    check: 'drift',
    subject: subject.subject,
    version: '',
    segment: '',
    windowStart: start,
    windowSeconds: length,
    generation: String(1_800_000_000_000n * 65_536n + BigInt(start)),
    verdict: 'learning',
    calibration:
      start - firstRow < 7 * day ? 'learning' : start - firstRow < 28 * day ? 'provisional' : 'calibrated',
    p: null,
    alpha: 3.1e-5,
    effect: null,
    effectLow: null,
    effectHigh: null,
    tolerance: 0.02,
    n: 0,
    nReference: 5760,
    smallestDetectable: null,
    baseline: 1,
    detail: {},
    sentence: 'The window overlaps the period the baseline was cut from.',
  };
  if (start < baselineCut) return base;
  const broken = Date.UTC(2026, 9, 27, 9) / 1000;
  if (start <= broken && broken < start + strideSeconds(length)) {
    return { ...base, verdict: 'blind', sentence: 'Partition 2 was not read past the window.' };
  }
  return judged(base, subject);
}

function rare(check: string, subject: Subject, start: number, length: number): FindingEntry {
  const base = drift({ ...subject, shift: 0 }, start, length);
  const hit = check === 'missing' && subject.subject === 'feature:income' && start > change;
  const sentence = hit ? '4 % of income is missing, 0.4 % in baseline 1.' : `${check}: nothing above 0.5 %.`;
  const effect = base.effect === null ? null : hit ? 0.036 : 0.0003;
  return {
    ...base,
    check,
    effect,
    effectLow: null,
    effectHigh: null,
    tolerance: 0.005,
    p: hit ? 2e-19 : 0.4,
    verdict: hit ? 'drift' : 'stable',
    sentence,
  };
}

function stream(check: string, start: number, length: number): FindingEntry {
  const base = drift({ subject: '', kind: 'numeric', shift: 0 }, start, length);
  return {
    ...base,
    check,
    effect: null,
    effectLow: null,
    effectHigh: null,
    tolerance: null,
    p: null,
    verdict: 'stable',
    sentence: `${check}: as in the baseline.`,
  };
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
  const all: FindingEntry[] = [];
  const first = Math.max(firstRow, query.from);
  for (
    let start = Math.ceil(first / stride) * stride;
    start + length <= lastRow && start < query.to;
    start += stride
  ) {
    for (const subject of tested) {
      all.push(drift(subject, start, length), rare('missing', subject, start, length));
      if (subject.kind === 'categorical') all.push(rare('unseen', subject, start, length));
    }
    all.push(stream('schema', start, length), stream('errors', start, length));
  }
  return all
    .reverse()
    .filter(
      f =>
        (query.check === null || f.check === query.check) &&
        (query.subject === null || f.subject === query.subject),
    );
}

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
      ...['missing', 'unseen', 'schema', 'errors'].map(check =>
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

function normalShare(low: number, high: number, mean: number, sd: number): number {
  const below = (x: number) => 1 / (1 + Math.exp(-1.702 * ((x - mean) / sd)));
  return below(high) - below(low);
}

function numericBins(shift: number): ShareBin[] {
  const edges = Array.from({ length: 33 }, (_, i) => 6_000 + i * 2_250);
  return Array.from({ length: 34 }, (_, i) => {
    const low = i === 0 ? null : edges[i - 1]!;
    const high = i === 33 ? null : edges[i]!;
    const of = (mean: number) => normalShare(low ?? -1e9, high ?? 1e9, mean, 14_000);
    return { label: '', low, high, reference: of(42_000), current: of(42_000 + shift * 40_000) };
  });
}

function categoricalBins(shift: number): ShareBin[] {
  const shares: [string, number][] = [
    ['free', 0.42],
    ['basic', 0.28],
    ['pro', 0.19],
    ['team', 0.07],
    ['enterprise, yearly contract', 0.03],
    ['other', 0.01],
  ];
  return shares.map(([label, reference], i) => ({
    label,
    low: null,
    high: null,
    reference,
    current: i === 0 ? reference - shift : i === 2 ? reference + shift : reference,
  }));
}

export function distributionOf(
  name: string,
  windowStart: number,
  windowSeconds: number,
): Distribution | null {
  const subject = tested.find(s => s.subject === name);
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
