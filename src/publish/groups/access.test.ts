import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { createLog } from '../log.ts';
import { createPublisher } from '../publisher.ts';

const event = { method: 'POST', route: '/v1/labels', address: '10.0.0.9', key: 'abcdefghij', name: 'ci' };

it('counts refusals by code and what admins did, and logs who it was; floods only at debug', async () => {
  const registry = new Registry();
  const lines: [string, object][] = [];
  const write = (level: string) => (fields: object) => void lines.push([level, fields]);
  const logger = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  expect(createLog(logger).accessUsed).toBeDefined();
  const publisher = createPublisher({ registry, logger, processMetrics: false } as never);
  for (const code of ['LW_UNAUTHENTICATED', 'LW_RATE_LIMITED', 'LW_RATE_LIMITED', 'LW_OTHER'])
    publisher.accessRefused({ ...event, code });
  publisher.accessUsed(event);
  const text = await publisher.metrics();
  expect(text).toContain('leeway_access_refused_total{code="LW_UNAUTHENTICATED"} 1');
  expect(text).toContain('leeway_access_refused_total{code="LW_FORBIDDEN"} 0');
  expect(text).toContain('leeway_access_refused_total{code="LW_RATE_LIMITED"} 2');
  expect(text).toContain('leeway_access_refused_total{code="other"} 1');
  expect(text).toContain('leeway_access_admin_total 1');
  expect(lines.map(([level]) => level)).toEqual(['warn', 'debug', 'debug', 'warn', 'info']);
  expect(lines.at(-1)![1]).toEqual(event);
});
