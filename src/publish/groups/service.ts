import { errorCodes } from '../../lib/errors.ts';
import { type Group, other } from '../group.ts';
import { counter, gauge } from '../metric.ts';

/** Leeway's own troubles, by stable code. */
export const createService: Group = ({ registry }) => {
  const problems = counter(registry, 'leeway_problems_total', 'Problems by code (docs/errors.md).', ['code']);
  const build = gauge(registry, 'leeway_build_info', 'Always 1; the labels tell the Node.js version.', [
    'node',
  ]);
  build.set({ node: process.versions.node }, 1);
  for (const code of Object.keys(errorCodes)) problems.inc({ code }, 0);
  return {
    problemOccurred: ({ code }) => problems.inc({ code: Object.hasOwn(errorCodes, code) ? code : other }),
  };
};
