import { createHash } from 'node:crypto';
import { episodeKey } from './alert-key.ts';
import type { Notice } from './notice.ts';
import { clip, type Fact, factsOf, findingLines, linksOf, oneLine, titleOf } from './words.ts';

const most = { subject: 150, finding: 600, findings: 10, fact: 600 };

/** What a mail says, without who gets it. */
export interface EmailMessage {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Epoch milliseconds. */
  readonly date: number;
  /** The same on every attempt, so that a mailbox may drop a second copy. */
  readonly messageId: string;
  /** What the mails of one episode have in common: programs show them as one conversation. */
  readonly thread: string;
}

/** The mail of a message. */
export function emailMessage(notice: Notice, id: string): EmailMessage {
  const title = titleOf(notice);
  const findings = findingLines(notice, most.findings).map(line => clip(line, most.finding));
  const facts = factsOf(notice).map(({ name, text }) => ({ name, text: clip(text, most.fact) }));
  const links = linksOf(notice);
  const parts = { notice, title, findings, facts, links };
  return {
    subject: clip(`[Leeway] ${title}`, most.subject),
    text: textOf(parts),
    html: htmlOf(parts),
    date: notice.at,
    messageId: `<${hash(id)}@leeway.invalid>`,
    thread: `<${hash(episodeKey(notice))}@leeway.invalid>`,
  };
}

interface Parts {
  readonly notice: Notice;
  readonly title: string;
  readonly findings: readonly string[];
  readonly facts: readonly Fact[];
  readonly links: ReturnType<typeof linksOf>;
}

function textOf({ title, findings, facts, links }: Parts): string {
  return [
    title,
    '',
    ...findings.map(line => `- ${line}`),
    ...(findings.length === 0 ? [] : ['']),
    ...facts.map(({ name, text }) => `${name}: ${text}`),
    '',
    ...links.map(({ text, url }) => `${text}: ${url}`),
    '',
  ].join('\n');
}

/**
 * Tables and styles within the tags, which is what mail programs show alike; colours that hold on light and dark. A
 * program that knows dark mode takes the darker colours of the head.
 */
function htmlOf({ notice, title, findings, facts, links }: Parts): string {
  const items = findings.map(line => `<li style="margin:0 0 8px">${escape(line)}</li>`).join('');
  const rows = facts.map(
    ({ name, text }) =>
      `<tr><td class="quiet" style="padding:2px 16px 2px 0;color:#57606a;vertical-align:top;white-space:nowrap">${escape(name)}</td><td style="padding:2px 0">${escape(text)}</td></tr>`,
  );
  const anchors = links.map(
    ({ text, url }) => `<a href="${escape(url)}" style="color:#0969da;margin-right:16px">${escape(text)}</a>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"><title>${escape(title)}</title>
<style>:root{color-scheme:light dark}@media (prefers-color-scheme:dark){.page{background:#0d1117!important;color:#e6edf3!important}.quiet{color:#9198a1!important}a{color:#4493f8!important}}</style></head>
<body class="page" style="margin:0;padding:24px;background:#ffffff;color:#1f2328;font:15px/1.5 system-ui,-apple-system,'Segoe UI',Arial,sans-serif">
<div style="max-width:680px;border-left:4px solid ${colour(notice)};padding-left:16px">
<h1 style="font-size:19px;line-height:1.35;margin:0 0 12px;overflow-wrap:anywhere">${escape(title)}</h1>
${items === '' ? '' : `<ul style="margin:0 0 16px;padding-left:20px;overflow-wrap:anywhere">${items}</ul>\n`}<table role="presentation" style="border-collapse:collapse;margin:0 0 16px;font-size:14px;overflow-wrap:anywhere">${rows.join('')}</table>
<p style="margin:0">${anchors.join('')}</p>
</div></body></html>
`;
}

function colour({ event, severity }: Notice): string {
  if (event === 'resolved') return '#1a7f37';
  if (event === 'test' || event === 'acknowledged') return '#0969da';
  return severity === 'critical' ? '#cf222e' : '#bf8700';
}

function escape(text: string): string {
  return oneLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
