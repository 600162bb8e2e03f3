import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer, Channel, Message } from '../channel.ts';
import { outcomeOf } from '../schedule.ts';
import { createTargetGuard } from '../target.ts';
import type { Resolve } from '../webhook.ts';
import { type ChannelDeps, channels } from './index.ts';
import { goodReply, type Mailbox, type Receiver, startMailbox, startReceiver } from './kit.ts';
import { documented } from './limits.ts';
import { alertBody, bodyFinding, hostileTexts, sampleEndpoint, sampleSecrets } from './samples.ts';
import { wellFormed } from './words.ts';

const kinds = Object.keys(channels);
const httpKinds = kinds.filter(kind => kind !== 'email');
const message: Message = { id: 'tr_1_ops', body: alertBody() };

let receiver: Receiver;
let mailbox: Mailbox;
let open: Channel[];

beforeEach(async () => {
  [receiver, mailbox] = await Promise.all([startReceiver(), startMailbox()]);
  open = [];
});
afterEach(async () => {
  await Promise.all(open.map(each => each.close()));
  await Promise.all([receiver.close(), mailbox.close()]);
});

function make(kind: string, over: Partial<ChannelDeps> = {}): Channel {
  const made = channels[kind]!({ guard: createTargetGuard(['127.0.0.1']), ...over });
  open.push(made);
  return made;
}

const endpointOf = (kind: string) => sampleEndpoint(kind, kind === 'email' ? mailbox.port : receiver.port);
const bodies = (kind: string) =>
  kind === 'email' ? mailbox.mails : receiver.received.map(({ body }) => body);

/** Everything of an endpoint that must stay out of what is shown. */
function leaks(answer: Answer): readonly string[] {
  const text = JSON.stringify(answer);
  const variants = (secret: string) => [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
  ];
  return sampleSecrets.flatMap(variants).filter(each => text.includes(each));
}

