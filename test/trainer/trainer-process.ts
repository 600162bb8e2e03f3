import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseSecret, sign } from '../../src/act/signature.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { python, trainerFolder } from './python.ts';

/** An order, or anything else that is sent to the address of orders. */
export interface Message {
  readonly type: string;
  readonly data?: { readonly order: string };
}

/** The shipped trainer in a process of its own. */
export interface Trainer {
  readonly url: string;
  /** Sends a message as Leeway would; gives the status of the answer. */
  send(message: Message, over?: { readonly id?: string; readonly secret?: string }): Promise<number>;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

export async function startTrainer(of: {
  /** Folder of the orders it has taken. */
  readonly state: string;
  readonly env?: Readonly<Record<string, string>>;
}): Promise<Trainer> {
  const { MLFLOW_TRACKING_URI: _, ...env } = process.env;
  mkdirSync(of.state, { recursive: true });
  const child = spawn(python, [join(trainerFolder, 'server.py'), '--port', '0', '--state', of.state], {
    // What MLflow leaves beside it is removed with its orders.
    cwd: of.state,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...env,
      PYTHONDONTWRITEBYTECODE: '1',
      // Two cores are shared by the service and the trainer: threads that spin for each other would take both.
      OMP_NUM_THREADS: '1',
      LEEWAY_SECRETS: secret,
      ...of.env,
    },
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-5000);
  });
  const url = await addressOf(child, () => log);
  return {
    url,
    send: (message, { id = `${message.data?.order}_trainer`, secret: own = secret } = {}) =>
      post(`${url}/orders`, JSON.stringify(message), { id, secret: own }),
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await once(child, 'exit');
    },
  };
}

async function post(url: string, body: string, by: { readonly id: string; readonly secret: string }) {
  const timestamp = Math.floor(systemClock.now() / 1000);
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': by.id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': sign({ id: by.id, timestamp, body }, [parseSecret(by.secret)]),
    },
    body,
  });
  return answer.status;
}

function addressOf(child: ChildProcess, log: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', code => reject(new Error(`the trainer ended with ${code}: ${log()}`)));
    createInterface({ input: child.stdout! }).on('line', line => {
      const url = /^listening on (\S+)$/.exec(line)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
}
