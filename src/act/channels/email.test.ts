import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Endpoint } from '../channel.ts';
import { createTargetGuard } from '../target.ts';
import type { Resolve } from '../webhook.ts';
import { createEmailChannel } from './email.ts';
import { startMailbox } from './kit.ts';
import { alertBody, hostileTexts } from './samples.ts';

/** A real SMTP server of a package, with TLS and a login. */
const directory = mkdtempSync(join(tmpdir(), 'leeway-smtp-'));
const cert = join(directory, 'mail.crt');
const key = join(directory, 'mail.key');
const other = join(directory, 'other.crt');
const name = 'mail.example.test';

beforeAll(() => {
  const made = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2';
  const certify = (file: string, host: string) => {
    const where = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`, '-out', file];
    const kept = file === cert ? key : join(directory, 'other.key');
    execFileSync('openssl', [...made.split(' '), ...where, '-keyout', kept], { stdio: 'ignore' });
  };
  certify(cert, name);
  certify(other, 'elsewhere.example.test');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Mail {
  readonly raw: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly secure: boolean;
}

let servers: SMTPServer[] = [];
afterEach(async () => {
  await Promise.all(servers.map(server => new Promise<void>(done => server.close(done))));
  servers = [];
});

async function serve(over: SMTPServerOptions = {}): Promise<{ port: number; mails: Mail[] }> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    cert: readFileSync(cert),
    key: readFileSync(key),
    onAuth: ({ username, password }, _session, done) =>
      username === 'leeway' && password === 'hunter2'
        ? done(null, { user: username })
        : done(new Error('wrong')),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', chunk => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        const to = rcptTo.map(({ address }) => address);
        mails.push({ raw: Buffer.concat(chunks).toString('utf8'), from, to, secure: session.secure });
        done();
      });
    },
    ...over,
  });
  server.on('error', () => undefined);
  servers.push(server);
  await new Promise<void>(done => void server.listen(0, '127.0.0.1', () => done()));
  return { port: (server.server.address() as AddressInfo).port, mails };
}

const resolve: Resolve = (_host, done) => done(null, [{ address: '127.0.0.1', family: 4 }]);

async function send(port: number, over: Readonly<Record<string, unknown>> = {}, body = alertBody()) {
  const channel = createEmailChannel({ guard: createTargetGuard(['127.0.0.0/8']), resolve });
  const settings = {
    host: name,
    port,
    security: 'starttls',
    ca: cert,
    username: 'leeway',
    password: { reveal: () => 'hunter2' },
    from: 'leeway@example.org',
    to: ['ops@example.org', 'ml@example.org'],
    ...over,
  };
  const endpoint: Endpoint = { name: 'mail', kind: 'email', takes: 'alerts', url: '', secrets: [], settings };
  channel.check(endpoint);
  const answer = await channel.send({ id: 'tr_1_mail', body }, endpoint, 0);
  await channel.close();
  return answer;
}

/** Text of one part of a mail, decoded. */
function partOf(raw: string, type: string): string {
  const part = raw.split(/--[-\w]+(?:--)?\r\n/).find(each => each.startsWith(`Content-Type: ${type}`));
  const [head = '', ...body] = part!.split('\r\n\r\n');
  const text = body.join('\r\n\r\n');
  if (/base64/i.test(head)) return Buffer.from(text, 'base64').toString('utf8');
  const joined = text.replaceAll('=\r\n', '');
  const bytes = joined.replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

describe('e-mail to a real server', () => {
  it('goes by STARTTLS and a login, as text and HTML', async () => {
    const { port, mails } = await serve();
    expect(await send(port)).toEqual({ status: 250, detail: '', retryAfter: null });
    const [{ raw, ...mail }] = mails as [Mail];
    expect(mail).toEqual({
      from: 'leeway@example.org',
      to: ['ops@example.org', 'ml@example.org'],
      secure: true,
    });
    expect(raw).toMatch(/^From: Leeway <leeway@example.org>\r$/m);
    expect(raw).toMatch(/^Subject: \[Leeway\] Firing: churn \(prod\): drift of feature:age/m);
    expect(raw).toMatch(/^Content-Type: multipart\/alternative;/m);
    expect(raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(partOf(raw, 'text/plain')).toContain(
      'effect 0.25 (0.207 to 0.283), tolerance 0.1, 900 rows against 5,000',
    );
    expect(partOf(raw, 'text/html')).toContain(
      '<a href="https://leeway.example.org/#/models/churn?environment=prod&amp;policy=default&amp;episode=3"',
    );
  });

  it('goes by TLS from the first byte', async () => {
    const { port, mails } = await serve({ secure: true });
    expect((await send(port, { security: 'tls' })).status).toBe(250);
    expect(mails[0]!.secure).toBe(true);
  });

  it('goes in the clear and without a login when told to', async () => {
    const { port, mails } = await serve({ authOptional: true, disabledCommands: ['STARTTLS'] });
    const plain = { security: 'none', username: undefined, password: undefined };
    expect((await send(port, plain)).status).toBe(250);
    expect(mails[0]!.secure).toBe(false);
  });

  it.each([
    ['a server without STARTTLS', { disabledCommands: ['STARTTLS'] }, {}, 0, /no safe connection/],
    ['a certificate of nobody', {}, { ca: undefined }, 0, /self-signed|self signed/],
    ['a certificate of another authority', {}, { ca: other }, 0, /self-signed|self signed|unable to verify/],
    ['a certificate of another name', {}, { host: 'wrong.example.test' }, 0, /wrong\.example\.test/],
    ['a wrong password', {}, { password: { reveal: () => 'hunter3' } }, 422, /535/],
  ] as const)('is stopped by %s', async (...row) => {
    const [, server, over, status, words] = row;
    const { port, mails } = await serve(server as SMTPServerOptions);
    const answer = await send(port, over);
    expect(answer.status).toBe(status);
    expect(answer.detail).toMatch(words);
    expect(answer.detail).not.toMatch(/hunter/);
    expect(mails).toEqual([]);
  });

  it('waits for a server that is busy', async () => {
    const busy = Object.assign(new Error('try again'), { responseCode: 451 });
    const { port } = await serve({ onMailFrom: (_address, _session, done) => done(busy) });
    expect(await send(port)).toMatchObject({ status: 503, detail: expect.stringContaining('451') });
  });

  it('gives up after 15 s unless told otherwise', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const mailbox = await startMailbox();
    try {
      const arrived = new Promise<void>(done => {
        mailbox.reply = () => {
          done();
          return null;
        };
      });
      const ended = vi.fn();
      const answer = send(mailbox.port, { security: 'none' }).finally(ended);
      await arrived;
      await vi.advanceTimersByTimeAsync(14_999);
      expect(ended).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
      expect(await answer).toEqual({ status: 0, detail: 'no answer within 15 s', retryAfter: null });
    } finally {
      vi.useRealTimers();
      await mailbox.close();
    }
  });

  it('carries any text unchanged or harmless', async () => {
    const { port, mails } = await serve();
    for (const text of hostileTexts) {
      const body = alertBody({ data: { model: text, summary: text, how_sure: text } });
      expect((await send(port, {}, body)).status).toBe(250);
    }
    expect(mails).toHaveLength(hostileTexts.length);
    for (const { raw, to } of mails) {
      expect(to).toEqual(['ops@example.org', 'ml@example.org']);
      expect(raw).not.toMatch(/^Bcc:/im);
      expect(partOf(raw, 'text/html')).not.toMatch(/<script|<img|<b>/);
    }
  });
});
