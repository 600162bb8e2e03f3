/**
 * `npm run audit`: known vulnerabilities of what comes with Leeway. Fails from severity high on. A registry that does
 * not answer audits (many mirrors) is told of and is no failure, unless LEEWAY_REQUIRE_AUDIT=1.
 */
import { spawnSync } from 'node:child_process';
import { judgeAudit } from './audit-rules.ts';

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  timeout: 60_000,
  maxBuffer: 67_108_864,
});
const { outcome, lines } = judgeAudit(stdout ?? '');
for (const line of lines) console.log(line);
if (outcome === 'clean') console.log('No known vulnerability of severity high or above.');
if (outcome === 'unanswered')
  console.log('The registry does not answer audits: nothing was checked. LEEWAY_REQUIRE_AUDIT=1 makes this fail.');
const required = process.env['LEEWAY_REQUIRE_AUDIT'] === '1';
process.exitCode = outcome === 'vulnerable' || (outcome === 'unanswered' && required) ? 1 : 0;
