import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';
import { type Environment, substitute } from './environment.ts';
import type { Path } from './node.ts';

/** One configuration file. */
export interface ConfigText {
  readonly file: string;
  readonly text: string;
}

/** Where something stands; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Something wrong with a configuration, with its place. */
export interface Problem extends Place {
  readonly rule: string;
  readonly path: string;
  readonly message: string;
}

/** One file as it was read, before anything is known of its meaning. */
export interface ConfigDocument {
  readonly file: string;
  /** Plain values, the environment filled in. */
  readonly value: unknown;
  /** Why it cannot be used at all. */
  readonly problems: readonly Problem[];
  /** What stands at a path: nothing, a mapping, or something else, which replaces what earlier files say. */
  at(path: Path): 'absent' | 'mapping' | 'other';
  /** Where a path stands: its key, its value, or the nearest thing around it that is there. */
  place(path: Path, atKey?: boolean): Place;
}

/** Parses one file and fills in the environment. */
export function readDocument({ file, text }: ConfigText, environment: Environment): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, version: '1.2' });
  const placeOf = (offset: number | undefined): Place => {
    const at = lines.linePos(offset ?? 0);
    return { file, line: Math.max(at.line, 1), column: Math.max(at.col, 1) };
  };
  const syntax = [...document.errors, ...document.warnings].map(e => ({
    ...placeOf(e.pos[0]),
    rule: 'syntax',
    path: '',
    message: `is not YAML: ${e.message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '')}`,
  }));
  const problems: Problem[] = [...syntax];
  const tell = (node: Node, rule: string, message: string) =>
    void problems.push({ ...placeOf(node.range?.[0]), rule, path: '', message });
  if (syntax.length === 0)
    visit(document, {
      Alias: (_, node) => tell(node, 'syntax', 'uses a YAML alias; write the value out'),
      Scalar: (_, node) => {
        if (typeof node.value !== 'string') return;
        const filled = substitute(node.value, environment);
        for (const message of filled.problems) tell(node, 'environment', message);
        node.value = filled.text;
      },
    });
  const contents = document.contents as unknown;
  const root = isScalar(contents) && contents.value === null ? null : contents;
  if (problems.length === 0 && root !== null && !isMap(root))
    tell(
      root as Node,
      'no-mapping',
      `must be a mapping of sections, such as \`listen: {port: 8080}\`, not ${isSeq(root) ? 'a list' : 'a single value'}`,
    );
  return {
    file,
    value: problems.length > 0 ? undefined : (document.toJS() ?? {}),
    problems,
    at: path => {
      const { node, depth } = descend(contents, path);
      if (depth < path.length || node === undefined) return 'absent';
      return isMap(node) ? 'mapping' : 'other';
    },
    place: (path, atKey = false) => placeOf(offsetOf(contents, path, atKey)),
  };
}

/** The node at a path, and how far the path could be followed. */
function descend(contents: unknown, path: Path): { readonly node: unknown; readonly depth: number } {
  let node = contents;
  for (const [depth, part] of path.entries()) {
    const pair = isMap(node) ? node.items.find(item => keyOf(item) === part) : undefined;
    const next = isSeq(node) ? node.items[Number(part)] : pair;
    if (next === undefined) return { node, depth };
    node = isPair(next) ? next.value : next;
  }
  return { node: node ?? undefined, depth: path.length };
}

function offsetOf(contents: unknown, path: Path, atKey: boolean): number | undefined {
  let node: unknown = contents;
  let offset = (contents as Node | null)?.range?.[0];
  for (const [depth, part] of path.entries()) {
    const pair = isMap(node) ? node.items.find(item => keyOf(item) === part) : undefined;
    const next = isSeq(node) ? node.items[Number(part)] : pair?.value;
    if (next === undefined || isAlias(next)) return offset;
    const key = isPair(pair) && isScalar(pair.key) ? pair.key.range?.[0] : undefined;
    const last = depth === path.length - 1;
    const value = (next as Node | null)?.range?.[0];
    offset = last && !atKey ? (value ?? key) : (key ?? value);
    node = next;
  }
  return offset;
}

function keyOf(pair: Pair<unknown, unknown>): unknown {
  return isScalar(pair.key) ? pair.key.value : undefined;
}
