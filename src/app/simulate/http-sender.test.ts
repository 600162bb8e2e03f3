import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Payload } from '../../simulate/payload.ts';
import { createHttpSender } from './http-sender.ts';

/** Answers each request with the next of these. */
const answers: { readonly status: number; readonly body: unknown }[] = [];
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const { status, body } = answers.shift()!;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
});
let sender: ReturnType<typeof createHttpSender>;

beforeAll(async () => {
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  sender = createHttpSender({
    url: `http://127.0.0.1:${port}`,
    key: null,
    connections: 1,
    now: () => 0,
  });
});
afterAll(async () => {
  await sender.close();
  await new Promise(done => server.close(done));
});

const payload: Payload = { body: Buffer.from('{}'), kind: 'inference', id: 'a', time: 0 };
const answerTo = (status: number, body: unknown) => {
  answers.push({ status, body });
  return sender.send([payload], new AbortController().signal);
};

describe('what the service answers', () => {
  it('every row refused, each for its own reason, is an answer and no failure', async () => {
    const refused = [{ index: 0, reason: 'not-utf8', detail: 'byte 3' }];
    const taken = { kind: 'taken', refused };
    expect(await answerTo(422, { stored: 0, labels: 0, refused })).toEqual(taken);
    expect(await answerTo(200, { stored: 1, labels: 0, refused })).toEqual(taken);
  });

  it('a body refused as a whole refuses each payload of it', async () => {
    const answer = await answerTo(422, { code: 'LW_REQUEST_INVALID', message: 'no' });
    expect(answer).toEqual({ kind: 'taken', refused: [{ index: 0, reason: 'LW_REQUEST_INVALID' }] });
  });

  it('what is no answer of Leeway is a failure', async () => {
    const failed = { kind: 'failed', reason: 'an answer that is no answer of Leeway' };
    expect(await answerTo(200, {})).toEqual(failed);
    expect(await answerTo(422, {})).toEqual({ kind: 'failed', reason: 'HTTP 422' });
    expect(await answerTo(500, { refused: [] })).toEqual({ kind: 'failed', reason: 'HTTP 500' });
  });
});
