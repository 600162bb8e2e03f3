import { unknownFields } from '../act/targets/order-message.ts';
import { type Called, signingSecretFindings } from './channel-rules.ts';
import type { Path } from './node.ts';
import type { Config } from './schema.ts';
import type { Finding } from './validate.ts';

type Targets = NonNullable<Config['retraining']>['targets'];
type TargetConfig = Targets[string];

const root: Path = ['retraining', 'targets'];

/** Every address of the targets. */
export function targetUrls(targets: Targets): Called[] {
  return Object.entries(targets).map(([name, { url }]) => ({ url, path: [...root, name, 'url'] }));
}

/** What the parts of a target say against each other. */
export function eachTargetFindings(targets: Targets): Finding[] {
  return Object.entries(targets).flatMap(([name, target]) => {
    const path = [...root, name];
    return [
      ...nameFindings(name, path),
      ...(target.type === 'webhook' ? signingSecretFindings(target.secrets, [...path, 'secrets']) : []),
      ...urlFindings(target, path),
      ...loginFindings(target, path),
      ...templateFindings(target, path),
    ];
  });
}

function nameFindings(name: string, path: Path): Finding[] {
  if (/^[a-z][a-z0-9_-]{0,63}$/.test(name)) return [];
  const message = 'must be a small letter, then up to 63 small letters, digits, _ or -';
  return [{ path, rule: 'target-name', message, atKey: true }];
}

/** Paths are added to the address, so it cannot end in a question. */
function urlFindings(target: TargetConfig, path: Path): Finding[] {
  if (target.type === 'webhook' || !/[?#]/.test(target.url)) return [];
  return [{ path: [...path, 'url'], rule: 'target-url', message: 'must have neither ? nor #' }];
}

function loginFindings(target: TargetConfig, path: Path): Finding[] {
  if (target.type !== 'airflow') return [];
  const { username, password, token } = target;
  const tell = (message: string) => [{ path, rule: 'target-login', message }];
  if (token !== undefined && (username !== undefined || password !== undefined))
    return tell('must have either a token, or a username and a password');
  return token === undefined && (username === undefined || password === undefined)
    ? tell('must have a username and a password, or a token')
    : [];
}

/** How many entries a target takes. */
const most = { inputs: { 'github-workflow': 25, gitlab: 20 } } as const;

function templateFindings(target: TargetConfig, path: Path): Finding[] {
  return (['inputs', 'variables', 'parameters'] as const).flatMap(part => {
    const mapping = (target as Partial<Record<typeof part, Readonly<Record<string, string>>>>)[part] ?? {};
    const limit = part === 'inputs' ? most.inputs[target.type as keyof typeof most.inputs] : undefined;
    const many: Finding[] =
      limit !== undefined && Object.keys(mapping).length > limit
        ? [{ path: [...path, part], rule: 'target-inputs', message: `must hold at most ${limit} entries` }]
        : [];
    return [
      ...many,
      ...Object.entries(mapping).flatMap(([name, text]) => fieldFindings(text, [...path, part, name])),
    ];
  });
}

function fieldFindings(text: string, path: Path): Finding[] {
  return unknownFields(text).map(field => ({
    path,
    rule: 'target-field',
    message: `has {${field}}, which is no field of an order; docs/integrations.md lists them`,
  }));
}
