/** What is wrong with a request by what each service documents; empty when it would be taken and harms nobody. */
export type Judge = (body: string) => readonly string[];

/** Bounds and markup of each receiver, written from its documentation and apart from what renders for it. */
export const documented: Readonly<Record<string, Judge>> = {
  webhook: body => [...over('body', Buffer.byteLength(body), 20_000)],
  slack: body => {
    const message = JSON.parse(body) as { text: string; mrkdwn: boolean; blocks: readonly Block[] };
    const texts = message.blocks.flatMap(block => [
      block.text,
      ...(block.fields ?? []),
      ...(block.elements ?? []),
    ]);
    return [
      ...over('blocks', message.blocks.length, 50),
      ...(message.mrkdwn === false ? [] : ['the fallback is markup']),
      ...unescaped(message.text),
      ...message.blocks.flatMap(block => [
        ...(block.type === 'header' ? over('header', block.text?.text.length ?? 0, 150) : []),
        ...over('fields', block.fields?.length ?? 0, 10),
        ...over('elements', block.elements?.length ?? 0, 10),
        ...(block.fields ?? []).flatMap(field => over('field', field.text.length, 2000)),
      ]),
      ...texts.flatMap(text => (text === undefined ? [] : slackText(text))),
    ];
  },
  teams: body => [
    ...over('message', Buffer.byteLength(body), 28_000),
    ...(/"type":"TextBlock"|"FactSet"|"entities"/.test(body) ? ['text that is read as markup'] : []),
    ...JSON.parse(body).attachments.flatMap((each: { content: { version: string } }) =>
      each.content.version === '1.2' ? [] : ['not version 1.2'],
    ),
  ],
  pagerduty: body => {
    const event = JSON.parse(body);
    const { summary = 'x', source = 'x', severity = 'info' } = event.payload ?? {};
    return [
      ...over('event', Buffer.byteLength(body), 512_000),
      ...over('dedup_key', event.dedup_key.length, 255),
      ...over('summary', summary.length, 1024),
      ...(summary === '' || source === '' ? ['no summary or source'] : []),
      ...(['critical', 'error', 'warning', 'info'].includes(severity) ? [] : ['severity']),
      ...(['trigger', 'acknowledge', 'resolve'].includes(event.event_action) ? [] : ['action']),
      ...((event.event_action === 'trigger') === (event.payload !== undefined) ? [] : ['payload']),
    ];
  },
  alertmanager: body => {
    const alerts = JSON.parse(body) as readonly AlertmanagerAlert[];
    return alerts.flatMap(({ labels, annotations, startsAt, endsAt }) => [
      ...Object.keys({ ...labels, ...annotations }).flatMap(name =>
        /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) ? [] : [`label ${name}`],
      ),
      ...(labels['alertname'] === undefined ? ['no alertname'] : []),
      ...Object.values(labels).flatMap(text => (text === '' ? ['an empty label'] : [])),
      ...(Date.parse(startsAt) <= Date.parse(endsAt) ? [] : ['ends before it starts']),
    ]);
  },
  email: mail => {
    const [head = ''] = mail.split('\r\n\r\n', 1);
    const names = head.split(/\r\n(?![ \t])/).map(line => line.split(':', 1)[0]!.toLowerCase());
    return [
      ...mail.split('\r\n').flatMap(line => over('line', Buffer.byteLength(line), 998)),
      ...(new Set(names).size === names.length ? [] : ['a header twice']),
      ...(names.includes('bcc') ? ['a header that was smuggled in'] : []),
      ...[...mail].flatMap(character => (character > '\u007f' ? ['not 7-bit'] : [])).slice(0, 1),
    ];
  },
};

interface TextObject {
  readonly type: string;
  readonly text: string;
}

interface Block {
  readonly type: string;
  readonly text?: TextObject;
  readonly fields?: readonly TextObject[];
  readonly elements?: readonly TextObject[];
}

interface AlertmanagerAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

function slackText({ type, text }: TextObject): readonly string[] {
  const markup = /^<https?:\/\/[^<>|\s]+\|[A-Za-z]+>$/;
  return [
    ...over('text', text.length, 3000),
    ...(text === '' ? ['an empty text'] : []),
    ...(type === 'plain_text' ? unescaped(text) : markup.test(text) ? [] : [`markup: ${text}`]),
  ];
}

function unescaped(text: string): readonly string[] {
  return /[<>]|&(?!(amp|lt|gt);)/.test(text) ? [`not escaped: ${text}`] : [];
}

function over(what: string, size: number, most: number): readonly string[] {
  return size > most ? [`${what}: ${size} of at most ${most}`] : [];
}
