/**
 * How much memory and time an export takes: rows are made by the engine, then fetched over HTTP by another process.
 * `npx tsx bench/export.ts --rows 1000000 [--format parquet|csv|ndjson] [--server] [--keep DIR]`; with --server the tables
 * are behind ClickHouse's HTTP interface (the rig), in a process of its own. --keep uses the rows made before.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startApp } from '../src/app.ts';
import { loadConfig } from '../src/config/load.ts';
import type { Database } from '../src/store/database.ts';
import { startRig } from '../test/rig/start.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    format: { type: 'string', default: 'parquet' },
    server: { type: 'boolean', default: false },
    keep: { type: 'string' },
  },
});
const rows = Number(values.rows);
const data = values.keep ?? mkdtempSync(join(tmpdir(), 'leeway-bench-'));
const known = existsSync(data) && existsSync(join(data, values.server ? 'rig' : 'chdb'));
mkdirSync(data, { recursive: true });
const rig = values.server ? await startRig({ directory: join(data, 'rig') }) : null;
const config = loadConfig(null, {
  data,
  ...(rig === null ? {} : { clickhouse: { url: rig.url } }),
  listen: { host: '127.0.0.1', port: 0 },
});
const app = await startApp(config, { logs: 'silent', scheduled: false });
try {
  if (!known) await fill(app.storage.database);
  console.error('the rows are there');
  const idle = rss();
  let peak = idle;
  const watch = setInterval(() => {
    peak = Math.max(peak, rss());
  }, 50);
  const started = performance.now();
  const bytes = await download(`${app.url}/v1/models/bench/export?labels=any&format=${values.format}`);
  clearInterval(watch);
  const seconds = (performance.now() - started) / 1000;
  const megabytes = (n: number) => Math.round(n / 1e6);
  console.log(
    `${values.format}, ${values.server ? 'server' : 'embedded'}: ${rows} rows, ${megabytes(bytes)} MB in ${seconds.toFixed(1)} s; ` +
      `resident ${megabytes(idle)} MB before, ${megabytes(peak)} MB at most`,
  );
} finally {
  await app.stop();
  await rig?.stop();
  if (values.keep === undefined) rmSync(data, { recursive: true, force: true });
}

/** Rows of 20 features over 30 days, half of them labelled; so many at a time as a server takes within a minute. */
async function fill(database: Database): Promise<void> {
  const numbers = Array.from({ length: 16 }, (_, i) => `'f${i}', rand(${i}) / 1e9`).join(', ');
  const texts = Array.from(
    { length: 4 },
    (_, i) => `'c${i}', concat('v', toString(rand(${i + 20}) % 20))`,
  ).join(', ');
  const most = 200_000;
  for (let from = 0; from < rows; from += most)
    await database.command(
      `INSERT INTO leeway.inferences (model, environment, bucket, version, id, time, num, cat, prediction, predicted, scores,
         latency_seconds, status, error, request_bytes, response_bytes, segment, time_source, source, position)
       SELECT 'bench', 'prod', toStartOfFiveMinutes(at), '1', concat('row-', toString(number)), at, map(${numbers}),
         map(${texts}), nan, if(rand(40) % 2 = 0, 'yes', 'no'), map('yes', 0.3, 'no', 0.7), 0.01, 200, '', nan, nan, map(),
         'payload', 'bench', ''
       FROM (SELECT number, addMilliseconds(toStartOfDay(now('UTC')) - toIntervalDay(29), intDiv(number * ${(29 * 86_400_000) / 1000}, ${rows}) * 1000)::DateTime64(3, 'UTC') AS at
         FROM numbers(${from}, ${Math.min(most, rows - from)}))`,
    );
  await database.command(
    `INSERT INTO leeway.labels (model, id, label, labelled, time, source, position)
     SELECT 'bench', concat('row-', toString(number * 2)), nan, 'yes', now64(3), 'bench', '' FROM numbers(${Math.floor(rows / 2)})`,
  );
}

function rss(): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) * 1024;
}

/** By curl, in a process of its own: what this one holds is the service's alone. */
function download(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn('curl', ['-sS', '--fail', '-o', '/dev/null', '-w', '%{size_download}', url]);
    let text = '';
    child.stdout.on('data', chunk => {
      text += chunk;
    });
    child.stderr.pipe(process.stderr);
    child.on('error', reject);
    child.on('close', code =>
      code === 0 ? resolve(Number(text)) : reject(new Error(`curl ended with ${code}`)),
    );
  });
}
