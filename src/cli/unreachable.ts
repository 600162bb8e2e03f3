import { LeewayError } from '../lib/errors.ts';
import { otherCertificate } from '../lib/pinned-code.ts';
import { printable } from './terminal.ts';

/** Why an address could not be spoken with, and what to do when starting a service is not it. */
interface Why {
  readonly says: string;
  readonly advice?: string;
}

const trust =
  'Name its certificate, or the authority that issued it, to the command line: NODE_EXTRA_CA_CERTS=FILE.pem leeway ...';

const unknownIssuer: Why = {
  says: 'its certificate was issued by an authority that this machine does not know',
  advice: trust,
};
const selfSigned: Why = { says: 'its certificate is self-signed, so it is not trusted', advice: trust };
const noName: Why = { says: 'the name cannot be resolved', advice: 'Check the address and the DNS.' };
const late: Why = {
  says: 'no answer came in time',
  advice: 'Check the address, the network and the firewalls between, and the log of the service.',
};
const noWay: Why = { says: 'there is no way to it', advice: 'Check the address and the network.' };
const ended: Why = {
  says: 'it ended the connection before it answered',
  advice:
    'Check http:// against https://. A service with listen.tls.clientCa asks for a certificate of the caller, which this command line has not.',
};

const byCode: Readonly<Record<string, Why>> = {
  ECONNREFUSED: { says: 'the connection was refused, no program listens there' },
  ENOTFOUND: noName,
  EAI_AGAIN: noName,
  ETIMEDOUT: late,
  UND_ERR_CONNECT_TIMEOUT: late,
  UND_ERR_HEADERS_TIMEOUT: late,
  UND_ERR_BODY_TIMEOUT: late,
  EHOSTUNREACH: noWay,
  ENETUNREACH: noWay,
  ECONNRESET: ended,
  EPIPE: ended,
  UND_ERR_SOCKET: ended,
  DEPTH_ZERO_SELF_SIGNED_CERT: selfSigned,
  SELF_SIGNED_CERT_IN_CHAIN: {
    ...selfSigned,
    says: 'its chain ends in a self-signed certificate, so it is not trusted',
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownIssuer,
  CERT_HAS_EXPIRED: {
    says: 'its certificate has expired',
    advice: 'Renew the certificate of the service; it takes a new file over by itself.',
  },
  CERT_NOT_YET_VALID: {
    says: 'its certificate is not valid yet',
    advice: 'Compare the clock of this machine with that of the service.',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    says: 'its certificate is for other names',
    advice: 'Write --url with a name that the certificate has, or have one made with this name.',
  },
  ERR_SSL_WRONG_VERSION_NUMBER: {
    says: 'it does not speak TLS',
    advice: 'Write the address with http:// if that is meant.',
  },
  ERR_SSL_PACKET_LENGTH_TOO_LONG: {
    says: 'it does not speak TLS',
    advice: 'Write the address with http:// if that is meant.',
  },
  [otherCertificate]: {
    says: 'it shows another certificate than the service has written into leeway.json, so nothing was sent',
    advice: 'Another program may listen there: stop it, or start the service again.',
  },
};

/** Nothing useful came from an address: what went wrong, and what to do. */
export function unreachable(url: string, error: unknown): LeewayError {
  const { origin } = new URL(url);
  const why = whyOf(error);
  if (why === null) return new LeewayError('LW_SERVICE_UNREACHABLE', `Nothing answers at ${origin}.`, error);
  const message = `${origin} cannot be reached: ${why.says}.`;
  return new LeewayError('LW_SERVICE_UNREACHABLE', message, error, why.advice);
}

function whyOf(error: unknown): Why | null {
  // fetch says "fetch failed" and hides the reason in the cause.
  const { cause = error } = error as { cause?: unknown };
  const { code, message, reason } = cause as { code?: unknown; message?: unknown; reason?: unknown };
  const known = typeof code === 'string' && Object.hasOwn(byCode, code) ? byCode[code]! : null;
  if (known !== null)
    return typeof reason === 'string' ? { ...known, says: `${known.says} (${printable(reason)})` } : known;
  if (message === 'unexpected redirect')
    return {
      says: 'it sends on to another address, and an API key is not passed on',
      advice: 'Give --url the address that it sends on to.',
    };
  if (typeof code === 'string' && /^ERR_SSL_.*CERTIFICATE_REQUIRED|^ERR_SSL_.*HANDSHAKE_FAILURE/.test(code))
    return ended;
  if (typeof code === 'string' && code.startsWith('HPE_'))
    return {
      says: 'what it sends is not HTTP',
      advice: 'Check the address; write https:// if it speaks TLS.',
    };
  return cause === error || typeof message !== 'string' ? null : { says: printable(message) };
}
