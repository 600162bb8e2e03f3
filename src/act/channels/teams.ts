import type { HttpDeps } from '../targets/http.ts';
import { type HttpChannel, httpChannel } from './http-channel.ts';
import type { Notice } from './notice.ts';
import { clip, factsOf, findingLines, linksOf, titleOf } from './words.ts';

/** A message of 28 KB is the most Teams takes; these lengths keep it far below in any script. */
const most = { title: 300, line: 280, findings: 10, fact: 300 };

/** A workflow of Microsoft Teams ("when a webhook request is received"): it answers 202. */
export function createTeamsChannel(deps: HttpDeps) {
  const channel: HttpChannel = {
    kind: 'teams',
    render: notice => ({ body: JSON.stringify(teamsMessage(notice)) }),
  };
  return httpChannel(channel, deps);
}

/**
 * An adaptive card. Texts stand in runs of rich text blocks, which know no markup: a name such as `**x**` or
 * `[x](http://...)` is shown as it is, and nobody can be mentioned without an entity.
 */
export function teamsMessage(notice: Notice): object {
  const lines = findingLines(notice, most.findings).map(line => run(`\u2022 ${clip(line, most.line)}`));
  const facts = factsOf(notice).map(({ name, text }) =>
    block([{ ...run(`${name}: `), weight: 'Bolder' }, run(clip(text, most.fact))]),
  );
  const actions = linksOf(notice).map(({ text, url }) => ({ type: 'Action.OpenUrl', title: text, url }));
  const title = {
    ...run(clip(titleOf(notice), most.title)),
    size: 'Large',
    weight: 'Bolder',
    color: colour(notice),
  };
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.2',
    msteams: { width: 'Full' },
    body: [block([title]), ...lines.map(line => block([line])), ...facts],
    ...(actions.length === 0 ? {} : { actions }),
  };
  const attachment = {
    contentType: 'application/vnd.microsoft.card.adaptive',
    contentUrl: null,
    content,
  };
  return { type: 'message', attachments: [attachment] };
}

function run(text: string) {
  return { type: 'TextRun', text };
}

function block(inlines: readonly object[]): object {
  return { type: 'RichTextBlock', inlines };
}

function colour({ event, severity }: Notice): string {
  if (event === 'resolved') return 'Good';
  if (event === 'test' || event === 'acknowledged') return 'Accent';
  return severity === 'critical' ? 'Attention' : 'Warning';
}
