import { expect, it } from 'vitest';
import type { SchemaNode } from './node.ts';
import { publishedSchema } from './published.ts';
import { referencePage } from './reference.ts';
import { configSchema } from './schema.ts';

// `npx vitest run src/config -u` writes both files anew.
it('docs/configuration.md is what the schema gives', async () => {
  await expect(referencePage(configSchema as unknown as SchemaNode)).toMatchFileSnapshot(
    '../../docs/configuration.md',
  );
});

it('docs/config.schema.json is the schema', async () => {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    ...publishedSchema(configSchema as unknown as SchemaNode),
  };
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('../../docs/config.schema.json');
});

it('every key of the schema is explained', () => {
  const bare: string[] = [];
  const walk = (node: SchemaNode, path: string) => {
    for (const [key, child] of Object.entries(node.properties ?? {})) {
      if (child.description === undefined) bare.push(`${path}${key}`);
      walk(child, `${path}${key}.`);
    }
    for (const branch of node.items?.anyOf ?? []) walk(branch, `${path}[].`);
    if (node.items) walk(node.items, `${path}[].`);
  };
  walk(configSchema as unknown as SchemaNode, '');
  expect(bare).toEqual([]);
});
