/** `npm run licences [-- --list]`: licences of what comes with Leeway; exits with 1 for one that is not on the list. */
import { licenceCounts, licenceOf, licenceProblems } from './licence-rules.ts';
import { lockedPackages, readLockFile } from './lock-file.ts';

const shipped = lockedPackages(readLockFile()).filter(one => one.shipped);
if (process.argv.includes('--list'))
  for (const one of shipped) console.log(`${one.name} ${one.version}: ${licenceOf(one)}`);
for (const [licence, count] of licenceCounts(shipped)) console.log(`${String(count).padStart(5)}  ${licence}`);
const problems = licenceProblems(shipped);
for (const problem of problems) console.error(problem);
if (problems.length > 0) {
  console.error('Replace the package, or add its licence to scripts/licence-rules.ts with a reason.');
  process.exitCode = 1;
} else console.log(`${shipped.length} packages, every licence is on the list. Next: npm run sbom`);
