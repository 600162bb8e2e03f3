/** `scenario.js NAME OPTIONS-AS-JSON`: runs one scenario in this process and prints its report as the last line. */

import { backtest } from './backtest.ts';
import type { Report } from './figure.ts';
import { finding } from './finding.ts';
import { ingest } from './ingest.ts';
import { consuming, produce } from './kafka.ts';
import { profiling } from './profiling.ts';

const empty: Report = { figures: [], breakdowns: [], notes: [] };
const scenarios: Readonly<Record<string, (options: never) => Promise<Report>>> = {
  backtest,
  ingest,
  kafka: consuming,
  profiling,
  finding,
  produce: async options => {
    await produce(options);
    return empty;
  },
};

const [name = '', options = '{}'] = process.argv.slice(2);
const scenario = scenarios[name];
if (scenario === undefined) throw new Error(`no scenario ${name}: ${Object.keys(scenarios).join(', ')}`);
const report = await scenario(JSON.parse(options) as never);
process.stdout.write(`\n${JSON.stringify(report)}\n`, () => process.exit(0));
