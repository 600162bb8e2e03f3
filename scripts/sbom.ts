/** `npm run sbom`: dist/sbom.cdx.json, what Leeway is made of, as CycloneDX; it is part of the package. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { missingFrom, nameSbom, onlyShipped, type Sbom } from './sbom-rules.ts';
import { lockedPackages, readLockFile } from './lock-file.ts';

const file = 'dist/sbom.cdx.json';
const { stdout, stderr, status } = spawnSync(
  'npm',
  ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'],
  { encoding: 'utf8', timeout: 60_000, maxBuffer: 67_108_864 },
);
if (status !== 0) throw new Error(`npm sbom failed:\n${stderr}`);
const { name } = JSON.parse(readFileSync('package.json', 'utf8')) as { name: string };
const packages = lockedPackages(readLockFile());
const sbom = onlyShipped(nameSbom(JSON.parse(stdout) as Sbom, name), packages);
const missing = missingFrom(sbom, packages);
if (missing.length > 0) throw new Error(`not in the SBOM: ${missing.join(', ')}`);
mkdirSync('dist', { recursive: true });
writeFileSync(file, `${JSON.stringify(sbom, null, 2)}\n`);
console.log(`${file}: ${sbom.components.length} components. Next: npm run audit`);
