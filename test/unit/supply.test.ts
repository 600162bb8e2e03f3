import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judgeAudit } from '../../scripts/audit-rules.ts';
import { isAllowed, licenceProblems } from '../../scripts/licence-rules.ts';
import { lockedPackages } from '../../scripts/lock-file.ts';
import { missingFrom, nameSbom, onlyShipped } from '../../scripts/sbom-rules.ts';

const root = join(import.meta.dirname, '../..');
const packages = lockedPackages(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const one = { name: 'x', version: '1.0.0', license: 'MIT', integrity: true, shipped: true };

describe('licences', () => {
  it('of everything that comes with Leeway are on the list', () => {
    const shipped = packages.filter(p => p.shipped);
    expect(shipped.length).toBeGreaterThan(100);
    expect(licenceProblems(shipped)).toEqual([]);
  });

  it.each([
    ['MIT', true],
    ['Apache-2.0 AND BSL-1.0', true],
    ['(MIT OR GPL-3.0)', true],
    ['MIT AND GPL-3.0', false],
    ['GPL-3.0-only', false],
    ['SEE LICENSE IN LICENSE', false],
    ['(MIT AND (BSD OR GPL))', false],
    ['', false],
  ])('%s may be used: %s', (expression, may) => expect(isAllowed(expression)).toBe(may));

  it('that are unknown or not on the list are told by name', () => {
    const wrong = [one, { ...one, name: 'y', license: '' }, { ...one, name: 'z', license: 'AGPL-3.0-only' }];
    expect(licenceProblems(wrong)).toEqual([
      'y 1.0.0 has no known licence',
      'z 1.0.0 is under AGPL-3.0-only, which is not on the list',
    ]);
  });
});

describe('packages', () => {
  it('are pinned: exact versions asked for, a hash of each that is installed', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
      'dependencies' | 'devDependencies',
      Record<string, string>
    >;
    for (const version of Object.values({ ...manifest.dependencies, ...manifest.devDependencies }))
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    // Builds of the engine for other platforms are not installed here, so npm has noted no hash of them.
    const unhashed = packages.filter(p => p.shipped && !p.integrity).map(p => p.name);
    expect(unhashed.filter(name => !name.startsWith('@chdb/lib-'))).toEqual([]);
  });
});

describe('the audit', () => {
  const report = (severity: string) =>
    JSON.stringify({
      vulnerabilities: {
        x: { name: 'x', severity, range: '<2', via: [{ title: 'T', url: 'https://u' }, 'y'] },
      },
    });
  it.each([
    ['nothing', '{"vulnerabilities":{}}', 'clean', []],
    ['a moderate one', report('moderate'), 'clean', ['moderate: x <2 (T https://u; y)']],
    ['a high one', report('high'), 'vulnerable', ['high: x <2 (T https://u; y)']],
    ['a critical one', report('critical'), 'vulnerable', ['critical: x <2 (T https://u; y)']],
    [
      'a registry without audits',
      '{"message":"405 Method Not Allowed"}',
      'unanswered',
      ['405 Method Not Allowed'],
    ],
    [
      'an error',
      '{"error":{"summary":"audit endpoint returned an error"}}',
      'unanswered',
      ['audit endpoint returned an error'],
    ],
    ['no JSON', '', 'unanswered', ['npm audit gave no answer']],
  ])('reads %s', (_name, text, outcome, lines) => expect(judgeAudit(text)).toEqual({ outcome, lines }));
});

it('the SBOM bears the name of the package and misses nothing that comes with it', () => {
  const sbom = {
    bomFormat: 'CycloneDX',
    metadata: { component: { name: 'folder' } },
    components: [{ name: 'x', version: '1.0.0' }],
  };
  expect(nameSbom(sbom, 'leeway').metadata.component.name).toBe('leeway');
  const withTool = {
    ...sbom,
    components: [...sbom.components, { name: 'tool', version: '1.0.0', 'bom-ref': 't' }],
    dependencies: [{ ref: 'x', dependsOn: ['t'] }, { ref: 't' }],
  };
  const locked = [one, { ...one, name: 'tool', shipped: false }];
  expect(onlyShipped(withTool, locked)).toEqual({ ...sbom, dependencies: [{ ref: 'x', dependsOn: [] }] });
  const others = [one, { ...one, version: '2.0.0' }, { ...one, name: 'tool', shipped: false }];
  expect(missingFrom(sbom, others)).toEqual(['x@2.0.0']);
});
