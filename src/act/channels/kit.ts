import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';

/** What a receiver was sent. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of this machine for tests; it answers as `answer` says. */
export interface Receiver {
  readonly port: number;
  readonly received: Received[];
  answer: (response: ServerResponse, request: Received) => void;
  close(): Promise<void>;
}

/** An HTTP receiver. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const whole = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
      received.push(whole);
      receiver.answer(response, whole);
    });
  });
  await listening(server);
  const receiver: Receiver = {
    port: (server.address() as AddressInfo).port,
    received,
    answer: response => response.end('ok'),
    close: async () => {
      server.closeAllConnections();
      await new Promise(done => server.close(done));
    },
  };
  return receiver;
}

/** An SMTP server that answers each command as `reply` says; what it is given to say is sent as it is. */
export interface Mailbox {
  readonly port: number;
  /** Whole mails, as they came. */
  readonly mails: string[];
  readonly commands: string[];
  /** For `CONNECT`, each command, and `END` of the mail: the answer, or null to hang. */
  reply: (command: string, socket: Socket) => string | null;
  close(): Promise<void>;
}

/** Answers of a server that takes everything. */
export function goodReply(command: string): string {
  if (command === 'CONNECT') return '220 ready';
  if (command.startsWith('EHLO')) return '250-hello\r\n250-AUTH PLAIN\r\n250 8BITMIME';
  if (command.startsWith('AUTH')) return '235 welcome';
  if (command === 'DATA') return '354 go on';
  return command === 'QUIT' ? '221 bye' : '250 ok';
}

export async function startMailbox(): Promise<Mailbox> {
  const open = new Set<Socket>();
  const server = createTcpServer(socket => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
    converse(mailbox, socket);
  });
  await listening(server);
  const mailbox: Mailbox = {
    port: (server.address() as AddressInfo).port,
    mails: [],
    commands: [],
    reply: goodReply,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise(done => server.close(done));
    },
  };
  return mailbox;
}

function converse(mailbox: Mailbox, socket: Socket): void {
  let text = '';
  let inMail = false;
  const say = (command: string) => {
    const answer = mailbox.reply(command, socket);
    if (answer !== null && !socket.destroyed) socket.write(`${answer}\r\n`);
    return answer;
  };
  const step = () => {
    const ending = inMail ? '\r\n.\r\n' : '\r\n';
    const at = text.indexOf(ending);
    if (at < 0) return false;
    const part = text.slice(0, at);
    text = text.slice(at + ending.length);
    if (inMail) {
      inMail = false;
      mailbox.mails.push(part);
      say('END');
    } else {
      mailbox.commands.push(part);
      inMail = say(part)?.startsWith('354') === true;
    }
    return true;
  };
  say('CONNECT');
  socket.on('data', chunk => {
    text += chunk.toString('utf8');
    while (step());
  });
}

function listening(server: Server): Promise<void> {
  return new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
}
