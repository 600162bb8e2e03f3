import { constantsOf, type SchemaNode } from './node.ts';

/** A text that is filled from the environment: `${NAME}`. */
const filled = '\\$\\{[A-Za-z_]';

/** A node as an editor sees the file, before anything is filled in. */
type PublishedNode = Omit<SchemaNode, 'type'> & { readonly type?: string | readonly string[] };

/**
 * The schema as a file is written: a key with a default may be left out, and a value may be `${NAME}`. The schema itself
 * requires such keys and refuses such values, for it describes a configuration in which both are filled in.
 */
export function publishedSchema(node: SchemaNode): PublishedNode {
  const { required, properties, patternProperties, items, anyOf, ...rest } = node;
  const asked = required?.filter(key => properties?.[key]?.default === undefined) ?? [];
  return {
    ...withPlaceholder(rest),
    ...(asked.length > 0 && { required: asked }),
    ...(properties && { properties: ofEach(properties) }),
    ...(patternProperties && { patternProperties: ofEach(patternProperties) }),
    ...(items && { items: publishedSchema(items) }),
    ...(anyOf && { anyOf: branchesOf(node, anyOf) }),
  } as PublishedNode;
}

function ofEach(nodes: Readonly<Record<string, SchemaNode>>): Record<string, PublishedNode> {
  return Object.fromEntries(Object.entries(nodes).map(([key, node]) => [key, publishedSchema(node)]));
}

function branchesOf(node: SchemaNode, branches: readonly SchemaNode[]): PublishedNode[] {
  const published = branches.map(publishedSchema);
  const words = constantsOf(node)?.every(value => typeof value === 'string') === true;
  return words ? [...published, { type: 'string', pattern: filled }] : published;
}

function withPlaceholder(leaf: SchemaNode): PublishedNode {
  const { type, pattern } = leaf;
  if (pattern !== undefined) return { ...leaf, pattern: `${pattern}|${filled}` };
  if (type !== 'integer' && type !== 'number' && type !== 'boolean') return leaf;
  const wanted = { integer: 'a whole number', number: 'a number', boolean: 'true or false' }[type];
  // Bounds are for numbers alone and a pattern for texts alone, so that both may stand side by side.
  return { ...leaf, type: [type, 'string'], pattern: filled, patternErrorMessage: `must be ${wanted}` };
}
