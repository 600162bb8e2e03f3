import kafkajs, { type AuthenticationProviderArgs, type Mechanism } from 'kafkajs';
import type { TokenKeeper } from './token.ts';

export interface BearerDeps {
  readonly keeper: TokenKeeper;
  /** Sent along with the token. */
  readonly extensions: Readonly<Record<string, string>>;
}

/** Its declaration leaves the message out. */
const AuthenticationError = kafkajs.KafkaJSSASLAuthenticationError as unknown as new (
  message: string,
) => Error;

/**
 * SASL OAUTHBEARER for kafkajs. Its own takes no notice of a broker that refuses the token: it goes on as if it were in,
 * and all there is to see is a closed connection. This one reads the answer.
 */
export function oauthBearer(deps: BearerDeps): Mechanism {
  return {
    mechanism: 'oauthbearer',
    authenticationProvider: args => ({ authenticate: () => authenticate(deps, args) }),
  };
}

async function authenticate({ keeper, extensions }: BearerDeps, args: AuthenticationProviderArgs) {
  const { host, port, logger, saslAuthenticate } = args;
  try {
    const token = await keeper.token();
    const refusal = await saslAuthenticate<string>({
      request: { encode: () => prefixed(firstMessage(token, extensions)) },
      response: { decode: bodyOf, parse: body => body.toString('utf8') },
    });
    if (typeof refusal === 'string' && refusal !== '')
      throw new Error(`the broker refused the token (${statusOf(refusal)})`);
  } catch (error) {
    keeper.refused();
    const message = `SASL OAUTHBEARER authentication failed: ${(error as Error).message}`;
    logger.error(message, { broker: `${host}:${port}` });
    throw new AuthenticationError(message);
  }
}

/** RFC 7628, 3.1. */
function firstMessage(token: string, extensions: Readonly<Record<string, string>>): string {
  const more = Object.entries(extensions).map(([name, value]) => `${name}=${value}\u0001`);
  return `n,,\u0001auth=Bearer ${token}\u0001${more.join('')}\u0001`;
}

/** kafkajs wants bytes behind their length, as Kafka's protocol has them. */
function prefixed(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function bodyOf(raw: Buffer): Buffer {
  const length = raw.length < 4 ? 0 : raw.readInt32BE(0);
  return raw.subarray(4, 4 + Math.max(0, length));
}

/** The broker answers a token it refuses with JSON; of that, the status alone. */
function statusOf(refusal: string): string {
  try {
    const { status } = JSON.parse(refusal) as { status?: unknown };
    return typeof status === 'string' ? status.slice(0, 80) : 'no reason given';
  } catch {
    return 'no reason given';
  }
}
