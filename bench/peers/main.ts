/**
 * `npx tsx bench/peers/main.ts`: Leeway beside other tools on the same simulated rows, each with its real package in a
 * Python environment and a process of its own. Prints the tables; `--write` also stores results.json and table.md.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { systemClock } from '../../src/lib/clock.ts';
import type { Outcome } from './outcome.ts';
import { stored } from './results.ts';
import { writeStreams, writeTimed } from './streams.ts';
import { page } from './table.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../..');
const tools = ['leeway', 'scipy', 'evidently', 'nannyml', 'alibi-detect', 'whylogs'];
const timedRows = 100_000;
const usage = `npx tsx bench/peers/main.ts [--venvs DIR] [--only ${tools.join(',')}] [--quick] [--write]

  --venvs    where the Python environments are, or are made (default: a temporary directory, removed at the end)
  --python   interpreter to make them with (default python3)
  --only     some of the tools
  --repeats  independent references (default 20)
  --windows  windows of each size after each reference (default 10)
  --seed     of the rows (default 1)
  --work     directory for the rows and what each tool found; kept, and what is there is not made again
             except for Leeway (default: a temporary directory, removed at the end)
  --limit    seconds after which a tool's process is ended (default 900)
  --quick    one repeat: to see that it runs, not for figures
  --write    store bench/peers/results.json and bench/peers/table.md`;

const { values: options } = parseArgs({
  options: {
    venvs: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    only: { type: 'string', default: tools.join(',') },
    repeats: { type: 'string', default: '20' },
    windows: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    work: { type: 'string' },
    limit: { type: 'string', default: '900' },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** One thread, and nothing sent to anybody. */
const environment = {
  OMP_NUM_THREADS: '1',
  OPENBLAS_NUM_THREADS: '1',
  PYTHONDONTWRITEBYTECODE: '1',
  DO_NOT_TRACK: '1',
  NML_DISABLE_USAGE_LOGGING: '1',
  WHYLOGS_NO_ANALYTICS: 'True',
};

if (options.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  const wanted = tools.filter(tool => options.only.split(',').includes(tool));
  const scratch = options.work ?? mkdtempSync(join(tmpdir(), 'leeway-peers-'));
  try {
    const venvs = options.venvs ?? join(scratch, 'venvs');
    for (const tool of wanted) if (tool !== 'leeway') makeEnvironment(venvs, tool);
    const streams = join(scratch, 'streams');
    const seed = Number(options.seed);
    const repeats = options.quick ? 1 : Number(options.repeats);
    const manifest = writeStreams(streams, { seed, repeats, windowsEach: Number(options.windows) });
    writeTimed(streams, seed, timedRows);
    const outcomes: Outcome[] = [];
    const timed: Outcome[] = [];
    for (const tool of wanted) {
      const run = { venvs, streams, scratch };
      outcomes.push(await outcomeOf(tool, { ...run, timed: false }));
      timed.push(await outcomeOf(tool, { ...run, timed: true }));
    }
    const results = { manifest, outcomes, timed, machine: machine() };
    const text = page(results);
    console.log(text);
    if (!options.write) return;
    writeFileSync(join(here, 'table.md'), text);
    writeFileSync(join(here, 'results.json'), stored(results));
  } finally {
    if (options.work === undefined) rmSync(scratch, { recursive: true, force: true });
  }
}

/** Makes the environment of a tool, unless one with the same requirements is there. */
function makeEnvironment(venvs: string, tool: string): void {
  const requirements = join(here, `requirements-${tool}.txt`);
  const directory = join(venvs, tool);
  const marker = join(directory, 'requirements.sha256');
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === digest) return;
  process.stderr.write(`${tool}: installing ...\n`);
  const stdio = ['ignore', 'ignore', 'inherit'] as const;
  execFileSync(options.python, ['-m', 'venv', directory], { stdio: [...stdio] });
  execFileSync(join(directory, 'bin/pip'), ['install', '-q', '-r', requirements], { stdio: [...stdio] });
  writeFileSync(marker, digest);
}

interface Run {
  readonly venvs: string;
  readonly streams: string;
  /** Where outcomes are written. */
  readonly scratch: string;
  readonly timed: boolean;
}

/** What the tool found, from an earlier run on the same rows where there is one. */
async function outcomeOf(tool: string, run: Run): Promise<Outcome> {
  const rows = createHash('sha256')
    .update(readFileSync(join(run.streams, 'manifest.json')))
    .digest('hex');
  const out = join(run.scratch, `${tool}-${run.timed ? 'time' : rows.slice(0, 12)}.json`);
  if (tool === 'leeway' || !existsSync(out)) await runTool(tool, run, out);
  return JSON.parse(readFileSync(out, 'utf8')) as Outcome;
}

function runTool(tool: string, { venvs, streams, timed }: Run, out: string): Promise<void> {
  process.stderr.write(`${tool}: ${timed ? 'time' : 'verdicts'} ...\n`);
  const [command, script] =
    tool === 'leeway'
      ? [join(root, 'node_modules/.bin/tsx'), 'leeway.ts']
      : [join(venvs, tool, 'bin/python'), `peer_${tool.replaceAll('-', '_')}.py`];
  const child = spawn(command, [join(here, script), streams, out, ...(timed ? ['--time'] : [])], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: Number(options.limit) * 1000,
    killSignal: 'SIGKILL',
  });
  let complaints = '';
  child.stderr.on('data', chunk => (complaints = (complaints + String(chunk)).slice(-4000)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${tool} ended with ${code ?? signal}\n${complaints}`));
    });
  });
}

function machine(): string {
  const date = new Date(systemClock.now()).toISOString().slice(0, 10);
  return `${date}; ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores; Node ${process.version}.`;
}
