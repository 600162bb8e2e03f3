import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkConfig, problemText } from './load.ts';

const folder = new URL('../../examples/', import.meta.url);
const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const environment = {
  CLICKHOUSE_PASSWORD: 'one',
  KAFKA_PASSWORD: 'two',
  ALERT_SECRET: secret,
  RETRAIN_SECRET: secret,
  PAGERDUTY_KEY: '0123456789abcdef0123456789abcdef',
};

describe('examples', () => {
  const files = readdirSync(folder).filter(name => name.endsWith('.yaml'));

  it('show a service and a replay', () => expect(files).toEqual(['leeway.yaml', 'replay.yaml']));

  it.each(files)('%s is right', name => {
    const problems = checkConfig(readFileSync(new URL(name, folder), 'utf8'), environment);
    expect(problems.map(problem => problemText(problem, name))).toEqual([]);
  });

  it('the page of the keys shows one that is right', () => {
    const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
    const blocks = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text!);
    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks) expect(checkConfig(block, environment)).toEqual([]);
  });
});
