import { constantsOf, recordOf, type SchemaNode } from './node.ts';

const head = `# Configuration

YAML files, given with \`leeway start --config FILE\`. Nothing has to be set, so there need not be a file at all; a key that is \`required\` is so where its section is given. \`leeway check-config FILE...\` says what is wrong with them, by file, line and column; unknown keys are refused. With \`--show\` it prints every setting that holds, secrets hidden, with the line it comes from.

**Several files.** \`--config\` may be given several times, and may name a directory: every \`*.yaml\` and \`*.yml\` in it is read, by name. Later files win: mappings are merged key by key, everything else is replaced, lists too. Options of the command line go before all files.

**Environment.** \`\${NAME}\` and \`\${NAME:-default}\` in a value are filled from the environment (\`$$\` is a dollar sign). Where \`NAME\` is not set and \`NAME_FILE\` is, the value is what that file holds, without its last line break: so secrets are mounted by Docker and Kubernetes. Secrets belong there: they are never shown, logged or returned.

**Reload.** SIGHUP has a running service read its files again (\`kill -HUP PID\`, \`systemctl reload\`). The log says what differs, secrets hidden, and which of it holds at once: \`budget\`, \`calendar\`, \`measures\`, \`policies\`, \`environments\`, \`models\` (but for \`segments\`), \`channels\`, \`outbound\`, \`retraining\`, \`keys\`, \`access\`, \`privacy\`, \`log.level\`, \`http.limits.rows\`, and of \`limits\` all but \`autoModels\` and \`watchedFeatures\`. Everything else (\`listen\`, \`data\`, \`clickhouse\`, \`sources\`, \`retention\`, ...) is named as waiting for the next start. Files that are wrong change nothing: the service goes on as before, and the log says which line to correct.

**Whose rule counts.** For a model in an environment a key is taken from \`models.NAME.environments.NAME\`, else from \`models.NAME\`, else from \`environments.NAME\`, else from the general settings; in each, the first pattern that fits.

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
  budget: `budget:
  fleetFalseAlarmsPerWeek: 1                # one false alarm a week, however many models there are`,
  environments: `environments:
  staging: {ignore: true}                   # its rows are passed over
  canary-*: {budget: {falseAlarmsPerMonth: 4}, latenessSeconds: 120}`,
  calendar: `calendar:
  - {name: Christmas, from: 2026-12-25, to: 2026-12-26, as: sunday}   # both days are judged as Sundays
  - name: Sale                                                        # from 18:00 to 22:00 UTC, not judged
    from: 2026-11-27T18:00Z
    to: 2026-11-27T22:00Z
    as: event
    models: [churn]`,
  measures: `measures:
  - {measure: psi, threshold: 0.2, models: [churn], subjects: [income]}   # days on which PSI is above 0.2`,
  policies: `channels:
  - {name: team, url: "https://chat.example.org/hooks/leeway", secrets: ["\${ALERT_SECRET}"]}
  - {name: pager, type: pagerduty, routingKey: "\${PAGERDUTY_KEY}"}
policies:
  - {name: default, routes: [team], remindHours: 24}     # changes the built-in policy by these keys
  - name: payments                                       # an alert of its own beside it
    models: [fraud, payment-*]
    checks: [errors, latency]
    windows: [1]
    when: {windows: 2, of: 3}
    routes: [pager]`,
  models: `models:
  churn:
    segments: [country]
    objectives:
      errors: 0.01                          # at most 1 % of the requests fail
      latency:
        - {share: 0.95, seconds: 0.2}       # 95 % are answered within 200 ms
        - {share: 0.99, seconds: 1}
    budget: {falseAlarmsPerMonth: 0.5}      # stricter than the others
    tolerances: {drift: 0.2}                # pages at an effect of .20 instead of .10
    checks: {volume: false}                 # its traffic comes in batches
  experiment-*:
    environments:
      prod: {budget: {falseAlarmsPerMonth: 10}}`,
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
    const inner = child.properties === undefined ? (child.items ?? objectOf(child)) : child;
    if (inner?.properties === undefined) return [row(prefix + key, child, node)];
    const nested = child.items === undefined ? `${prefix}${key}.` : `${prefix}${key}[].`;
    return [row(prefix + key, child, node), ...rowsOf(inner, nested)];
  });
}

/** The mapping of a union of a boolean or a text and a mapping. */
function objectOf(node: SchemaNode): SchemaNode | undefined {
  return node.anyOf?.find(branch => branch.properties !== undefined);
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
  if (objectOf(node) !== undefined) return node.anyOf!.map(typeText).join(' or ');
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
