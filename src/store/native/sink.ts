/** Bytes that grow at the end. Everything is little-endian, as the Native format and all supported machines are. */
export interface ByteSink {
  byte(value: number): void;
  varint(value: number): void;
  /** A u64 below 2^53. */
  u64(value: number): void;
  /** A String: its length in bytes, then UTF-8; a lone surrogate becomes U+FFFD. */
  text(value: string): void;
  /** The memory of a typed array as it lies. */
  raw(values: ArrayBufferView): void;
  /** What was written so far; the sink must not be used afterwards. */
  finish(): Uint8Array;
}

/** Longest text written character by character, which beats the native call for short ASCII. */
const shortText = 48;

/** Creates a sink with room for `size` bytes at first. */
export function createSink(size: number): ByteSink {
  let bytes = Buffer.allocUnsafe(Math.max(64, size));
  let at = 0;

  const reserve = (more: number) => {
    if (at + more <= bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(bytes.length * 2, at + more));
    bytes.copy(larger, 0, 0, at);
    bytes = larger;
  };
  const putVarint = (value: number) => {
    let rest = value;
    while (rest >= 128) {
      bytes[at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    bytes[at++] = rest;
  };
  const putLong = (value: string) => {
    const length = Buffer.byteLength(value);
    reserve(length + 10);
    putVarint(length);
    at += bytes.write(value, at, 'utf8');
  };

  return {
    byte: value => {
      reserve(1);
      bytes[at++] = value;
    },
    varint: value => {
      reserve(10);
      putVarint(value);
    },
    u64: value => {
      reserve(8);
      at = bytes.writeUInt32LE(value % 2 ** 32, at);
      at = bytes.writeUInt32LE(Math.floor(value / 2 ** 32), at);
    },
    text: value => {
      const length = value.length;
      if (length > shortText) return putLong(value);
      reserve(length + 1);
      const start = at;
      bytes[at++] = length;
      for (let i = 0; i < length; i++) {
        const code = value.charCodeAt(i);
        if (code > 127) {
          at = start;
          return putLong(value);
        }
        bytes[at++] = code;
      }
    },
    raw: values => {
      reserve(values.byteLength);
      bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
      at += values.byteLength;
    },
    finish: () => bytes.subarray(0, at),
  };
}
