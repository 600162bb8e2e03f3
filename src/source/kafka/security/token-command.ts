import { spawn } from 'node:child_process';
import type { Clock } from '../../../lib/clock.ts';
import { type AskToken, readToken, TokenFailure, tokenLimit } from './token.ts';

export interface CommandDeps {
  /** Program and arguments; no shell is between. */
  readonly command: readonly string[];
  readonly clock: Clock;
  /** 10 s unless told; kafkajs waits for an authentication about as long. */
  readonly timeoutMilliseconds?: number;
}

/**
 * A token from a program. It sees this process's environment, has no input, and what it writes to standard error is
 * dropped, for it may hold secrets; so may its arguments, and errors name the program alone.
 */
export function askCommand({ command, clock, timeoutMilliseconds = 10_000 }: CommandDeps): AskToken {
  const [program = '', ...args] = command;
  const failed = (what: string) => new TokenFailure(`the token command ${program} ${what}`);
  return async () => {
    const text = await run(program, args, { timeoutMilliseconds, failed });
    const token = readToken(text, clock.now());
    if (token === null) throw failed('printed no token (the token alone, or JSON with access_token)');
    return token;
  };
}

interface Bounds {
  readonly timeoutMilliseconds: number;
  readonly failed: (what: string) => TokenFailure;
}

function run(program: string, args: readonly string[], bounds: Bounds): Promise<string> {
  const { timeoutMilliseconds, failed } = bounds;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      shell: false,
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
    });
    const chunks: Buffer[] = [];
    let size = 0;
    const give = (settle: () => void) => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.kill('SIGKILL');
      settle();
    };
    const timer = setTimeout(
      () => give(() => reject(failed(`did not end within ${timeoutMilliseconds / 1000} s`))),
      timeoutMilliseconds,
    );
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > tokenLimit) give(() => reject(failed(`printed more than ${tokenLimit} bytes`)));
    });
    child.once('error', (error: NodeJS.ErrnoException) =>
      give(() => reject(failed(`cannot be run (${error.code ?? 'unknown reason'})`))),
    );
    child.once('close', (code, signal) =>
      give(() =>
        code === 0
          ? resolve(Buffer.concat(chunks).toString('utf8'))
          : reject(
              failed(`ended with ${code === null ? signal : `code ${code}`}; run it by hand to see why`),
            ),
      ),
    );
  });
}
