/** A column type of the Native format, as far as Leeway uses them. */
export type NativeType =
  | { readonly kind: 'string' }
  /** LowCardinality(String). */
  | { readonly kind: 'low' }
  | { readonly kind: 'fixed'; readonly size: number }
  | { readonly kind: 'number'; readonly store: NumberStore }
  /** Int64 and UInt64. */
  | { readonly kind: 'wide'; readonly signed: boolean }
  /** DateTime64(3): milliseconds. */
  | { readonly kind: 'time' }
  | { readonly kind: 'array'; readonly items: NativeType }
  | { readonly kind: 'map'; readonly keys: NativeType; readonly values: NativeType };

/** How a number of up to 53 bits lies in memory. */
export type NumberStore = keyof typeof numberStores;

export const numberStores = {
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  i8: Int8Array,
  i16: Int16Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;

const numbers: Readonly<Record<string, NumberStore>> = {
  UInt8: 'u8',
  Bool: 'u8',
  UInt16: 'u16',
  Date: 'u16',
  UInt32: 'u32',
  DateTime: 'u32',
  Int8: 'i8',
  Int16: 'i16',
  Int32: 'i32',
  Float32: 'f32',
  Float64: 'f64',
};

const parsed = new Map<string, NativeType>();

/**
 * Reads a ClickHouse type name.
 *
 * @throws RangeError for a type that Leeway's tables do not use.
 * @example
 * parseType('Map(LowCardinality(String), Float64)')
 * // { kind: 'map', keys: { kind: 'low' }, values: { kind: 'number', store: 'f64' } }
 */
export function parseType(name: string): NativeType {
  let type = parsed.get(name);
  if (type === undefined) parsed.set(name, (type = parse(name)));
  return type;
}

function parse(name: string): NativeType {
  const bare = /^DateTime\('[^']*'\)$/.test(name) ? 'DateTime' : name;
  const store = numbers[bare];
  if (store !== undefined) return { kind: 'number', store };
  if (name === 'String') return { kind: 'string' };
  if (name === 'LowCardinality(String)') return { kind: 'low' };
  if (name === 'Int64' || name === 'UInt64') return { kind: 'wide', signed: name === 'Int64' };
  if (/^DateTime64\(3(, *'[^']*')?\)$/.test(name)) return { kind: 'time' };
  const fixed = /^FixedString\((\d+)\)$/.exec(name);
  if (fixed) return { kind: 'fixed', size: Number(fixed[1]) };
  const array = /^Array\((.+)\)$/.exec(name);
  if (array) return { kind: 'array', items: parseType(array[1]!) };
  const map = /^Map\((String|LowCardinality\(String\)), *(.+)\)$/.exec(name);
  if (map) return { kind: 'map', keys: parseType(map[1]!), values: parseType(map[2]!) };
  throw new RangeError(`column type ${name} is not supported in Native blocks`);
}
