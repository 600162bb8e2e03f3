import type { LockedPackage } from './lock-file.ts';

/** Licences under which a package may come with Leeway (SPDX): permissive ones, without a duty to publish. */
const allowed: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BSL-1.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
]);

/** Packages of which the lock file knows no licence, with what it is and how that is known. */
const known: Readonly<Record<string, string>> = {
  // Builds of the engine for other platforms, which are never installed here: from the repository of lib-linux-x64-gnu.
  '@chdb/lib-darwin-arm64': 'Apache-2.0',
  '@chdb/lib-darwin-x64': 'Apache-2.0',
  '@chdb/lib-linux-arm64-gnu': 'Apache-2.0',
};

/** The licence of a package; '' when it is not known. */
export function licenceOf({ name, license }: Pick<LockedPackage, 'name' | 'license'>): string {
  return license === '' ? (known[name] ?? '') : license;
}

/** Whether an SPDX expression lets the package be used: all parts of AND, one part of OR. */
export function isAllowed(expression: string): boolean {
  const text = expression.trim().replace(/^\((.*)\)$/s, '$1');
  if (text === '') return false;
  // Brackets within brackets are not read: they are looked at by a person.
  if (/[()]/.test(text)) return allowed.has(text);
  return text.split(/ OR /).some(part => part.split(/ AND /).every(one => allowed.has(one.trim())));
}

/** What is wrong with the licences of these packages, a sentence each. */
export function licenceProblems(packages: readonly LockedPackage[]): string[] {
  return packages.flatMap(one => {
    const licence = licenceOf(one);
    if (isAllowed(licence)) return [];
    const what = licence === '' ? 'has no known licence' : `is under ${licence}, which is not on the list`;
    return [`${one.name} ${one.version} ${what}`];
  });
}

/** How many packages are under each licence, commonest first. */
export function licenceCounts(packages: readonly LockedPackage[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const one of packages) counts.set(licenceOf(one), (counts.get(licenceOf(one)) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}
