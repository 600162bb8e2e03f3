import { pause, startReader } from './harness.ts';

/**
 * A member in a process of its own, to be stopped and killed: `member.ts BROKER GROUP TOPIC MILLISECONDS`. Takes so long
 * to store a batch, and writes a line for each thing that happens.
 */
const [broker, group, topic, milliseconds] = process.argv.slice(2) as [string, string, string, string];
const reader = await startReader({
  brokers: [broker],
  group,
  topics: [topic],
  store: async batch => {
    console.log(`handed ${batch.lastPosition}`);
    await pause(Number(milliseconds));
    console.log(`stored ${batch.lastPosition}`);
  },
});
let told = 0;
setInterval(() => {
  for (; told < reader.events.seen.length; told++) {
    const { name, event } = reader.events.seen[told]!;
    if (name === 'offsetCommitted') console.log(`committed ${(event as { offset: string }).offset}`);
    if (name === 'partitionLost') console.log('lost');
  }
}, 50);
