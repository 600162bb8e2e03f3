import type { NoiseStore, StoredNoise, StreamBaseline } from '../../src/detect/ports.ts';

/** Fitted noise in memory: the twin of store/noise.ts. */
export function createMemoryNoise(): NoiseStore {
  const fits = new Map<string, StoredNoise[]>();
  const keyOf = ({ model, environment, baseline }: StreamBaseline) =>
    JSON.stringify([model, environment, baseline]);
  return {
    read: async (of, version) =>
      (fits.get(keyOf(of)) ?? [])
        .filter(fit => fit.version <= version)
        .sort((a, b) => b.version - a.version)[0] ?? null,
    write: async (of, noise) => {
      const known = (fits.get(keyOf(of)) ?? []).filter(fit => fit.version !== noise.version);
      fits.set(keyOf(of), [...known, noise]);
    },
  };
}
