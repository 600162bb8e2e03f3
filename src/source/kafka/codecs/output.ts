import { TooLarge } from './codec.ts';

/** Memory that grows with what is written to it, up to a bound. */
export interface Output {
  /** What has been written; valid until the next `reserve`. */
  readonly bytes: Buffer;
  length: number;
  /** Bytes that may still be written. */
  readonly left: number;
  /** Makes place for `more` bytes behind `length`. @throws TooLarge when the bound does not allow them */
  reserve(more: number): Buffer;
  done(): Buffer;
}

export function createOutput(first: number, bound: number): Output {
  let bytes = Buffer.allocUnsafe(Math.max(256, first));
  const output: Output = {
    length: 0,
    get bytes() {
      return bytes;
    },
    get left() {
      return bound - output.length;
    },
    reserve: more => {
      const wanted = output.length + more;
      if (wanted > bound) throw new TooLarge();
      if (wanted <= bytes.length) return bytes;
      const larger = Buffer.allocUnsafe(Math.min(bound, Math.max(wanted, bytes.length * 2)));
      bytes.copy(larger, 0, 0, output.length);
      bytes = larger;
      return bytes;
    },
    done: () => bytes.subarray(0, output.length),
  };
  return output;
}
