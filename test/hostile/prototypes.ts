const roots = [Object, Array, Map, Set, String, Number, Function, Promise, Uint8Array, Error];

/** Everything that stands on the prototypes every value inherits from: must be the same after hostile input. */
export function prototypeNames(): readonly string[] {
  return roots.flatMap(root =>
    Reflect.ownKeys(root.prototype as object).map(key => `${root.name}.${String(key)}`),
  );
}
