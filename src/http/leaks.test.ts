import { describe, expect, it } from 'vitest';
import { everyRoute, failingDeps } from '../../test/twins/http-deps.ts';
import { LeewayError } from '../lib/errors.ts';
import { buildHttp } from './server.ts';

/** What is inside and must not get out: a secret, a path of this machine, a statement, a stack. */
const inside =
  'password=hunter2hunter2 at /srv/leeway/src/store/secret-place.ts:7 SELECT x FROM leeway.inferences';
const kinds: readonly (readonly [string, () => unknown])[] = [
  ['an error', () => new Error(inside)],
  ['a TypeError', () => new TypeError(inside)],
  ['a store error', () => Object.assign(new Error(inside), { failure: 'fatal', code: 1001 })],
  ['a cause within', () => new LeewayError('LW_STORE_AWAY', 'The store does not answer.', new Error(inside))],
  ['a text', () => inside],
  ['an object', () => ({ inside, stack: inside })],
];

describe('no stack traces outward', () => {
  it.each(kinds)(
    'every route answers %s of its dependency with a code and nothing of it',
    async (_name, made) => {
      const fail = () => {
        throw made();
      };
      const app = await buildHttp(failingDeps(fail));
      let failed = 0;
      for (const { method, url, path, payload } of await everyRoute(app)) {
        if (path === '/openapi.json') continue;
        const answer = await app.inject({
          method,
          url,
          headers: { host: 'localhost' },
          ...(payload === undefined ? {} : { payload }),
        });
        const text = answer.body + JSON.stringify(answer.headers);
        // Short, so that a failure can be read.
        const found = /.{0,40}(hunter2|secret-place|SELECT x|\bat .*:\d|node_modules).{0,40}/.exec(text)?.[0];
        expect(found, path).toBeUndefined();
        if (answer.statusCode < 500) continue;
        failed++;
        expect(Object.keys(answer.json()), path).toEqual(['code', 'message', 'advice', 'requestId']);
      }
      // Only liveness and the description have nothing to fail at.
      expect(failed).toBeGreaterThan(16);
    },
  );
});
