import { readFileSync } from 'node:fs';
import { connect, isIP, type Socket } from 'node:net';
import { createTransport } from 'nodemailer';
import { LeewayError } from '../../lib/errors.ts';
import type { Answer, Channel, Endpoint, Message, SecretText } from '../channel.ts';
import { describeFailure, guardedLookup, type HttpDeps, systemResolve } from '../targets/http.ts';
import { emailMessage } from './email-message.ts';
import { judgeHost } from './host.ts';
import { type Notice, readNotice } from './notice.ts';
import { shortAnswer } from './secrecy.ts';

/** What the configuration says of an e-mail channel. */
interface EmailSettings {
  readonly host: string;
  readonly port: number;
  readonly security: 'starttls' | 'tls' | 'none';
  readonly ca?: string;
  readonly username?: string;
  readonly password?: SecretText;
  readonly from: string;
  readonly to: readonly string[];
}

/** Most of one answer of a server that is read, bytes. */
const answerLimit = 65_536;

/** Statuses that SMTP answers are told as: not sent for good, tried again. */
const refused = 422;
const later = 503;

/**
 * E-mail through an SMTP server, one connection a message. The server is looked up and connected to under the same guard
 * as every address, and the connection handed to nodemailer.
 */
export function createEmailChannel(deps: HttpDeps): Channel {
  const timeout = deps.timeoutMilliseconds ?? 15_000;
  const open = new Set<Socket>();
  return {
    kind: 'email',
    check: endpoint => {
      const settings = settingsOf(endpoint);
      assertHost(deps, settings);
      trustOf(settings);
    },
    send: async (message, endpoint) => {
      const notice = readNotice(message.body);
      if (notice === null)
        return { status: refused, detail: 'not sent: the message is no alert', retryAfter: null };
      let late = false;
      let socket: Socket | undefined;
      const timer = setTimeout(() => {
        late = true;
        socket?.destroy(new Error('late'));
      }, timeout);
      try {
        const settings = settingsOf(endpoint);
        socket = dial(deps, settings);
        open.add(socket);
        await connected(socket);
        return await deliver({ socket, settings, message, notice, timeout });
      } catch (error) {
        const answer = answerOf(error, late ? `no answer within ${timeout / 1000} s` : null);
        return { ...answer, detail: shortAnswer(answer.detail, endpoint) };
      } finally {
        clearTimeout(timer);
        socket?.destroy();
        if (socket !== undefined) open.delete(socket);
      }
    },
    close: async () => {
      for (const socket of open) socket.destroy();
    },
  };
}

function assertHost({ guard }: HttpDeps, { host, port }: EmailSettings): 'trusted' | 'public' {
  const verdict = judgeHost(guard, host, port);
  if ('refused' in verdict) throw new LeewayError('LW_TARGET_REFUSED', `target refused: ${verdict.refused}`);
  return verdict.trust;
}

function dial(deps: HttpDeps, settings: EmailSettings): Socket {
  const { host, port } = settings;
  const resolve = deps.resolve ?? systemResolve;
  const guarded = assertHost(deps, settings) === 'public';
  return connect({ host, port, ...(guarded ? { lookup: guardedLookup(deps.guard, resolve) } : {}) });
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve();
    });
  });
}

interface Attempt {
  readonly socket: Socket;
  readonly settings: EmailSettings;
  readonly message: Message;
  readonly notice: Notice;
  readonly timeout: number;
}

async function deliver({ socket, settings, message, notice, timeout }: Attempt): Promise<Answer> {
  const { host, port, security, username, password, from, to } = settings;
  const transport = createTransport({
    host,
    port,
    connection: socket,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls: trustOf(settings),
    ...(username === undefined || password === undefined
      ? {}
      : { auth: { user: username, pass: password.reveal() } }),
    name: 'leeway',
    greetingTimeout: timeout,
    socketTimeout: timeout,
    maxResponseSize: answerLimit,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const { subject, text, html, date, messageId, thread } = emailMessage(notice, message.id);
  const mail = {
    from: {
      name: 'Leeway',
      address: from,
    },
    to: [...to],
    subject,
    text,
    html,
    messageId,
    references: thread,
    inReplyTo: thread,
    date: new Date(date),
    baseBoundary: messageId.replaceAll(/[<>@.]/g, ''),
    headers: { 'Auto-Submitted': 'auto-generated' },
    xMailer: false as const,
  };
  const info = await transport.sendMail(mail);
  const left = info.rejected.length;
  const detail = left === 0 ? '' : `taken, but ${left} of ${to.length} recipients were refused`;
  return { status: 250, detail, retryAfter: null };
}

/** What TLS trusts; a certificate that does not fit is always refused. */
function trustOf({ host, ca }: EmailSettings) {
  const server = isIP(host) === 0 ? { servername: host } : {};
  return { ...server, minVersion: 'TLSv1.2' as const, ...(ca === undefined ? {} : { ca: readCa(ca) }) };
}

function readCa(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new LeewayError('LW_CONFIG_INVALID', `ca: cannot read ${path}`, error);
  }
}

/** 4yz is tried again, 5yz is not; without an answer, or one in safety, it is 0, which is tried again too. */
function answerOf(error: unknown, late: string | null): Answer {
  const { code, responseCode, response } = error as {
    readonly code?: string;
    readonly responseCode?: number;
    readonly response?: string;
  };
  if (late !== null) return { status: 0, detail: late, retryAfter: null };
  const words = typeof response === 'string' && response !== '' ? response : describeFailure(error);
  if (code === 'ETLS') return { status: 0, detail: `no safe connection: ${words}`, retryAfter: null };
  if (responseCode !== undefined && responseCode >= 400)
    return { status: responseCode >= 500 ? refused : later, detail: `SMTP ${words}`, retryAfter: null };
  return { status: code === 'EAUTH' ? refused : 0, detail: words, retryAfter: null };
}

function settingsOf({ settings }: Endpoint): EmailSettings {
  return settings as unknown as EmailSettings;
}