describe.each(kinds)('%s', kind => {
  it('is checked without a request', () => {
    make(kind).check(endpointOf(kind));
    expect([receiver.received, mailbox.commands]).toEqual([[], []]);
  });

  it('is told of an alert and sends the same bytes on every attempt', async () => {
    const channel = make(kind);
    for (const now of [0, 90_000, 86_400_000])
      expect(outcomeOf((await channel.send(message, endpointOf(kind), now)).status)).toBe('done');
    const [first, ...others] = bodies(kind);
    expect(first).toMatch(kind === 'email' ? /drift of feature:age/ : /churn/);
    expect(others).toEqual([first, first]);
  });

  it('sends what fits and harms nobody, whatever things are called', async () => {
    const channel = make(kind);
    const long = 'x<&*'.repeat(1500);
    for (const text of [...hostileTexts, long]) {
      const finding = bodyFinding({ check: text, subject: text, sentence: text });
      const few = text === long && kind === 'webhook' ? [] : Array.from({ length: 10 }, () => finding);
      const data = {
        model: text,
        environment: text,
        policy: text,
        summary: text,
        reason: text,
        how_sure: text,
        findings: few,
        data_in_doubt: [text, text],
        inhibited: [text],
        links: {
          model: `https://l.example.org/#/${text}`,
          alert: `https://l.example.org/${encodeURIComponent(wellFormed(text))}`,
        },
      };
      for (const type of [
        'alert.firing',
        'alert.resolved',
        'alert.reminded',
        'alert.acknowledged',
        'alert.test',
      ]) {
        const body = kind === 'webhook' ? alertBody({ type }) : alertBody({ type, data });
        const answer = await channel.send({ id: 'tr_2_ops', body }, endpointOf(kind), 0);
        expect(outcomeOf(answer.status)).toBe('done');
      }
    }
    const sent = bodies(kind);
    expect(sent).toHaveLength((hostileTexts.length + 1) * 5);
    for (const body of sent) expect(documented[kind]!(body)).toEqual([]);
  });

  it('resolves what it opened', async () => {
    const channel = make(kind);
    const resolved = {
      id: 'tr_2_ops',
      body: alertBody({ type: 'alert.resolved', timestamp: '2026-11-22T00:00:00Z' }),
    };
    for (const each of [message, resolved]) await channel.send(each, endpointOf(kind), 0);
    const [opened, closed] = bodies(kind).map(body => identityOf(kind, body));
    expect(closed!.which).toEqual(opened!.which);
    expect([opened!.state, closed!.state]).toEqual(statesOf[kind]);
  });

  it('gives up on a receiver that does not answer, and on one that never ends', async () => {
    const channel = make(kind, { timeoutMilliseconds: 80 });
    receiver.answer = () => undefined;
    mailbox.reply = () => null;
    expect(await channel.send(message, endpointOf(kind), 0)).toEqual({
      status: 0,
      detail: 'no answer within 0.08 s',
      retryAfter: null,
    });
    const drip = (write: (text: string) => unknown, ended: () => boolean) => {
      const timer = setInterval(() => (ended() ? clearInterval(timer) : write('y')), 5);
    };
    receiver.answer = response => {
      response.writeHead(500);
      drip(
        text => response.write(text),
        () => response.destroyed,
      );
    };
    mailbox.reply = (_command, socket) => {
      drip(
        text => socket.write(text),
        () => socket.destroyed,
      );
      return null;
    };
    expect(outcomeOf((await channel.send(message, endpointOf(kind), 0)).status)).toBe('retry');
  });

  it('reads no more than 64 KiB of an answer', async () => {
    const channel = make(kind);
    let written = 0;
    const flood = (socket: {
      write(text: string): boolean;
      destroyed: boolean;
      on(e: 'drain', f: () => void): unknown;
    }) => {
      const more = () => {
        while (!socket.destroyed && written < 50_000_000) {
          written += 65_536;
          if (!socket.write('y'.repeat(65_536))) return;
        }
      };
      socket.on('drain', more);
      more();
    };
    receiver.answer = response => flood(response.writeHead(500));
    mailbox.reply = (_command, socket) => {
      flood(socket);
      return null;
    };
    const answer = await channel.send(message, endpointOf(kind), 0);
    expect(outcomeOf(answer.status)).toBe('retry');
    expect(answer.detail.length).toBeLessThanOrEqual(300);
    expect((answer.body ?? '').length).toBeLessThanOrEqual(65_537);
    expect(written).toBeLessThan(50_000_000);
  });

  it('makes nobody listening an answer without the address', async () => {
    const channel = make(kind);
    const away = endpointOf(kind);
    await Promise.all([receiver.close(), mailbox.close()]);
    const answer = await channel.send(message, away, 0);
    expect(answer).toMatchObject({ status: 0, detail: expect.stringContaining('ECONNREFUSED') });
    expect(leaks(answer)).toEqual([]);
    [receiver, mailbox] = await Promise.all([startReceiver(), startMailbox()]);
  });

  it('refuses private targets, when checked, when sending and when connecting', async () => {
    const strict = make(kind, { guard: createTargetGuard([]) });
    expect(() => strict.check(endpointOf(kind))).toThrow('127.0.0.1 is not a public address');
    expect(await strict.send(message, endpointOf(kind), 0)).toMatchObject({
      status: 0,
      detail: expect.stringContaining('refused'),
    });
    const resolve: Resolve = (_host, done) =>
      done(null, [
        { address: '93.184.216.34', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ]);
    const rebound = make(kind, { guard: createTargetGuard([]), resolve });
    const endpoint = endpointOf(kind);
    const named = {
      ...endpoint,
      url: endpoint.url.replace('127.0.0.1', 'hooks.example.com'),
      settings: { ...endpoint.settings, host: 'hooks.example.com' },
    };
    rebound.check(named);
    expect(await rebound.send(message, named, 0)).toMatchObject({
      status: 0,
      detail: expect.stringContaining('leads to 127.0.0.1'),
    });
    expect([receiver.received, mailbox.commands]).toEqual([[], []]);
  });

  it('refuses what is no alert for good, and says so', async () => {
    if (kind === 'webhook') return;
    const answer = await make(kind).send({ id: 'x', body: '{"type":"other"}' }, endpointOf(kind), 0);
    expect(outcomeOf(answer.status)).toBe('failed');
    expect(answer.detail).toBe('not sent: the message is no alert');
  });
});

/** Which of its things a receiver takes a message to be about, and what it is told of it. */
function identityOf(kind: string, body: string): { readonly which: unknown; readonly state: unknown } {
  if (kind === 'email')
    return { which: /^References: (.*)$/m.exec(body)?.[1], state: /(Firing|Resolved):/.exec(body)?.[1] };
  const sent = JSON.parse(body);
  if (kind === 'pagerduty') return { which: sent.dedup_key, state: sent.event_action };
  if (kind === 'alertmanager')
    return {
      which: [sent[0].labels, sent[0].startsAt],
      state: Date.parse(sent[0].endsAt) - Date.parse('2026-11-21T10:10:00Z'),
    };
  if (kind === 'webhook') return { which: [sent.data.id, sent.data.episode], state: sent.type };
  return { which: /churn \(prod\)/.exec(body)?.[0], state: /(Firing|Resolved):/.exec(body)?.[1] };
}

const words = ['Firing', 'Resolved'];
const statesOf: Readonly<Record<string, readonly unknown[]>> = {
  webhook: ['alert.firing', 'alert.resolved'],
  slack: words,
  teams: words,
  email: words,
  pagerduty: ['trigger', 'resolve'],
  // Firing it holds for four minutes; resolved it ended at the time of the message.
  alertmanager: [4 * 60_000, 13 * 3_600_000 + 50 * 60_000],
};

/** What every answer of HTTP means. */
function meaning(status: number): string {
  if (status >= 200 && status < 300) return 'done';
  if (status === 410) return 'disabled';
  return status < 200 || status >= 500 || [408, 425, 429].includes(status) ? 'retry' : 'failed';
}

describe.each(httpKinds)('%s by HTTP', kind => {
  it('takes every status for what it means, and follows no redirect', async () => {
    const channel = make(kind);
    let next = 200;
    receiver.answer = response => void response.writeHead(next++, { location: '/elsewhere' }).end();
    const seen: number[] = [];
    while (seen.length < 400) {
      const sent = Array.from({ length: 40 }, () => channel.send(message, endpointOf(kind), 0));
      seen.push(...(await Promise.all(sent)).map(({ status }) => status));
    }
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 400 }, (_, i) => 200 + i));
    expect(seen.filter(status => outcomeOf(status) !== meaning(status))).toEqual([]);
    expect(receiver.received).toHaveLength(400);
  });

  it('takes a status that is no end (1xx) for no answer', async () => {
    const server = createServer(socket => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end('HTTP/1.1 103 Early Hints\r\n\r\n'));
    });
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as { port: number };
    const answer = await make(kind).send(message, sampleEndpoint(kind, port), 0);
    expect([answer.status, outcomeOf(answer.status)]).toEqual([0, 'retry']);
    await new Promise(done => server.close(done));
  });

  it('leaks neither address nor secret of what the receiver echoes', async () => {
    for (const status of [200, 403, 500]) {
      receiver.answer = (response, { url, headers, body }) => {
        response.writeHead(status);
        response.end(`${url} ${JSON.stringify(headers)} ${body} http://127.0.0.1${url} ${sampleSecrets[4]}`);
      };
      const answer = await make(kind).send(message, endpointOf(kind), 0);
      expect(answer.status).toBe(status);
      expect(leaks(answer)).toEqual([]);
    }
  });

  it('honours Retry-After', async () => {
    receiver.answer = response => void response.writeHead(429, { 'retry-after': '120' }).end('slow');
    expect(await make(kind).send(message, endpointOf(kind), 0)).toMatchObject({
      status: 429,
      retryAfter: 12e4,
      detail: 'slow',
    });
  });
});

