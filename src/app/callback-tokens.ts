import { randomBytes } from 'node:crypto';
import { judgeToken, type TokenVerdict, tokenContent, withToken } from '../act/callback-token.ts';
import type { Clock } from '../lib/clock.ts';
import type { TokenSecrets } from '../store/token-secrets.ts';

/** A token that fits nothing is looked up anew at most so often: another process may have begun to make them. */
const forgetAfter = 10_000;

/** Tokens with which receivers report on a single order. */
export interface CallbackTokens {
  /** What stands in the order as it is stored: no token yet. `life` in milliseconds, on the wall clock. */
  draft(order: string, life: number): Promise<string>;
  /** The body of an order as it is sent, token and all: the same bytes on every attempt. */
  complete(body: string): Promise<string>;
  judge(order: string, token: string): Promise<TokenVerdict>;
}

/**
 * The secret is made once and kept in the store, so that every process that serves it takes the tokens of every other.
 * Where two have come up together and made one each, both count.
 */
export function createCallbackTokens(deps: {
  readonly secrets: TokenSecrets;
  readonly clock: Pick<Clock, 'now'>;
}): CallbackTokens {
  let known: readonly string[] = [];
  let read = Number.NEGATIVE_INFINITY;
  const load = async () => {
    known = await deps.secrets.all();
    read = deps.clock.now();
    return known;
  };
  const made = async () => {
    if (known.length > 0 || (await load()).length > 0) return known[0]!;
    await deps.secrets.add(randomBytes(32).toString('base64url'));
    return (await load())[0]!;
  };
  return {
    draft: async (order, life) => tokenContent({ order, expires: (deps.clock.now() + life) / 1000 }),
    complete: async body => withToken(body, await made()),
    judge: async (order, token) => {
      const now = deps.clock.now();
      const verdict = judgeToken(token, { order, now }, known);
      if (verdict !== 'forged' || Math.abs(now - read) < forgetAfter) return verdict;
      return judgeToken(token, { order, now }, await load());
    },
  };
}
