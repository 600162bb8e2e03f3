import type { LockedPackage } from './lock-file.ts';

/** A CycloneDX document as far as it is looked at here. */
export interface Sbom {
  readonly bomFormat: string;
  readonly metadata: { readonly component: { readonly name: string } };
  readonly components: readonly Component[];
  readonly dependencies?: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

interface Component {
  readonly name: string;
  readonly version: string;
  readonly 'bom-ref'?: string;
}

/** Without what serves tests and tools alone, by the lock file. (npm's own `--omit dev` leaves out more than that.) */
export function onlyShipped(sbom: Sbom, packages: readonly LockedPackage[]): Sbom {
  const shipped = new Set(packages.filter(one => one.shipped).map(one => `${one.name}@${one.version}`));
  const isTool = ({ name, version }: Component) => !shipped.has(`${name}@${version}`);
  const tools = new Set(sbom.components.filter(isTool).map(one => one['bom-ref']));
  return {
    ...sbom,
    components: sbom.components.filter(one => !isTool(one)),
    dependencies: (sbom.dependencies ?? [])
      .filter(({ ref }) => !tools.has(ref))
      .map(one => ({ ...one, dependsOn: (one.dependsOn ?? []).filter(ref => !tools.has(ref)) })),
  };
}

/** npm names the whole after the folder it lies in. */
export function nameSbom(sbom: Sbom, name: string): Sbom {
  return {
    ...sbom,
    metadata: { ...sbom.metadata, component: { ...sbom.metadata.component, name } },
  };
}

/** Packages that come with Leeway and are not in the document. */
export function missingFrom(sbom: Sbom, packages: readonly LockedPackage[]): string[] {
  const listed = new Set(sbom.components.map(({ name, version }) => `${name}@${version}`));
  return packages
    .filter(one => one.shipped)
    .map(({ name, version }) => `${name}@${version}`)
    .filter(one => !listed.has(one));
}
