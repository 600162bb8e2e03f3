import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** ClickHouse's HTTP interface over chDB, in a child process. */
export interface Rig {
  readonly url: string;
  /** Ends it in order: open requests are answered, the data directory is closed. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export interface RigOptions {
  /** Data directory; start again on the same one to go on with its data. */
  readonly directory: string;
  /** 0 or nothing takes a free one; give the old one to come back at the same address. */
  readonly port?: number;
  readonly password?: string;
  /** The rig as one file of plain JavaScript, which starts quicker. */
  readonly script?: string;
}

/** Starts the rig and waits until it listens. It ends with the process that started it. */
export async function startRig(options: RigOptions): Promise<Rig> {
  const sources = ['--import', 'tsx', fileURLToPath(new URL('./clickhouse-rig.ts', import.meta.url))];
  const child = spawn(
    process.execPath,
    [
      ...(options.script === undefined ? sources : [options.script]),
      '--port',
      String(options.port ?? 0),
      '--data',
      options.directory,
      '--password',
      options.password ?? '',
    ],
    // chDB runs each query on a thread of this pool: as many as concurrent requests are wanted.
    { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], env: { ...process.env, UV_THREADPOOL_SIZE: '16' } },
  );
  const url = await listening(child);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  return { url, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.once('exit', code => reject(new Error(`the rig ended with ${code} before it listened: ${text}`)));
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const url = /listening on (\S+)/.exec(text)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
}
