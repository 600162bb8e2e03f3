import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEmbedded } from '../../src/store/embedded.ts';
import { startHttpTraffic, type Traffic } from '../kafka/line-traffic.ts';
import { type Leeway, type LeewayOptions, NotStarted, pause, startLeeway, until } from './leeway.ts';
import { mountSmallDisk, type SmallDisk, smallDisksAllowed } from './small-disk.ts';
import { bundle } from './story/bundle.ts';

const allowed = smallDisksAllowed();
if (!allowed && process.env['LEEWAY_REQUIRE_SMALL_DISK'] === '1')
  throw new Error('no small file system can be mounted here (unshare -rm mount -t tmpfs)');
if (!allowed) console.log('skipped: no small file system can be mounted here (unshare -rm mount -t tmpfs)');

/** The embedded service whose disk is full: a file system of its own, filled to the last byte. */
describe.skipIf(!allowed)('a full disk', () => {
  const directory = mkdtempSync(join(tmpdir(), 'leeway-disk-'));
  let disk: SmallDisk;
  let options: LeewayOptions;
  let service: Leeway;
  let traffic: Traffic;

  beforeAll(async () => {
    const program = await bundle('src/cli/main.ts');
    disk = await mountSmallDisk(join(directory, 'mount'), 64);
    options = { program, directory: join(disk.inside, 'data'), wrapper: disk.wrapper, settings: directory };
    service = await startLeeway(options);
  }, 180_000);
  afterAll(async () => {
    traffic?.end();
    await service?.kill();
    disk?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('loses nothing: rows wait, it says so, and goes on when there is room', async () => {
    traffic = startHttpTraffic(() => service.url);
    await until('rows are stored', () => traffic.sent.size > 8);
    disk.fill();
    const noticed = await until('it is not ready', async () => (await service.ready()).status === 503, 20);
    expect((await service.ready()).reasons).toEqual([
      'the store is away: rows wait, sources are paused, nothing is dropped',
    ]);
    await pause(3000);
    const told = service.log().filter(({ msg }) => msg === 'statement failed');
    console.log(`not ready after ${noticed.toFixed(1)} s: ${JSON.stringify(told[0])}`);
    expect(told.at(-1)).toMatchObject({ failure: 'retry' });
    disk.empty();
    const before = traffic.sent.size;
    const seconds = await until('it takes rows again', async () => {
      return traffic.sent.size > before && (await service.ready()).status === 200;
    });
    console.log(`goes on ${seconds.toFixed(1)} s after there is room`);
  });

  it('killed and started again on the full disk, it says why it cannot start or waits', async () => {
    disk.fill();
    await until('it is not ready', async () => (await service.ready()).status === 503, 20);
    await service.kill();
    service = await restart();
    disk.empty();
    await until('it is ready', async () => (await service.ready()).status === 200);
  });

  it('stopped and started on the full disk, it says why; everything acknowledged is there', async () => {
    await traffic.stop();
    expect(await service.stop()).toBe(0);
    disk.fill();
    service = await restart();
    expect(await service.stop()).toBe(0);
    // The engine does not open a directory of another namespace.
    const copy = join(directory, 'copy');
    cpSync(join(disk.outside, 'data'), copy, { recursive: true });
    const database = await openEmbedded(copy);
    const rows = await database.rows<{ id: string; n: string }>(
      'SELECT id, count() AS n FROM leeway.inferences FINAL GROUP BY id',
    );
    await database.close();
    const ids = new Map(rows.map(({ id, n }) => [id, Number(n)]));
    expect([...traffic.sent.keys()].filter(id => ids.get(id) !== 1)).toEqual([]);
    expect(traffic.sent.size).toBeGreaterThan(8);
  });

  /** A start on a full disk; where it is refused, with a clear line, once more with room. */
  async function restart(): Promise<Leeway> {
    const started = await startLeeway(options).catch((error: unknown) => error as Error);
    if (!(started instanceof Error)) {
      console.log('started on a full disk');
      return started;
    }
    console.log(`a start on a full disk: ${started.message}`);
    expect(started).toBeInstanceOf(NotStarted);
    expect(started.message).toMatch(
      /^LW_DATA_UNUSABLE: Cannot use the data directory .*no space left on device/m,
    );
    expect(started.message).not.toMatch(/^ +at /m);
    disk.empty();
    return startLeeway(options);
  }
});
