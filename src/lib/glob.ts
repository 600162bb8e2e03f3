/**
 * Whether a name is as a pattern says, in which `*` stands for any text. No regular expression: linear in the name for
 * each part, whatever the pattern.
 *
 * @example
 * fitsGlob('*_name', 'first_name') // => true
 */
export function fitsGlob(pattern: string, name: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === name;
  const tail = rest.pop()!;
  if (!name.startsWith(head) || !name.endsWith(tail) || name.length < head.length + tail.length) return false;
  let at = head.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > name.length - tail.length) return false;
    at = found + part.length;
  }
  return true;
}
