/** A JSON Schema node as far as the configuration uses it. */
export interface SchemaNode {
  readonly type?: string;
  readonly const?: unknown;
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly pattern?: string;
  /** What `pattern` asks for, in words; editors show it too. */
  readonly patternErrorMessage?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly 'x-secret'?: boolean;
  /** Keys that were known here once, with what to write instead. */
  readonly 'x-moved'?: Readonly<Record<string, string>>;
}

export type Path = readonly (string | number)[];

/** Schema of every value of a record, or undefined when the node is no record. */
export function recordOf(node: SchemaNode): SchemaNode | undefined {
  return node.patternProperties === undefined ? undefined : Object.values(node.patternProperties)[0];
}

/** The values of a union of constants, or null for any other node. */
export function constantsOf(node: SchemaNode): readonly unknown[] | null {
  if (node.anyOf === undefined || node.anyOf.some(branch => branch.const === undefined)) return null;
  return node.anyOf.map(branch => branch.const);
}

/**
 * The branch of a union of objects that `value.type` names (absent: the one with a default there), or undefined; of a union of a text or a boolean and an
 * object the one that `value` looks like. Any other node is returned as it is.
 */
export function branchOf(node: SchemaNode, value: unknown): SchemaNode | undefined {
  if (node.anyOf === undefined || constantsOf(node) !== null) return node;
  const first = node.anyOf[0]?.type;
  if (first === 'string' || first === 'boolean')
    return typeof value === 'object' && value !== null ? node.anyOf.at(-1) : node.anyOf[0];
  const type = (value as { type?: unknown } | null)?.type;
  return type === undefined
    ? node.anyOf.find(branch => branch.properties?.type?.default !== undefined)
    : node.anyOf.find(branch => branch.properties?.type?.const === type);
}

/** Schema at a path of a value, or undefined when the path leads outside of the schema. */
export function nodeAt(root: SchemaNode, value: unknown, path: Path): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  let here = value;
  for (const part of path) {
    if (node === undefined) return undefined;
    node = branchOf(node, here);
    node = typeof part === 'number' ? node?.items : (node?.properties?.[part] ?? (node && recordOf(node)));
    here = (here as Record<string | number, unknown> | null)?.[part];
  }
  return node;
}

/** `['sources', 0, 'name']` as `sources[0].name`. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}
