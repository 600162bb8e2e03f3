import { lookup } from 'node:dns/promises';
import { Agent, request } from 'undici';
import { judgeHost } from '../../act/channels/host.ts';
import type { TargetGuard } from '../../act/target.ts';
import { type DoctorLine, linesOf } from './line.ts';

/** A receiver of messages. */
export interface Target {
  readonly name: string;
  readonly url: string;
}

export interface TargetDeps {
  readonly guard: TargetGuard;
  /** Whether to knock: one HEAD request without a body to each receiver. */
  readonly deep: boolean;
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

/** Whether each receiver could be called: its name resolves, to addresses that may be called. */
export async function targetLines(targets: readonly Target[], deps: TargetDeps): Promise<DoctorLine[]> {
  return Promise.all(targets.map(target => targetLine(target, deps)));
}

async function targetLine({ name, url }: Target, deps: TargetDeps): Promise<DoctorLine> {
  const { ok, fail } = linesOf('channels');
  const isMail = /^smtps?:/.test(url);
  // The address may carry a token: its host is enough to recognise it by.
  const { hostname = '', host = '', port = '' } = URL.canParse(url) ? new URL(url) : {};
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  const verdict = isMail ? judgeHost(deps.guard, bare, Number(port)) : deps.guard.judge(url);
  if ('refused' in verdict)
    return fail(name, verdict.refused, 'List it in outbound.allow, or correct its address.');
  let addresses: readonly string[];
  try {
    addresses = await (deps.resolve ?? systemResolve)(bare);
  } catch (error) {
    const { code = 'no answer' } = error as NodeJS.ErrnoException;
    return fail(
      name,
      `${bare} does not resolve (${code})`,
      'Correct its url, or the name server of this machine.',
    );
  }
  const inner = verdict.trust === 'trusted' ? undefined : addresses.find(each => !deps.guard.admits(each));
  if (inner !== undefined)
    return fail(
      name,
      `${bare} leads to ${inner}, which is not a public address`,
      'List it in outbound.allow.',
    );
  const found = `${host} resolves to ${addresses.slice(0, 3).join(', ')}`;
  return deps.deep && !isMail ? knock({ name, url }, found, addresses[0]!) : ok(name, found);
}

/** A HEAD request to the address that was judged, so that the name cannot lead elsewhere meanwhile. */
async function knock({ name, url }: Target, found: string, address: string): Promise<DoctorLine> {
  const { ok, warn, fail } = linesOf('channels');
  const family = address.includes(':') ? 6 : 4;
  const dispatcher = new Agent({
    connect: {
      timeout: 5000,
      lookup: (_host, options, done) =>
        options.all === true ? done(null, [{ address, family }]) : done(null, address, family),
    },
  });
  try {
    const { statusCode, body } = await request(url, {
      method: 'HEAD',
      dispatcher,
      signal: AbortSignal.timeout(10_000),
      headers: { 'user-agent': 'leeway' },
    });
    await body.dump();
    // Many receivers take POST alone: any answer below 500 means that somebody is there.
    if (statusCode < 500) return ok(name, `${found}; HEAD was answered ${statusCode}`);
    return warn(name, `${found}; HEAD was answered ${statusCode}`, 'Look at the log of the receiver.');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return fail(
      name,
      `${found}; no answer (${code ?? message})`,
      'Start the receiver, or open the way to it.',
    );
  } finally {
    await dispatcher.destroy();
  }
}

async function systemResolve(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}
