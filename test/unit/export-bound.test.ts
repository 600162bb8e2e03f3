import { describe, expect, it } from 'vitest';
import { createExportStreams } from '../../src/http/export-stream.ts';
import { createManualClock } from '../../src/lib/clock.ts';
import type { Database } from '../../src/store/database.ts';
import { createTableExport } from '../../src/store/table-export.ts';

const slices = 12;
const sliceRows = 100;
const sliceBytes = 1_000_000;
/** What a stream takes on top of the slice in hand before it waits for its reader. */
const streamBytes = 65_536;

/** A store of so many slices, each as large; it counts what it is asked for, and what it is asked for at once. */
function storeOfSlices() {
  const seen = { slices: 0, atOnce: 0, most: 0 };
  const buckets = Array.from({ length: slices }, (_, i) => ({ bucket: i * 300, n: sliceRows }));
  const survey = [{ num: ['x'], cat: [], scores: [], segment: [], texts: 0, bytes: 100 }];
  const database: Partial<Database> = {
    rows: async <T>(sql: string) => (sql.includes('GROUP BY i.bucket') ? buckets : survey) as T[],
    formatted: async () => {
      seen.slices++;
      seen.most = Math.max(seen.most, ++seen.atOnce);
      await settled();
      seen.atOnce--;
      return Buffer.alloc(sliceBytes, seen.slices);
    },
  };
  return { database: database as Database, seen };
}

/** Everything that is under way in this process has come to rest. */
async function settled(turns = 5): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise(resolve => setImmediate(resolve));
}

async function startExport() {
  const { database, seen } = storeOfSlices();
  const deps = { database, db: 'leeway', clock: createManualClock(0), random: () => 0, sliceRows };
  const request = { model: 'churn', environment: 'prod', from: 0, to: 1e7, labelledOnly: false };
  const pieces = createTableExport(deps).read(request, 'CSV');
  const streams = createExportStreams({ most: 1, stallMs: 60_000 }, () => undefined);
  return { stream: await streams.start(pieces), seen };
}

describe('what an export holds', () => {
  it('is one slice while nobody reads', async () => {
    const { stream, seen } = await startExport();
    stream.read(0);
    await settled(100);
    expect(seen).toEqual({ slices: 1, atOnce: 0, most: 1 });
    expect(stream.readableLength).toBeLessThan(sliceBytes + streamBytes);
    stream.destroy();
  });

  it('is never more than the slice in hand, however slowly it is read', async () => {
    const { stream, seen } = await startExport();
    let taken = 0;
    let most = 0;
    let first: Buffer | null = null;
    for (stream.read(0); !stream.readableEnded; await settled(20)) {
      const part = stream.read(Math.min(50_000, stream.readableLength || 1)) as Buffer | null;
      first ??= part;
      taken += part?.length ?? 0;
      most = Math.max(most, seen.slices * sliceBytes - taken);
    }
    const head = first!.indexOf('\n') + 1;
    expect(taken).toBe(head + slices * sliceBytes);
    expect(seen).toEqual({ slices, atOnce: 0, most: 1 });
    // A slice is read when less than the stream's own measure is left of the one before.
    expect(most).toBeGreaterThan(sliceBytes / 2);
    expect(most).toBeLessThanOrEqual(sliceBytes + streamBytes);
  });
});
