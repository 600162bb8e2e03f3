import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { parseSecret, sign } from '../../src/act/signature.ts';

interface Vector {
  readonly name: string;
  readonly secrets: readonly string[];
  readonly now: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly verdict: string;
}

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const { vectors } = JSON.parse(readFileSync(path('docs/webhook-vectors.json'), 'utf8')) as {
  vectors: readonly Vector[];
};
afterEach(() => void vi.useRealTimers());

const takes = ({ secrets, now, headers, body }: Vector): boolean => {
  vi.useFakeTimers({ now: now * 1000 });
  return secrets.some(secret => {
    try {
      // The library takes an empty body for none at all.
      new Webhook(secret).verify(body === '' ? Buffer.alloc(0) : body, { ...headers });
      return true;
    } catch (error) {
      return error instanceof SyntaxError;
    }
  });
};

describe('docs/webhook-vectors.json', () => {
  test.each(vectors)('$name: $verdict', vector => {
    const right = vector.secrets.map(secret =>
      sign(
        {
          id: vector.headers['webhook-id'] ?? '',
          timestamp: Number(vector.headers['webhook-timestamp']),
          body: vector.body,
        },
        [parseSecret(secret)],
      ),
    );
    const given = (vector.headers['webhook-signature'] ?? '').split(' ');
    const matches = right.some(one => given.includes(one));
    if (vector.verdict === 'valid') expect(matches).toBe(true);
    if (vector.verdict === 'no-match') expect(matches).toBe(false);
    expect(takes(vector)).toBe(vector.verdict === 'valid');
  });

  test('each verdict is there, and no two vectors are the same', () => {
    expect(new Set(vectors.map(({ verdict }) => verdict))).toEqual(
      new Set(['valid', 'too-old', 'too-new', 'no-match', 'missing-header', 'bad-timestamp']),
    );
    expect(new Set(vectors.map(({ name: _, ...rest }) => JSON.stringify(rest))).size).toBe(vectors.length);
  });

  const python = process.env['LEEWAY_PYTHON'] ?? 'python3';
  const hasPython = spawnSync(python, ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']).status === 0;
  test.skipIf(!hasPython)('the verification of examples/trainer says the same of each', () => {
    const script = `
import json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from standard_webhooks import SignatureError, key_of, verify
verdicts = []
for vector in json.load(open(sys.argv[2], encoding="utf-8"))["vectors"]:
    keys = [key_of(secret) for secret in vector["secrets"]]
    try:
        verify(keys, vector["headers"], vector["body"].encode(), vector["now"])
        verdicts.append("valid")
    except SignatureError as error:
        verdicts.append(error.reason)
print(json.dumps(verdicts))
`;
    const { stdout, stderr } = spawnSync(python, [
      '-c',
      script,
      path('examples/trainer'),
      path('docs/webhook-vectors.json'),
    ]);
    expect(stderr.toString()).toBe('');
    expect(JSON.parse(stdout.toString())).toEqual(vectors.map(({ verdict }) => verdict));
  });
});
