/**
 * `npm run bench`: measures what Leeway costs and prints a table. `--write` also puts it into bench/README.md.
 * Each scenario runs in a process of its own, on the compiled code.
 */
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { kafkaMissing, startBroker } from '../test/kafka/broker.ts';
import type { Report } from './figure.ts';
import { writeReadme } from './readme.ts';
import { breakdownTable, figureTable } from './table.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const usage = `npm run bench -- [--quick] [--runs N] [--only ingest,kafka,profiling,finding,backtest] [--write]

  --quick   a tenth of the work: to see that it runs, not for figures
  --runs    runs of each scenario after one to warm up (default 5)
  --only    some of the scenarios
  --write   put the tables into bench/README.md`;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    runs: { type: 'string', default: '5' },
    only: { type: 'string', default: 'ingest,kafka,profiling,finding,backtest' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) console.log(usage);
else await run();

async function run(): Promise<void> {
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'bench')], {
    stdio: 'inherit',
  });
  // The service reads its version from there.
  copyFileSync(join(root, 'package.json'), join(root, '.cache/bench/package.json'));
  const wanted = new Set(options.only.split(','));
  const scale = options.quick ? 0.1 : 1;
  const runs = Number(options.runs);
  const reports: Report[] = [];
  const add = async (name: string, of: Record<string, unknown>) => {
    if (!wanted.has(name)) return;
    process.stderr.write(`${name} ...\n`);
    reports.push(await scenario(name, of));
  };
  await add('ingest', { runs, records: 40_000 * scale });
  if (wanted.has('kafka')) reports.push(await overKafka(runs, 200_000 * scale));
  await add('profiling', { runs, buckets: 4, rows: 50_000 * scale });
  await add('finding', { runs: options.quick ? 2 : 8, rowsPerHour: 5_000 * scale });
  await add('backtest', { runs: options.quick ? 1 : 3, days: options.quick ? 5 : 30, subjects: 50 });
  console.log(figureTable(reports));
  for (const breakdown of reports.flatMap(report => report.breakdowns))
    console.log(breakdownTable(breakdown));
  for (const note of reports.flatMap(report => report.notes)) console.log(note);
  if (options.write) writeReadme(join(root, 'bench/README.md'), reports);
}

async function overKafka(runs: number, records: number): Promise<Report> {
  const missing = kafkaMissing();
  if (missing !== null) {
    const note = `Kafka to stored was not measured: ${missing}.`;
    return { figures: [], breakdowns: [], notes: [note] };
  }
  process.stderr.write('kafka ...\n');
  const broker = await startBroker();
  try {
    const tag = randomUUID().slice(0, 8);
    const of = { brokers: broker.brokers, plain: `bench-${tag}`, gzip: `bench-gzip-${tag}`, runs, records };
    await scenario('produce', of);
    return await scenario('kafka', of);
  } finally {
    await broker.remove();
  }
}

/** Runs one scenario in its own process; its report is the last line it prints. */
function scenario(name: string, of: Record<string, unknown>): Promise<Report> {
  return new Promise((resolve, reject) => {
    const file = join(root, '.cache/bench/bench/scenario.js');
    const child = spawn(process.execPath, [file, name, JSON.stringify(of)], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.on('data', chunk => (out += String(chunk)));
    child.once('error', reject);
    child.once('exit', code => {
      if (code !== 0) reject(new Error(`scenario ${name} ended with ${code}\n${out}`));
      else resolve(JSON.parse(out.trimEnd().split('\n').at(-1)!) as Report);
    });
  });
}
