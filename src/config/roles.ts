/** Parts of the work a process may take: reading sources, profiling, judging, alerting and ordering. */
export const roles = ['ingest', 'profile', 'detect', 'act'] as const;
export type Role = (typeof roles)[number];
