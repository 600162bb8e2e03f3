import type { TLSSocket } from 'node:tls';
import { buildConnector } from 'undici';
import { otherCertificate } from './pinned-code.ts';

/**
 * Connects to whoever shows one certificate and to nobody else: names, dates and authorities do not matter, since that
 * very certificate was told of by another way. Nothing is sent before it was seen.
 */
export function pinnedConnector(fingerprint: () => string | null): buildConnector.connector {
  // A resumed session would show no certificate.
  const connect = buildConnector({ rejectUnauthorized: false, maxCachedSessions: 0 });
  return (options, callback) =>
    connect(options, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      const shown = (socket as Partial<TLSSocket>).getPeerCertificate?.().fingerprint256;
      if (shown !== undefined && shown === fingerprint()) return callback(null, socket);
      socket.destroy();
      callback(Object.assign(new Error('another certificate'), { code: otherCertificate }), null);
    });
}
