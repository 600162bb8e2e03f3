/** Copies shorter than this are quicker byte by byte. */
const blockCopyFrom = 64;

/** Writes `length` bytes of `input` at `at`; the caller has checked both ends. */
// Five arguments: an object for each of millions of copies would cost more than the copies.
// oxlint-disable-next-line max-params
export function copyLiteral(output: Buffer, at: number, input: Buffer, from: number, length: number): void {
  if (length >= blockCopyFrom) input.copy(output, at, from, from + length);
  else for (let i = 0; i < length; i++) output[at + i] = input[from + i]!;
}

/** Repeats `length` bytes from `distance` before `at`; where they overlap, what was just written is repeated too. */
export function copyMatch(output: Buffer, at: number, distance: number, length: number): void {
  if (length >= blockCopyFrom && distance >= length) {
    output.copyWithin(at, at - distance, at - distance + length);
  } else if (distance === 1) {
    output.fill(output[at - 1]!, at, at + length);
  } else {
    for (let i = 0; i < length; i++) output[at + i] = output[at - distance + i]!;
  }
}
