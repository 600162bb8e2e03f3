import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../lib/clock.ts';
import { completionScript } from './completion.ts';
import type { CliContext } from './context.ts';
import { buildProgram, runCommand } from './program.ts';
import { cliReference } from './reference.ts';
import { flat, shapeOf } from './shape.ts';

const out: string[] = [];
const context = {
  terminal: {
    out: (text: string) => void out.push(text),
    err: () => undefined,
    interactive: false,
    environment: {},
  },
  clock: createManualClock(0),
  version: '0.0.0',
} as unknown as CliContext;
const program = shapeOf(buildProgram(context));

it('docs/cli.md is as the commands are; `-u` writes it', async () => {
  await expect(cliReference(program)).toMatchFileSnapshot('../../docs/cli.md');
});

describe('completion', () => {
  /** What bash offers for a line, by the script itself. */
  const complete = (line: string) => {
    const script = `${completionScript('bash', program)}
COMP_WORDS=(${line}); [ "\${COMP_LINE_END:-}" ] && COMP_WORDS+=("")
COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _leeway; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const env = { PATH: process.env['PATH'] ?? '', ...(line.endsWith(' ') ? { COMP_LINE_END: '1' } : {}) };
    return execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8', env, cwd: '/' })
      .trim()
      .split('\n');
  };

  it('offers commands, subcommands and options in bash', () => {
    expect(complete('leeway sta')).toEqual(['start', 'status']);
    expect(complete('leeway baseline ro')).toEqual(['rollback']);
    expect(complete('leeway status --wa')).toEqual(['--watch']);
    expect(complete('leeway baseline activate --ba')).toEqual(['--baseline']);
    expect(complete('leeway ')).toEqual(expect.arrayContaining(['doctor', 'windows', 'completion']));
    expect(complete('leeway check-config et')).toContain('etc');
  });

  it('names every command and option in every shell', () => {
    for (const shape of flat(program)) {
      const last = shape.path.split(' ').at(-1)!;
      for (const shell of ['bash', 'zsh', 'fish'] as const) {
        const script = completionScript(shell, program);
        expect(script).toContain(last);
        for (const { long } of shape.options) if (long) expect(script).toContain(long.slice(2));
      }
    }
  });

  it('is printed by the command', async () => {
    out.length = 0;
    expect(await runCommand(['completion', 'fish'], context)).toBe(0);
    expect(out[0]).toContain("complete -c leeway -f -n 'not __fish_seen_subcommand_from");
    expect(await runCommand(['completion', 'tcsh'], context)).toBe(2);
  });
});
