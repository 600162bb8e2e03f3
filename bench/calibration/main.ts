/**
 * `npm run calibrate`: simulates whether the statistics keep their promises and prints the tables.
 * Results are kept by table, so that one can be run again without the others; `--write` puts the kept ones together.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measure } from '../cpu.ts';
import { calibrations } from './index.ts';
import { keepResult, markdownOf, writePage } from './page.ts';

const here = dirname(fileURLToPath(import.meta.url));
const usage = `npm run calibrate -- [--scale 1] [--only ${calibrations.map(({ name }) => name).join(',')}] [--write | --dry]

  --scale   share of the repeats that the figures are stated for; 0.01 is what tests run
  --only    some of the tables
  --write   put all kept results into bench/calibration.md
  --dry     keep no results

Ends with exit code 1 when a table breaks a promise beyond doubt.`;

const { values: options } = parseArgs({
  options: {
    scale: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
    dry: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) console.log(usage);
else await run();

async function run(): Promise<void> {
  const scale = Number(options.scale);
  if (!(scale > 0)) throw new Error('--scale must be a positive number');
  const names = options.only === '' ? calibrations.map(({ name }) => name) : options.only.split(',');
  for (const name of names) {
    const calibration = calibrations.find(one => one.name === name);
    if (calibration === undefined) throw new Error(`no table is called "${name}"\n${usage}`);
    const { value: table, cpuSeconds } = await measure(() =>
      calibration.run(scale, line => process.stderr.write(`${line}\n`)),
    );
    console.log(markdownOf({ table, cpuSeconds }));
    const broken = calibration.assert(table);
    for (const line of broken) console.log(`BEYOND DOUBT: ${line}`);
    if (broken.length > 0) process.exitCode = 1;
    if (!options.dry) keepResult(join(here, 'results'), { table, cpuSeconds });
  }
  if (options.write) writePage(join(here, '../calibration.md'), join(here, 'results'), calibrations);
}
