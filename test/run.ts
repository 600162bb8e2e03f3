import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Suite, suites } from './suites.ts';

/**
 * Runs the suites and ends with one line `N passed, N failed`. Those that say so run beside another, one after the other. Usage: `tsx test/run.ts ci|full [suite...]`.
 */
interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

const size = process.argv[2] === 'full' ? 'full' : 'ci';
const only = process.argv.slice(3);
const chosen = suites.filter(suite => only.length === 0 || only.includes(suite.name));
const reports = join('coverage', 'reports');
mkdirSync(reports, { recursive: true });

const total: Tally = { passed: 0, failed: 0, skipped: 0 };
const names = new Set(chosen.map(suite => suite.name));
const isBeside = ({ beside }: Suite) => beside !== undefined && names.has(beside);
for (const suite of chosen.filter(each => !isBeside(each))) {
  const others = chosen.filter(each => each.beside === suite.name);
  await Promise.all([run(suite, 'inherit'), inTurn(others)]);
}
console.log(
  total.skipped > 0
    ? `${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`
    : `${total.passed} passed, ${total.failed} failed`,
);
process.exitCode = total.failed > 0 ? 1 : 0;

async function inTurn(others: readonly Suite[]): Promise<void> {
  for (const suite of others) await run(suite, 'pipe');
}

/** Runs one suite and counts it; the output of one that runs beside another is shown when it has ended. */
async function run(suite: Suite, output: 'inherit' | 'pipe'): Promise<void> {
  const started = performance.now();
  const tally = readTally(suite, await runSuite(suite, output));
  total.passed += tally.passed;
  total.failed += tally.failed;
  total.skipped += tally.skipped;
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(
    `suite ${suite.name}: ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped in ${seconds} s`,
  );
}

function runSuite(suite: Suite, output: 'inherit' | 'pipe'): Promise<number> {
  const args = [
    'vitest',
    'run',
    '--config',
    suite.config,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportOf(suite)}`,
    ...(suite.args?.[size] ?? []),
  ];
  return new Promise(resolve => {
    const child = spawn('npx', args, {
      stdio: ['ignore', output, output],
      env: { ...process.env, ...suite.env[size] },
    });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('close', code => {
      process.stdout.write(Buffer.concat(chunks));
      resolve(code ?? 1);
    });
  });
}

function reportOf(suite: Suite): string {
  return join(reports, `${suite.name}.json`);
}

/** Counts of one suite; a run that failed without a failing test (coverage, a crash) counts as one failure. */
function readTally(suite: Suite, code: number): Tally {
  let tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  try {
    const report = JSON.parse(readFileSync(reportOf(suite), 'utf8')) as Record<string, number>;
    tally = {
      passed: report['numPassedTests'] ?? 0,
      failed: report['numFailedTests'] ?? 0,
      skipped: (report['numPendingTests'] ?? 0) + (report['numTodoTests'] ?? 0),
    };
  } catch {
    console.error(`suite ${suite.name} left no report`);
  }
  if (code !== 0 && tally.failed === 0) tally.failed = 1;
  return tally;
}
