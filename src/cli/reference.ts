import type { Option } from 'commander';
import { type CommandShape, flat } from './shape.ts';

const head = `# Command line

Made from the commands themselves; \`leeway COMMAND --help\` prints the same. Commands that talk to a running service find it by \`--url\`, by \`LEEWAY_URL\`, or by the lock file in its data directory (\`--data\`, \`.leeway\` unless given).

Exit codes: 0 done, 1 failed (or, for \`doctor\` and \`compare\`, something was found), 2 called wrongly. \`--json\` prints what a script wants; everything that is not the answer goes to stderr.
`;

/** The reference page docs/cli.md. */
export function cliReference(program: CommandShape): string {
  const all = flat(program).filter(({ path }) => path !== '');
  const index = all
    .filter(({ commands }) => commands.length === 0)
    .map(shape => `| [\`leeway ${shape.path}\`](#${anchor(shape)}) | ${escaped(shape.description)} |`);
  const sections = all.filter(({ commands }) => commands.length === 0).map(section);
  return `${[head, `| command | what it does |\n|---|---|\n${index.join('\n')}\n`, ...sections].join('\n')}`;
}

function section(shape: CommandShape): string {
  const names = shape.arguments.map(a => {
    const name = `${a.name()}${a.variadic ? '...' : ''}`;
    return a.required ? `<${name}>` : `[${name}]`;
  });
  const usage = ['leeway', shape.path, ...names].join(' ');
  const rows = [
    ...shape.arguments.map(a => `| \`${a.name()}\` | ${escaped(a.description)} |`),
    ...shape.options.filter(({ long }) => long !== '--help').map(optionRow),
  ];
  const table = rows.length === 0 ? '' : `\n| | |\n|---|---|\n${rows.join('\n')}\n`;
  const examples = shape.examples.length === 0 ? '' : `\n\`\`\`sh\n${shape.examples.join('\n')}\n\`\`\`\n`;
  return `## ${anchor(shape).replaceAll('-', ' ')}\n\n\`${usage}\`: ${shape.description}.\n${table}${examples}`;
}

function anchor({ path }: CommandShape): string {
  return path.replaceAll(' ', '-');
}

function optionRow(option: Option): string {
  const { defaultValue: value } = option;
  const shown = value === undefined || value === '' || typeof value === 'boolean' || Array.isArray(value);
  // Who sits at the keyboard is not the same for every reader.
  const usual = shown || option.long === '--by' ? '' : ` (default: \`${String(value)}\`)`;
  const choices =
    option.argChoices === undefined ? '' : `; one of ${option.argChoices.map(c => `\`${c}\``).join(', ')}`;
  const required = option.mandatory ? ' **Required.**' : '';
  return `| \`${option.flags}\` | ${escaped(option.description)}${choices}${usual}${required} |`;
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|');
}