describe('email by SMTP', () => {
  const stages = ['CONNECT', 'EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA', 'END'] as const;
  const at = (stage: string, answer: string) => (command: string) =>
    command.replace('HELO', 'EHLO').startsWith(stage) && !(stage === 'DATA' && command !== 'DATA')
      ? answer
      : goodReply(command);

  it.each(stages)('takes every answer to %s for what it means', async stage => {
    const channel = make('email');
    const wrong: string[] = [];
    for (const code of [
      421, 430, 450, 451, 452, 454, 471, 500, 501, 503, 521, 530, 535, 550, 552, 554, 571,
    ]) {
      mailbox.reply = at(stage, `${code} said of ${sampleSecrets[5]}`);
      const answer = await channel.send(message, endpointOf('email'), 0);
      const outcome = outcomeOf(answer.status);
      if (outcome !== (code < 500 ? 'retry' : 'failed')) wrong.push(`${code} ${outcome} ${answer.detail}`);
      expect(leaks(answer)).toEqual([]);
    }
    expect(wrong).toEqual([]);
    expect(mailbox.mails.length).toBe(stage === 'END' ? 17 : 0);
  });

  it('sends no password and no mail in the clear unless told to', async () => {
    const endpoint = endpointOf('email');
    for (const security of ['starttls', 'tls']) {
      const strict = { ...endpoint, settings: { ...endpoint.settings, security } };
      const answer = await make('email', { timeoutMilliseconds: 1000 }).send(message, strict, 0);
      expect(outcomeOf(answer.status)).not.toBe('done');
    }
    expect(mailbox.mails).toEqual([]);
    expect(mailbox.commands.filter(command => /^(AUTH|MAIL)/.test(command))).toEqual([]);
  });

  it('says that some recipients were refused', async () => {
    const endpoint = endpointOf('email');
    const to = ['good@example.org', 'bad@example.org'];
    mailbox.reply = command => (command.includes('bad@') ? '550 no such user' : goodReply(command));
    const answer = await make('email').send(
      message,
      { ...endpoint, settings: { ...endpoint.settings, to } },
      0,
    );
    expect(answer).toMatchObject({ status: 250, detail: 'taken, but 1 of 2 recipients were refused' });
  });
});
