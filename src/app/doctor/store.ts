import type { StoreInspection } from '../../store/inspection.ts';
import { ageText, bytesText, countText, type DoctorLine, linesOf } from './line.ts';

/** The store: reachable, how fast, which clock, which tables. `now` is this machine's clock, epoch milliseconds. */
export async function storeLines(store: StoreInspection, now: () => number): Promise<DoctorLine[]> {
  const { ok } = linesOf('store');
  const name = store.kind === 'embedded' ? 'embedded engine (chDB)' : 'ClickHouse server';
  const began = now();
  const version = await store.version();
  const reached = ok('reachable', `${name}, ClickHouse ${version}, answered in ${now() - began} ms`);
  return [
    reached,
    await skewLine(store, now),
    await migrationLine(store),
    ...(await tableLines(store)),
    await auditLine(store, now()),
  ];
}

/** Marks are stamped by the store's clock, dues are decided by this machine's. */
async function skewLine(store: StoreInspection, now: () => number): Promise<DoctorLine> {
  const { ok, warn, fail } = linesOf('store');
  const before = now();
  const stored = await store.now();
  const after = now();
  // Nobody knows when in between the answer was given.
  const skew = stored < before ? stored - before : Math.max(0, stored - after);
  const text = `the store's clock is ${ageText(skew)} ${skew < 0 ? 'behind' : 'ahead of'} this machine's`;
  const advice = 'Run an NTP client (chrony, systemd-timesyncd) on both machines.';
  if (Math.abs(skew) >= 60_000) return fail('clock', text, advice);
  return Math.abs(skew) >= 5000
    ? warn('clock', text, advice)
    : ok('clock', 'agrees with this machine within 5 s');
}

async function migrationLine(store: StoreInspection): Promise<DoctorLine> {
  const { ok, fail } = linesOf('store');
  const { known, missing } = await store.migrations();
  if (missing.length === 0) return ok('tables', `all ${known} migrations are there`);
  return fail('tables', `migrations missing: ${missing.join(', ')}`, 'Restart Leeway: it brings them in.');
}

/** Parts above which inserts begin to be delayed by default. */
const manyParts = 1000;

async function tableLines(store: StoreInspection): Promise<DoctorLine[]> {
  const { ok, warn } = linesOf('store');
  const tables = await store.tables();
  const total = tables.reduce((sum, { bytes }) => sum + bytes, 0);
  const largest = tables
    .slice(0, 5)
    .map(t => `${t.table} ${bytesText(t.bytes)} (${countText(t.rows, 'row')})`);
  const size = ok('size', tables.length === 0 ? 'no rows yet' : `${bytesText(total)}: ${largest.join(', ')}`);
  const split = tables.filter(({ parts }) => parts > manyParts);
  if (split.length === 0) return [size];
  const text = split.map(({ table, parts }) => `${table} ${parts.toLocaleString('en-US')}`).join(', ');
  return [
    size,
    warn('parts', `many parts: ${text}`, 'Merges are behind: look at the disk and CPU of ClickHouse.'),
  ];
}

async function auditLine(store: StoreInspection, now: number): Promise<DoctorLine> {
  const { ok, warn } = linesOf('store');
  const { found, last } = await store.audits();
  if (found === 0) return ok('audit', 'every audit found profiles and rows in agreement');
  return warn(
    'audit',
    `${countText(found, 'audit')} found buckets that differed from their rows, the last ${ageText(now - last)} ago; they were profiled again`,
    'Report it with the log around that time: it is expected never to happen.',
  );
}
