import type { Notice, NoticeFinding } from './notice.ts';

/** A line of a message: what it is about, and what there is to say. */
export interface Fact {
  readonly name: string;
  readonly text: string;
}

const eventWords: Readonly<Record<Notice['event'], string>> = {
  firing: 'Firing',
  reminded: 'Still firing',
  resolved: 'Resolved',
  acknowledged: 'Acknowledged',
  test: 'Test',
};

/** First line of a message, one line: `Firing: churn (prod): drift of feature:age`. */
export function titleOf(notice: Notice): string {
  return oneLine(`${eventWords[notice.event]}: ${notice.summary}`);
}

/** What is found, most important first, and what is not shown of it. */
export function findingLines(notice: Notice, most: number): readonly string[] {
  const shown = notice.findings.slice(0, most);
  const hidden = notice.findings.length - shown.length + notice.leftOut;
  return [...shown.map(findingLine), ...(hidden > 0 ? [`and ${hidden} more`] : [])];
}

/** By how much against which tolerance, in how many rows: `drift of feature:age: effect 0.3 (0.27 to 0.33), ...`. */
function findingLine(finding: NoticeFinding): string {
  const { check, subject, effect, effectLow, effectHigh, tolerance, n, nReference, sentence } = finding;
  const between =
    effectLow === null || effectHigh === null ? '' : ` (${short(effectLow)} to ${short(effectHigh)})`;
  const parts = [
    effect === null ? '' : `effect ${short(effect)}${between}`,
    tolerance === null ? '' : `tolerance ${short(tolerance)}`,
    n === null ? '' : `${whole(n)} rows${nReference === null ? '' : ` against ${whole(nReference)}`}`,
  ].filter(part => part !== '');
  const what = subject === '' ? check : `${check} of ${subject}`;
  const figures = parts.length === 0 ? '' : `: ${parts.join(', ')}`;
  return oneLine(`${what}${figures}${sentence === '' ? '' : `. ${sentence}`}`);
}

/** Since when, in which rows, how sure, what is in doubt; only what there is something to say about. */
export function factsOf(notice: Notice): readonly Fact[] {
  const { since, foundIn, howSure, doubts, inhibited, event, at } = notice;
  const facts: Fact[] = [
    { name: 'Severity', text: event === 'test' ? '' : notice.severity },
    { name: 'Since', text: since === null ? '' : minute(since) },
    { name: 'Until', text: event === 'resolved' && at > 0 ? minute(at) : '' },
    { name: 'Rows', text: foundIn === null ? '' : `${minute(foundIn.from)} to ${minute(foundIn.to)}` },
    { name: 'How sure', text: oneLine(howSure) },
    { name: 'Data in doubt', text: oneLine(doubts.join(', ')) },
    { name: 'Held back', text: oneLine(inhibited.join(', ')) },
    { name: 'Policy', text: oneLine(notice.policy) },
  ];
  return facts.filter(fact => fact.text !== '');
}

/** Where to read on. */
export function linksOf({ links }: Notice): readonly { readonly text: string; readonly url: string }[] {
  return [
    { text: 'Alert', url: links.alert },
    { text: 'Model', url: links.model },
    { text: 'Rows', url: links.rows },
  ].filter(link => link.url !== '');
}

/** A moment to the minute, UTC: `2026-11-21 09:00 UTC`. */
export function minute(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** At most `most` UTF-16 units, ending in `...` where something is left out; never half a character. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, Math.max(0, most - 3));
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}...`;
}

/** Without line breaks, control characters, and characters that turn the direction of text around. */
export function oneLine(text: string): string {
  return wellFormed(text)
    .replaceAll(/[\p{Cc}\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/gu, ' ')
    .trim();
}

/** Without halves of characters, which no encoding can carry. */
export function wellFormed(text: string): string {
  return text.replaceAll(/\p{Cs}/gu, '\ufffd');
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
