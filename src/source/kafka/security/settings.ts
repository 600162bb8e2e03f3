import type { Clock } from '../../../lib/clock.ts';
import type { KafkaSecurity } from '../options.ts';
import { oauthBearer } from './oauth-bearer.ts';
import { readTls, type TlsSettings } from './tls.ts';
import { type AskToken, keepToken } from './token.ts';
import { askCommand } from './token-command.ts';
import { askEndpoint, type EndpointSettings } from './token-endpoint.ts';
import { askMsk, type MskSettings } from './token-msk.ts';

export type SaslSettings =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      readonly username: string;
      readonly password: string;
    }
  | {
      readonly mechanism: 'oauthbearer';
      readonly token: { readonly command: readonly string[] } | EndpointSettings;
      readonly extensions: Readonly<Record<string, string>>;
    }
  | ({ readonly mechanism: 'aws-msk-iam' } & MskSettings);

export interface SecuritySettings {
  readonly source: string;
  /** Null: no TLS. */
  readonly tls: TlsSettings | null;
  /** Null: no authentication. */
  readonly sasl: SaslSettings | null;
}

export interface SecurityDeps {
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * What kafkajs is told about TLS and authentication, and what the operator should be told about it.
 * @throws LeewayError when a file of TLS cannot be used
 */
export function createSecurity(
  { source, tls, sasl }: SecuritySettings,
  deps: SecurityDeps,
): { readonly security: KafkaSecurity; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  if (tls?.insecure === true)
    warnings.push(
      'tls.insecure is set: the brokers are not verified, anybody in between may read and change all',
    );
  if (tls === null && (sasl?.mechanism === 'plain' || sasl?.mechanism === 'oauthbearer'))
    warnings.push(
      `sasl.mechanism ${sasl.mechanism} without tls: ${sasl.mechanism === 'plain' ? 'the password' : 'the token'} crosses the network in the clear`,
    );
  const security = {
    ...(tls !== null && { ssl: readTls(source, tls) }),
    ...(sasl !== null && { sasl: saslOf(sasl, deps) }),
  } as KafkaSecurity;
  return { security, warnings };
}

function saslOf(sasl: SaslSettings, deps: SecurityDeps): NonNullable<KafkaSecurity['sasl']> {
  if (sasl.mechanism === 'oauthbearer')
    return bearer(
      'command' in sasl.token
        ? askCommand({ command: sasl.token.command, clock: deps.clock })
        : askEndpoint({ settings: sasl.token, ...deps }),
      sasl.extensions,
      deps,
    );
  if (sasl.mechanism === 'aws-msk-iam') return bearer(askMsk(sasl), {}, deps);
  return sasl as NonNullable<KafkaSecurity['sasl']>;
}

function bearer(ask: AskToken, extensions: Readonly<Record<string, string>>, { clock }: SecurityDeps) {
  return oauthBearer({ keeper: keepToken(ask, clock), extensions });
}
