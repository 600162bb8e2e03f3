import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LoanModel } from './model.ts';

/** The trainer runs as a process of its own: Leeway and it meet only over HTTP. */
export interface TrainerProcess {
  readonly url: string;
  /** The model fitted for an order. */
  model(order: string): Promise<LoanModel>;
  stop(): void;
}

/** Starts examples/demo/trainer.ts with the signing secret and waits for its address. */
export async function startTrainer(secret: string): Promise<TrainerProcess> {
  const script = fileURLToPath(new URL('trainer.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, '--secret', secret], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const url = await addressOf(child);
  return {
    url,
    model: async order => {
      const response = await fetch(`${url}/models/${encodeURIComponent(order)}`);
      if (!response.ok) throw new Error(`the trainer has no model of order ${order}`);
      return (await response.json()) as LoanModel;
    },
    stop: () => void child.kill('SIGTERM'),
  };
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', code => reject(new Error(`the trainer ended with code ${code} before it listened`)));
    createInterface({ input: child.stdout! }).on('line', line => {
      const match = /^listening on (\S+)$/.exec(line);
      if (match !== null) resolve(match[1]!);
    });
  });
}
