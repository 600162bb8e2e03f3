import { LeewayError } from '../lib/errors.ts';

/** Whether an address can be reached from this machine alone: 127.0.0.0/8, ::1, localhost. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (bare === 'localhost' || bare === '::1') return true;
  return /^127(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/.test(bare);
}

/** Refuses to listen where others could reach an interface without keys. @throws LeewayError LW_LISTEN_REFUSED */
export function refusePublicHost(host: string): void {
  if (!isLoopback(host)) {
    throw new LeewayError(
      'LW_LISTEN_REFUSED',
      `${host} is not a loopback address, and Leeway has no API keys yet.`,
    );
  }
}
