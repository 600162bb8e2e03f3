/** How much may be taken from a bucket. */
export interface Allowance {
  /** Filled by so many a second, ... */
  readonly perSecond: number;
  /** ... up to so many. */
  readonly burst: number;
}

/** Token buckets by name. */
export interface Buckets {
  /** Takes one; 0 when there was one, else the seconds until there is one again. */
  take(name: string, allowance: Allowance): number;
}

interface Bucket {
  level: number;
  at: number;
}

/** Most names that are remembered; the one not heard of for longest is forgotten, which is as good as full. */
const mostNames = 10_000;

/** Buckets that start full. `now` is in milliseconds. */
export function createBuckets(now: () => number): Buckets {
  const buckets = new Map<string, Bucket>();
  return {
    take: (name, { perSecond, burst }) => {
      const time = now();
      const bucket = buckets.get(name) ?? { level: burst, at: time };
      // A clock that was set back fills nothing.
      const filled = bucket.level + (Math.max(0, time - bucket.at) / 1000) * perSecond;
      bucket.level = Math.min(burst, filled);
      bucket.at = time;
      buckets.delete(name);
      buckets.set(name, bucket);
      if (buckets.size > mostNames) buckets.delete(buckets.keys().next().value!);
      if (bucket.level < 1) return (1 - bucket.level) / perSecond;
      bucket.level--;
      return 0;
    },
  };
}
