import { constantsOf, recordOf, type SchemaNode } from './node.ts';

const head = `# Configuration

One YAML file, given with \`leeway start --config FILE\`. Nothing has to be set, so there need not be a file at all; a key that is \`required\` is so where its section is given. \`leeway check-config FILE\` says what is wrong with one, by line and column; unknown keys are refused. \`\${NAME}\` and \`\${NAME:-default}\` in a value are filled from the environment (\`$$\` is a dollar sign), which is where secrets belong: they are never shown, logged or returned.

This page is made from the schema in src/config/schema.ts; [config.schema.json](config.schema.json) is the same for editors: put \`# yaml-language-server: $schema=./config.schema.json\` on the first line of the file.

\`\`\`yaml
listen: {port: 8080}
sources:
  - name: payloads
    type: kafka
    brokers: [localhost:9092]
    topics: [inferences]
retraining:
  url: https://trainer.example.org/hook
  secrets: ["\${RETRAIN_SECRET}"]
\`\`\`
`;

/** Shown under the section of that name. */
const examples: Readonly<Record<string, string>> = {
  calendar: `calendar:
  - {name: Christmas, from: 2026-12-25, to: 2026-12-26, as: sunday}   # both days are judged as Sundays
  - name: Sale                                                        # from 18:00 to 22:00 UTC, not judged
    from: 2026-11-27T18:00Z
    to: 2026-11-27T22:00Z
    as: event
    models: [churn]`,
  measures: `measures:
  - {measure: psi, threshold: 0.2, models: [churn], subjects: [income]}   # days on which PSI is above 0.2`,
  models: `models:
  churn:
    segments: [country]
    objectives:
      errors: 0.01                          # at most 1 % of the requests fail
      latency:
        - {share: 0.95, seconds: 0.2}       # 95 % are answered within 200 ms
        - {share: 0.99, seconds: 1}`,
};

/** The reference page docs/configuration.md, made from the schema. */
export function referencePage(root: SchemaNode): string {
  const properties = Object.entries(root.properties ?? {});
  const plain = properties.filter(([, node]) => !isGroup(node));
  const groups = properties.filter(([, node]) => isGroup(node));
  const sections = groups.map(([key, node]) => `## ${key}\n\n${sectionText(key, node)}${exampleText(key)}`);
  return [
    head,
    `## Top level\n\n${table(plain.map(([key, node]) => row(key, node, root)))}`,
    ...sections,
  ].join('\n');
}

function exampleText(key: string): string {
  const text = examples[key];
  return text === undefined ? '' : `\n\`\`\`yaml\n${text}\n\`\`\`\n`;
}

function sectionText(key: string, node: SchemaNode): string {
  const about = node.description === undefined ? '' : `${node.description}\n\n`;
  const branches = node.items?.anyOf;
  if (node.items?.properties !== undefined)
    return `${about}A list, empty unless given. Keys of each item:\n\n${table(rowsOf(node.items, ''))}`;
  if (branches === undefined) return about + table(rowsOf(node, ''));
  const parts = branches.map(branch => {
    const type = branch.properties?.type;
    return `### ${key} of type ${String(type?.const)}\n\n${type?.description ?? ''}\n\n${table(rowsOf(branch, ''))}`;
  });
  return about + parts.join('\n');
}

function isGroup(node: SchemaNode): boolean {
  const { properties, items } = node;
  return [properties, recordOf(node), items?.anyOf, items?.properties].some(part => part !== undefined);
}

function rowsOf(node: SchemaNode, prefix: string): string[] {
  const record = recordOf(node);
  if (record !== undefined && record.properties !== undefined) return rowsOf(record, `${prefix}NAME.`);
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const inner = child.properties === undefined ? child.items : child;
    if (inner?.properties === undefined) return [row(prefix + key, child, node)];
    const nested = child.properties === undefined ? `${prefix}${key}[].` : `${prefix}${key}.`;
    return [row(prefix + key, child, node), ...rowsOf(inner, nested)];
  });
}

function row(key: string, node: SchemaNode, parent: SchemaNode): string {
  const name = key.split('.').at(-1)!;
  const required = parent.required?.includes(name) === true && node.default === undefined;
  const value =
    node.properties !== undefined
      ? ''
      : node.default === undefined
        ? ''
        : `\`${JSON.stringify(node.default)}\``;
  return `| \`${key}\` | ${typeText(node)} | ${required && node.const === undefined ? 'required' : value} | ${(node.description ?? '').replaceAll('|', '\\|')} |`;
}

function table(rows: readonly string[]): string {
  return `| key | type | default | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

function typeText(node: SchemaNode): string {
  const constants = constantsOf(node) ?? (node.const === undefined ? null : [node.const]);
  if (constants !== null) return constants.map(value => `\`${String(value)}\``).join(', ');
  if (node['x-secret'] === true) return 'secret';
  if (node.type === 'array')
    return `list of ${node.items === undefined ? 'values' : plural(typeText(node.items))}`;
  if (node.type === 'object') return recordOf(node) === undefined ? 'mapping' : 'mapping of names';
  return `${node.type === 'string' ? 'text' : node.type}${rangeText(node)}`;
}

function plural(type: string): string {
  return /^(text|secret|mapping|number|integer)/.test(type) ? type.replace(/^\w+/, word => `${word}s`) : type;
}

function rangeText(node: SchemaNode): string {
  const low = node.minimum ?? node.exclusiveMinimum;
  const above = node.exclusiveMinimum === undefined ? '' : 'above ';
  if (low !== undefined && node.maximum !== undefined) return `, ${above}${low} to ${node.maximum}`;
  if (low !== undefined) return `, ${above === '' ? 'from ' : above}${low}`;
  return node.maximum === undefined ? '' : `, up to ${node.maximum}`;
}
