import { type CommandShape, flat } from './shape.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** A completion script for a shell, from the commands themselves. */
export function completionScript(shell: Shell, program: CommandShape): string {
  return { bash, zsh, fish }[shell](program);
}

/** What may follow a command: its subcommands and the long names of its options. */
function wordsOf(shape: CommandShape): string[] {
  const commands = shape.commands.map(({ path }) => path.split(' ').at(-1)!);
  return [...commands, ...shape.options.map(option => option.long ?? option.short ?? '').filter(Boolean)];
}

/** Options whose value is a file or a directory. */
const paths = /<(file|directory|path|folder)>/;

function takesFile(shape: CommandShape): boolean {
  return (
    shape.options.some(option => paths.test(option.flags)) ||
    shape.arguments.some(argument => paths.test(`<${argument.name()}>`))
  );
}

function cases(program: CommandShape, line: (shape: CommandShape) => string): string {
  return flat(program).map(line).join('\n');
}

function bash(program: CommandShape): string {
  return `# leeway completion for bash: put this into ~/.bashrc:  source <(leeway completion bash)
_leeway() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" word words="" files=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
${flat(program)
  .filter(({ path }) => path !== '')
  .map(({ path }) => `      "${path.includes(' ') ? '' : ' '}${path}") path="${path}" ;;`)
  .join('\n')}
    esac
  done
  case "$path" in
${cases(program, shape => `    "${shape.path}") words="${wordsOf(shape).join(' ')}"; files="${takesFile(shape) ? 'yes' : ''}" ;;`)}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ -n "$files" ] && [[ "$current" != -* ]]; then
    COMPREPLY+=($(compgen -f -- "$current"))
  fi
}
complete -o filenames -F _leeway leeway
`;
}

function zsh(program: CommandShape): string {
  return `#compdef leeway
# leeway completion for zsh: put this into ~/.zshrc after compinit:  source <(leeway completion zsh)
autoload -Uz bashcompinit && bashcompinit
${bash(program)}`;
}

function fish(program: CommandShape): string {
  const lines = flat(program).flatMap(shape => {
    const depth = shape.path === '' ? [] : shape.path.split(' ');
    const seen = depth.map(word => `__fish_seen_subcommand_from ${word}`).join('; and ');
    const names = shape.commands.map(({ path }) => path.split(' ').at(-1)!);
    const none = names.length === 0 ? '' : `not __fish_seen_subcommand_from ${names.join(' ')}`;
    const here = [seen, none].filter(Boolean).join('; and ');
    const when = here === '' ? '' : ` -n ${quoted(here)}`;
    const commands = shape.commands.map(
      ({ path, description }) =>
        `complete -c leeway -f${when} -a ${path.split(' ').at(-1)!} -d ${quoted(description)}`,
    );
    const options = shape.options
      .filter(({ long }) => long !== undefined && long !== null)
      .map(option => {
        const value = option.required || option.optional ? (paths.test(option.flags) ? ' -r -F' : ' -x') : '';
        return `complete -c leeway${when} -l ${option.long!.slice(2)}${value} -d ${quoted(option.description)}`;
      });
    return [...commands, ...options];
  });
  return `# leeway completion for fish: leeway completion fish > ~/.config/fish/completions/leeway.fish
${lines.join('\n')}
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
