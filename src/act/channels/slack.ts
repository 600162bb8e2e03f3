import type { HttpDeps } from '../targets/http.ts';
import { type HttpChannel, httpChannel } from './http-channel.ts';
import type { Notice } from './notice.ts';
import { clip, factsOf, findingLines, linksOf, oneLine, titleOf } from './words.ts';

/** Slack's limits: characters of a header, of a text block and of a field, and how many fields one block has. */
const most = { header: 150, text: 3000, field: 2000, fields: 10, finding: 280, findings: 10, fallback: 3000 };

/** An incoming webhook of Slack. Slack answers 200 and `ok`. */
export function createSlackChannel(deps: HttpDeps) {
  const channel: HttpChannel = {
    kind: 'slack',
    render: notice => ({ body: JSON.stringify(slackMessage(notice)) }),
  };
  return httpChannel(channel, deps);
}

/**
 * A message in blocks. What comes from outside stands in `plain_text` alone, where Slack knows no markup, and its three
 * control characters are escaped, so that a name such as `<!channel>` calls nobody.
 */
export function slackMessage(notice: Notice): object {
  const title = titleOf(notice);
  const lines = findingLines(notice, most.findings).map(line => `\u2022 ${clip(line, most.finding)}`);
  const fields = factsOf(notice).map(({ name, text }) => plainText(`${name}\n${text}`, most.field));
  const links = linksOf(notice)
    .map(({ text, url }) => `<${escape(url)}|${text}>`)
    .filter(link => link.length <= most.text);
  return {
    text: fit(title, most.fallback),
    mrkdwn: false,
    blocks: [
      { type: 'header', text: plainText(title, most.header) },
      ...(lines.length === 0 ? [] : [{ type: 'section', text: plainText(lines.join('\n'), most.text) }]),
      ...(fields.length === 0 ? [] : [{ type: 'section', fields: fields.slice(0, most.fields) }]),
      ...(links.length === 0
        ? []
        : [{ type: 'context', elements: links.map(text => ({ type: 'mrkdwn', text })) }]),
    ],
  };
}

function plainText(text: string, limit: number): object {
  return { type: 'plain_text', text: fit(text.split('\n').map(oneLine).join('\n'), limit), emoji: false };
}

/** Escaped, and still within the limit: an escape is longer than its character and must not be cut in two. */
function fit(text: string, limit: number): string {
  let cut = clip(text, limit);
  for (let over = escape(cut).length - limit; over > 0; over = escape(cut).length - limit)
    cut = clip(cut, Math.max(0, cut.length - Math.ceil(over / 5)));
  return escape(cut);
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
