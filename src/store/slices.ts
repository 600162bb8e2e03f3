/** A run of buckets and a range of keys that is read in one statement. Buckets are epoch seconds, both ends inclusive. */
export interface Slice {
  readonly from: number;
  readonly to: number;
  /** First and last key, upper-case hex; a bucket too large for one statement is read in ranges of its keys. */
  readonly low: string;
  readonly high: string;
}

export interface BucketCount {
  readonly bucket: number;
  readonly rows: number;
}

const firstKey = '0'.repeat(32);
const lastKey = 'F'.repeat(32);

/**
 * Joins buckets up to `mostRows`, and cuts those that hold more. Keys are hashes, so equal ranges of them hold about as
 * many rows each, and every copy of a row lies in the same slice.
 */
export function planSlices(buckets: readonly BucketCount[], mostRows: number): Slice[] {
  const slices: Slice[] = [];
  // Rows of the last slice while another bucket may join it.
  let held = Number.POSITIVE_INFINITY;
  for (const { bucket, rows } of buckets) {
    const last = slices.at(-1);
    if (rows > mostRows) {
      slices.push(...keyRanges(bucket, Math.ceil(rows / mostRows)));
      held = Number.POSITIVE_INFINITY;
    } else if (last !== undefined && held + rows <= mostRows) {
      slices[slices.length - 1] = { ...last, to: bucket };
      held += rows;
    } else {
      slices.push({ from: bucket, to: bucket, low: firstKey, high: lastKey });
      held = rows;
    }
  }
  return slices;
}

function keyRanges(bucket: number, count: number): Slice[] {
  const edge = (i: number) => Math.floor((i * 2 ** 32) / count);
  const hex = (value: number) => value.toString(16).toUpperCase().padStart(8, '0');
  return Array.from({ length: count }, (_, i) => ({
    from: bucket,
    to: bucket,
    low: hex(edge(i)) + '0'.repeat(24),
    high: hex(edge(i + 1) - 1) + 'F'.repeat(24),
  }));
}
