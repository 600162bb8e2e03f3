/** Query parameters as ClickHouse's HTTP interface takes them, for the rig. */
export type BoundValue = string | readonly string[] | readonly number[];

/** A `param_x` value that the statement declares as `{x:Type}`: text with backslash escapes, or an array literal. */
export function parseParam(sql: string, name: string, value: string): BoundValue {
  const isArray = new RegExp(`\\{\\s*${name}\\s*:\\s*Array\\(`).test(sql);
  return isArray ? parseArray(value) : unescape(value);
}

const escapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', '0': '\0', b: '\b', f: '\f' };

function unescape(text: string): string {
  return text.replaceAll(/\\([\s\S])/g, (_, letter: string) => escapes[letter] ?? letter);
}

function parseArray(text: string): BoundValue {
  if (text === '[]') return [];
  if (/^\[[-+\d.e,]+\]$/i.test(text)) return text.slice(1, -1).split(',').map(Number);
  return [...text.matchAll(/'((?:[^'\\]|\\[\s\S])*)'/g)].map(match => unescape(match[1]!));
}

/** The fields of a multipart/form-data body. */
export function parseMultipart(type: string, body: Buffer): [string, string][] {
  const boundary = /boundary=(.+)$/.exec(type)?.[1] ?? '';
  const parts = body.toString('utf8').split(`--${boundary}`).slice(1, -1);
  return parts.map(part => {
    const end = part.indexOf('\r\n\r\n');
    const name = /name="([^"]*)"/.exec(part.slice(0, end))?.[1] ?? '';
    return [name, part.slice(end + 4, -2)];
  });
}
