import type { AddressInfo } from 'node:net';
import type { HttpApp } from '../http/route.ts';
import { LeewayError } from '../lib/errors.ts';

/** Opens a listener and returns its port; it is closed again when that fails. @throws LeewayError LW_LISTEN_FAILED */
export async function listenOn(
  app: HttpApp,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw new LeewayError(
      'LW_LISTEN_FAILED',
      `Cannot listen on ${host}:${port}: ${listenProblem(error)}.`,
      error,
    );
  }
  return (app.server.address() as AddressInfo).port;
}

function listenProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return 'another program listens there';
  if (code === 'EADDRNOTAVAIL') return 'this machine has no such address';
  if (code === 'EACCES') return 'this user may not listen on that port';
  return message;
}

/** An address at which this machine reaches a listener: one on every address is reached on loopback. */
export function urlOf(scheme: 'http' | 'https', host: string, port: number): string {
  const named = host === '0.0.0.0' ? '127.0.0.1' : /^\[?::\]?$/.test(host) ? '::1' : host;
  const text = named.includes(':') && !named.startsWith('[') ? `[${named}]` : named;
  return `${scheme}://${text}:${port}`;
}
