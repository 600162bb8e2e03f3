/** Bounds of a decompressed record batch, whatever compressed it. */
export interface CodecLimits {
  /** Most bytes one compressed record batch may expand to. */
  readonly maxBytes: number;
  /** Most times its own size it may expand to; applies above `freeBytes`. */
  readonly maxRatio: number;
  /** Always allowed, whatever the ratio: small batches of repetitive JSON compress very well. */
  readonly freeBytes: number;
}

export const defaultCodecLimits: CodecLimits = {
  maxBytes: 128 * 1024 * 1024,
  maxRatio: 200,
  freeBytes: 8 * 1024 * 1024,
};

/** Most bytes a batch of `compressedBytes` may expand to. */
export function outputBound(limits: CodecLimits, compressedBytes: number): number {
  return Math.min(limits.maxBytes, Math.max(limits.freeBytes, compressedBytes * limits.maxRatio));
}
