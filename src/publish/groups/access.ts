import { type Group, other } from '../group.ts';
import { counter } from '../metric.ts';

const codes = ['LW_UNAUTHENTICATED', 'LW_FORBIDDEN', 'LW_RATE_LIMITED'];

/** Requests that were refused for who sent them, and what admins changed. */
export const createAccessGroup: Group = ({ registry }) => {
  const refused = counter(
    registry,
    'leeway_access_refused_total',
    'Requests refused for a missing or wrong key, a role, or a rate, by code (docs/errors.md).',
    ['code'],
  );
  const used = counter(
    registry,
    'leeway_access_admin_total',
    'Requests with the role admin on routes that need it; the log names key and route.',
  );
  for (const code of codes) refused.inc({ code }, 0);
  return {
    accessRefused: ({ code }) => refused.inc({ code: codes.includes(code) ? code : other }),
    accessUsed: () => used.inc(),
  };
};
