import { isIP } from 'node:net';
import type { TargetGuard, TargetVerdict } from '../target.ts';

/** Whether a host that is not called by HTTP (an SMTP server) may be connected to, by the same lists as addresses. */
export function judgeHost(guard: TargetGuard, host: string, port: number): TargetVerdict {
  const bare = isIP(host) === 6 ? `[${host}]` : host;
  const named = guard.judge(`https://${bare}:${port}/`);
  // What is listed by its port is trusted; which ports are odd for HTTP is nothing to a mail server.
  return 'trust' in named && named.trust === 'trusted' ? named : guard.judge(`https://${bare}/`);
}
