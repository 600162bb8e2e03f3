import type { Group } from '../group.ts';
import { counter, gauge } from '../metric.ts';

/** Which process does the scheduled work. */
export const createElection: Group = ({ registry }) => {
  const leader = gauge(
    registry,
    'leeway_leader',
    '1 while this process leads: it profiles, judges and acts. The sum over all processes of one database is 1, for seconds 0.',
    [],
  );
  const changes = counter(
    registry,
    'leeway_leader_changes_total',
    'How often this process began or ceased to lead.',
    [],
  );
  leader.set({}, 0);
  return {
    leadershipChanged: ({ leads }) => {
      leader.set({}, leads ? 1 : 0);
      changes.inc({});
    },
  };
};
