/**
 * A service that only takes in, in a process of its own, to be stopped, woken and measured. Argument: its configuration
 * as JSON. Writes its log as JSON to its standard error and its address to its standard output.
 */
import { startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';

const app = await startApp(loadConfig(null, JSON.parse(process.argv[2]!)), {
  roles: ['ingest'],
  logs: 'json',
});
const end = (code: number) => void app.stop().finally(() => process.exit(code));
process.once('SIGTERM', () => end(0));
// Last: whoever reads it may end this process at once.
console.log(`listens on ${app.url}`);
app.failed.catch((error: unknown) => {
  console.error(String(error));
  end(1);
});
