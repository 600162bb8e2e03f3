import type { AskToken } from './token.ts';
import { TokenFailure } from './token.ts';

export interface MskSettings {
  readonly region: string;
  readonly role?: string | undefined;
}

/** What is used of the package aws-msk-iam-sasl-signer-js. */
export interface MskSigner {
  generateAuthToken(options: { region: string }): Promise<MskToken>;
  generateAuthTokenFromRole(options: {
    region: string;
    awsRoleArn: string;
    awsRoleSessionName: string;
  }): Promise<MskToken>;
}

interface MskToken {
  readonly token: string;
  /** Epoch milliseconds. */
  readonly expiryTime: number;
}

const signerPackage = 'aws-msk-iam-sasl-signer-js';

/** The package is not among Leeway's own: it brings a part of the AWS SDK, which few need. */
const loadSigner = async (): Promise<MskSigner> => (await import(signerPackage)) as MskSigner;

/** A token signed by the AWS identity of this process (environment, profile, container or instance), or by a role. */
export function askMsk(settings: MskSettings, load: () => Promise<MskSigner> = loadSigner): AskToken {
  const { region, role } = settings;
  return async () => {
    const signer = await load().catch(() => {
      throw new TokenFailure(
        `sasl.mechanism aws-msk-iam needs a package that is not installed: npm install ${signerPackage}`,
      );
    });
    try {
      const { token, expiryTime } =
        role === undefined
          ? await signer.generateAuthToken({ region })
          : await signer.generateAuthTokenFromRole({
              region,
              awsRoleArn: role,
              awsRoleSessionName: 'leeway',
            });
      return { value: token, expiresAt: Number(expiryTime) };
    } catch (error) {
      const { name } = error as Error;
      throw new TokenFailure(`AWS credentials for ${role ?? 'this process'} cannot be had (${name})`);
    }
  };
}
