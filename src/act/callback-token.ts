import { createHmac, timingSafeEqual } from 'node:crypto';

/** How a token begins: no API key does. */
export const tokenPrefix = 'lwc1.';

/** What a token is worth. */
export type TokenVerdict = 'valid' | 'forged' | 'expired';

/**
 * What a token says, without what makes it one: `lwc1.<order>.<expiry>`, where expiry is in Unix seconds. So it stands
 * in the body of an order as it is stored.
 */
export function tokenContent({
  order,
  expires,
}: {
  readonly order: string;
  readonly expires: number;
}): string {
  return `${tokenPrefix}${order}.${Math.floor(expires)}`;
}

/**
 * Lets its bearer report on one order until a time: `lwc1.<order>.<expiry>.<mac>`, where mac is the base64url of
 * HMAC-SHA256 over what stands before its full stop.
 *
 * @example
 * mintToken({ order: 'or_1', expires: 1_700_000_000 }, 'secret')
 * // 'lwc1.or_1.1700000000.JWfcokpa_crwMv2meyNl7TsrXyyRDup-lZXjDiyJ0DI'
 */
export function mintToken(of: { readonly order: string; readonly expires: number }, secret: string): string {
  const content = tokenContent(of);
  return `${content}.${macOf(content, secret)}`;
}

/** The body of an order as it is sent: with its token made whole. The same bytes each time; others stay as they are. */
export function withToken(body: string, secret: string): string {
  const read = JSON.parse(body) as { readonly data?: { readonly callback_token?: unknown } };
  const content = read.data?.callback_token;
  if (typeof content !== 'string' || !/^lwc1\.[^.]+\.\d{1,12}$/.test(content)) return body;
  const token = `${content}.${macOf(content, secret)}`;
  return JSON.stringify({ ...read, data: { ...read.data, callback_token: token } });
}

/**
 * Whether a token is for an order and still holds; `now` in epoch milliseconds. Every secret is tried, and the time it
 * takes tells nothing of which one fits.
 */
export function judgeToken(
  token: string,
  { order, now }: { readonly order: string; readonly now: number },
  secrets: readonly string[],
): TokenVerdict {
  const cut = token.lastIndexOf('.');
  const content = token.slice(0, Math.max(0, cut));
  const expiry = /^\d{1,12}$/.exec(content.slice(content.lastIndexOf('.') + 1))?.[0];
  const given = Buffer.from(token.slice(cut + 1));
  let right = false;
  for (const secret of secrets) {
    const mac = Buffer.from(macOf(content, secret));
    right = (mac.length === given.length && timingSafeEqual(mac, given)) || right;
  }
  if (!right || expiry === undefined || content !== `${tokenPrefix}${order}.${expiry}`) return 'forged';
  return now / 1000 < Number(expiry) ? 'valid' : 'expired';
}

function macOf(content: string, secret: string): string {
  return createHmac('sha256', secret).update(content).digest('base64url');
}
