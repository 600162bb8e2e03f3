#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { systemClock } from '../lib/clock.ts';
import { runCommand } from './program.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

// `leeway findings | head`: who reads has seen enough. A service goes on when nobody reads its log any more.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (process.argv[2] !== 'start') process.exit(0);
  });

const code = await runCommand(process.argv.slice(2), {
  terminal: {
    out: text => console.log(text),
    err: text => console.error(text),
    interactive: process.stderr.isTTY === true,
    columns: process.stdout.isTTY === true ? process.stdout.columns : undefined,
    environment: process.env,
  },
  // Loaded only by `start`: the other commands need no engine.
  startApp: async (config, options) => (await import('../app.ts')).startApp(config, options),
  signals: process,
  clock: systemClock,
  fetch,
  exit: status => process.exit(status),
  version,
});
process.exitCode = code;
// An engine that did not close must not keep the process.
setTimeout(() => process.exit(code), 2000).unref();
