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

/**
 * Whether some name is as both patterns say. Time and memory are the product of their lengths at most.
 *
 * @example
 * globsMeet('churn-*', '*-v2') // => true
 */
export function globsMeet(one: string, other: string): boolean {
  // Whether some text is as the beginning of `one` that is looked at, and the first j letters of `other`, both say.
  let row = Array.from({ length: other.length + 1 }, (_, j) => /^\**$/.test(other.slice(0, j)));
  for (const letter of one.split('')) {
    const next = [row[0]! && letter === '*'];
    for (let j = 1; j <= other.length; j++) {
      const beside = other[j - 1]!;
      const star = letter === '*' || beside === '*';
      next.push(star ? row[j]! || next[j - 1]! : letter === beside && row[j - 1]!);
    }
    row = next;
  }
  return row[other.length]!;
}
