import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { createManualClock } from '../lib/clock.ts';
import { createRecordedEvents } from '../lib/events.ts';
import { createElection } from './election.ts';
import { allRoles, type Role } from './options.ts';

const clickhouse = { url: 'http://127.0.0.1:1' };
const events = createRecordedEvents();

function elected(overrides: Record<string, unknown>, roles: readonly Role[] = allRoles) {
  return createElection({
    config: loadConfig(null, overrides, {}),
    roles: Object.fromEntries(allRoles.map(role => [role, roles.includes(role)])) as Record<Role, boolean>,
    clock: createManualClock(0),
    random: () => 0.5,
    events,
  });
}

describe('the election of a process', () => {
  it('is won where none is configured, and told for the metric', async () => {
    const election = elected({});
    expect(election).toMatchObject({ term: 1, shared: false });
    await election.start();
    expect(events.seen).toEqual([
      {
        name: 'leadershipChanged',
        event: { leads: true, term: 1, detail: 'there is no other process' },
      },
    ]);
  });

  it('is held at the brokers of a source or at brokers of its own, and not won before it has begun', () => {
    const source = { name: 'events', type: 'kafka', brokers: ['a:9092'], topics: ['t'] };
    for (const keys of [{ source: 'events' }, { brokers: ['b:9092'] }]) {
      const election = elected({ clickhouse, sources: [source], election: keys });
      expect(election).toMatchObject({
        term: null,
        shared: true,
        sentence: 'has not joined the election yet',
      });
    }
  });

  it('is no concern of a process that only takes in', async () => {
    const before = events.seen.length;
    const election = elected({ clickhouse, election: { brokers: ['b:9092'] } }, ['ingest']);
    await election.start();
    expect(election).toMatchObject({ shared: true, term: null });
    await expect(election.prove()).rejects.toMatchObject({ code: 'LW_NOT_LEADER' });
    await election.stop();
    expect(events.seen).toHaveLength(before);
  });

  it.each([[['profile']], [['detect']], [['profile', 'detect']], [['ingest', 'detect', 'act']]] as const)(
    'takes all of the work or none: not %s',
    roles => {
      expect(() => elected({ clickhouse, election: { brokers: ['b:9092'] } }, roles)).toThrow(
        'the roles profile, detect and act go together',
      );
    },
  );
});
