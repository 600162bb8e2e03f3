import { EventEmitter } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createManualClock } from '../../lib/clock.ts';
import { runCommand } from '../program.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-compare-cli-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const at = (name: string) => join(directory, name);
/** Two columns of numbers, the first moved by `shift`, and a constant. */
const write = (name: string, shift: number) => {
  const rows = Array.from(
    { length: 1000 },
    (_, i) => `${((i * 37) % 1000) / 1000 + shift},${((i * 61) % 1000) / 7},x`,
  );
  writeFileSync(at(name), `moving,still,same\n${rows.join('\n')}\n`);
  return at(name);
};
const reference = write('reference.csv', 0);
const moved = write('it moved.csv', 0.3);

async function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommand(['compare', ...args], {
    terminal: {
      out: text => void out.push(text),
      err: text => void err.push(text),
      interactive: false,
      environment: {},
    },
    startApp: () => Promise.reject(new Error('not started here')),
    signals: new EventEmitter(),
    clock: createManualClock(Date.UTC(2026, 10, 21)),
    fetch: () => Promise.reject(new Error('nothing is fetched')),
    exit: () => undefined,
    version: '1.2.3',
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('leeway compare', () => {
  it('prints a table, a sentence for what drifted, what was set aside and what to do next', async () => {
    const { code, out, err } = await run(reference, moved);
    expect(err).toBe('');
    expect(code).toBe(0);
    const lines = out.split('\n');
    expect(lines.find(line => line.includes('│ moving'))).toMatch(
      /│ moving\s+│ drift\s+│ 30 %\s+│ .* to .* │ .*│ 0 %/,
    );
    expect(lines.find(line => line.includes('│ still'))).toContain('stable');
    expect(out).toMatch(
      /^moving: 30 % of rows moved: (more|fewer) values .*; p .* against 0\.025 allowed; 1,000 rows\.$/m,
    );
    expect(out).toContain('same was set aside: constant: "x" in every row of both files.');
    expect(out).toContain('1 of 2 columns drifted (p at most 0.025');
    expect(lines.at(-1)).toBe(
      `Next: leeway compare ${reference} '${moved}' --html report.html draws every column.`,
    );
  });

  it('exits with 3 when it was asked to fail on drift, and only then', async () => {
    expect((await run(reference, moved, '--fail-on', 'drift')).code).toBe(3);
    expect((await run(reference, reference, '--fail-on', 'drift')).code).toBe(0);
    expect((await run(reference, moved, '--fail-on', 'drift', '--ignore', 'moving')).code).toBe(0);
  });

  it('exits with 3 on too few rows only when asked to', async () => {
    writeFileSync(at('one.csv'), 'x,same\n1,a\n');
    writeFileSync(at('two.csv'), 'x,same\n2,a\n');
    const few = [at('one.csv'), at('two.csv')];
    expect((await run(...few)).code).toBe(0);
    expect((await run(...few, '--fail-on', 'drift')).code).toBe(0);
    expect((await run(...few, '--fail-on', 'drift,insufficient')).code).toBe(3);
    expect((await run(...few, '--fail-on', 'drift', '--fail-on', 'insufficient')).code).toBe(3);
    expect((await run(reference, moved, '--fail-on', 'insufficient')).code).toBe(0);
  });

  it('a comparison of nothing is an error, with the reasons', async () => {
    const none = await run(reference, moved, '--columns', 'same');
    expect(none.code).toBe(1);
    expect(none.err).toContain(
      'LW_FILE_INVALID: No column could be compared: same (constant: "x" in every row of both files).',
    );
    writeFileSync(at('other.csv'), 'a,b\n1,2\n');
    const strangers = await run(reference, at('other.csv'), '--fail-on', 'drift');
    expect(strangers.code).toBe(1);
    expect(strangers.err).toContain('the files have none in common');
    expect(strangers.err).toContain(`${at('other.csv')} has "a", "b".`);
  });

  it('writes the report and every number', async () => {
    const { code, out } = await run(reference, moved, '--html', at('report.html'), '--json', at('out.json'));
    expect(code).toBe(0);
    expect(out).toContain(`Next: open ${at('report.html')} in a browser.`);
    expect(readFileSync(at('report.html'), 'utf8')).toContain('<h1>1 of 2 columns drifted</h1>');
    expect(JSON.parse(readFileSync(at('out.json'), 'utf8'))).toMatchObject({
      version: '1.2.3',
      at: Date.UTC(2026, 10, 21),
      alpha: 0.025,
      columns: [
        { name: 'moving', verdict: 'drift', measured: { p: expect.any(Number) } },
        {},
        { verdict: 'aside' },
      ],
    });
    expect(JSON.parse((await run(reference, moved, '--json', '-')).out)).toMatchObject({ tested: 2 });
  });

  it('takes the columns, the false alarms and the tolerance', async () => {
    const { out } = await run(
      reference,
      moved,
      '--columns',
      'moving, same',
      '--false-alarms',
      '0.01',
      '--tolerance',
      '0.9',
    );
    expect(out).toContain('of 1 column drifted (p at most 0.01');
    expect(out).toContain('tolerance 90 % of rows');
    expect(out).not.toContain('still');
  });

  it('what cannot be done is said with what to do, and nothing is written', async () => {
    const report = at('never.html');
    const none = await run(reference, at('none.csv'), '--html', report);
    expect(none).toMatchObject({ code: 1, out: '' });
    expect(none.err).toContain(`LW_FILE_INVALID: Cannot read ${at('none.csv')}: there is no such file.`);
    expect(existsSync(report)).toBe(false);
    for (const wrong of [
      [reference],
      [reference, moved, '--columns', 'movin'],
      [reference, moved, '--columns', ','],
      [reference, moved, '--false-alarms', '0'],
      [reference, moved, '--tolerance', 'much'],
      [reference, moved, '--fail-on', 'rain'],
      [reference, moved, '--html', at('nowhere/report.html')],
    ])
      expect((await run(...wrong)).code).toBe(2);
  });
});
