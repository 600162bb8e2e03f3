/** What a message tells. */
export const noticeEvents = ['firing', 'reminded', 'resolved', 'acknowledged', 'test'] as const;
export type NoticeEvent = (typeof noticeEvents)[number];

/** One finding as a message shows it. A number that does not exist is null. */
export interface NoticeFinding {
  readonly check: string;
  readonly subject: string;
  readonly effect: number | null;
  readonly effectLow: number | null;
  readonly effectHigh: number | null;
  readonly tolerance: number | null;
  readonly n: number | null;
  readonly nReference: number | null;
  readonly sentence: string;
}

/** The canonical body of a message, read: what every channel renders from. Times are epoch milliseconds. */
export interface Notice {
  readonly event: NoticeEvent;
  readonly id: string;
  readonly at: number;
  readonly model: string;
  readonly environment: string;
  readonly policy: string;
  readonly episode: number;
  readonly severity: 'critical' | 'warning';
  readonly reason: string;
  readonly summary: string;
  readonly since: number | null;
  readonly foundIn: { readonly from: number; readonly to: number } | null;
  readonly findings: readonly NoticeFinding[];
  readonly leftOut: number;
  readonly doubts: readonly string[];
  readonly inhibited: readonly string[];
  readonly howSure: string;
  readonly links: { readonly model: string; readonly alert: string; readonly rows: string };
}

/** Reads a canonical body; null when it is none. What is missing in it is empty: an older body is told as far as it goes. */
export function readNotice(body: string): Notice | null {
  const message = objectOf(parse(body));
  const event = /^alert\.(\w+)$/.exec(textOf(message['type']))?.[1] as NoticeEvent | undefined;
  const data = objectOf(message['data']);
  const model = textOf(data['model']);
  if (event === undefined || !noticeEvents.includes(event) || model === '') return null;
  const links = objectOf(data['links']);
  const at = timeOf(message['timestamp']) ?? 0;
  return {
    event,
    id: textOf(data['id']),
    at,
    model,
    environment: textOf(data['environment']),
    policy: textOf(data['policy']),
    episode: numberOf(data['episode']) ?? 0,
    severity: data['severity'] === 'warning' ? 'warning' : 'critical',
    reason: textOf(data['reason']),
    summary: textOf(data['summary']) || model,
    since: timeOf(data['since']),
    foundIn: spanOf(data['found_in']) ?? spanOf(data['window']),
    findings: listOf(data['findings']).map(findingOf),
    leftOut: Math.max(0, numberOf(data['findings_left_out']) ?? 0),
    doubts: listOf(data['data_in_doubt']).map(nameOf),
    inhibited: listOf(data['inhibited']).map(nameOf),
    howSure: textOf(data['how_sure']),
    links: { model: linkOf(links['model']), alert: linkOf(links['alert']), rows: linkOf(links['rows']) },
  };
}

function findingOf(value: unknown): NoticeFinding {
  const finding = objectOf(value);
  return {
    check: textOf(finding['check']),
    subject: textOf(finding['subject']),
    effect: numberOf(finding['effect']),
    effectLow: numberOf(finding['effect_low']),
    effectHigh: numberOf(finding['effect_high']),
    tolerance: numberOf(finding['tolerance']),
    n: numberOf(finding['n']),
    nReference: numberOf(finding['n_reference']),
    sentence: textOf(finding['sentence']),
  };
}

/** Doubts and what is held back are told as texts, or as findings. */
function nameOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { check, subject } = findingOf(value);
  return subject === '' ? check : `${check} of ${subject}`;
}

function spanOf(value: unknown): Notice['foundIn'] {
  const { from, to } = objectOf(value);
  const [start, end] = [timeOf(from), timeOf(to)];
  return start === null || end === null ? null : { from: start, to: end };
}

/** Only what a browser may open without harm, without what ends a link in somebody's markup; no longer than 2,000. */
function linkOf(value: unknown): string {
  const text = textOf(value).replaceAll(/[\s<>|"'()[\]`\\]/g, encodeURIComponent);
  return text.length <= 2000 && /^https?:\/\//.test(text) && URL.canParse(text) ? text : '';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function timeOf(value: unknown): number | null {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
