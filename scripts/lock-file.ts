import { readFileSync } from 'node:fs';

/** A package of package-lock.json. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression; '' where the lock file knows none. */
  readonly license: string;
  readonly integrity: boolean;
  /** Comes with the service, rather than with its tests and tools. */
  readonly shipped: boolean;
}

interface Entry {
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly link?: boolean;
}

/** Every package that the lock file installs, by name and version. */
export function lockedPackages(text: string): readonly LockedPackage[] {
  const { packages } = JSON.parse(text) as { packages: Record<string, Entry> };
  return Object.entries(packages)
    .filter(([path, entry]) => path !== '' && entry.link !== true)
    .map(([path, entry]) => ({
      name: path.replace(/^.*node_modules\//, ''),
      version: entry.version ?? '',
      license: entry.license ?? '',
      integrity: entry.integrity !== undefined,
      shipped: entry.dev !== true,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1));
}

/** The lock file of this folder. */
export function readLockFile(): string {
  return readFileSync('package-lock.json', 'utf8');
}
