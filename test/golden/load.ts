import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One case of the definition's own results: what goes into a function and what comes out. */
export interface GoldenCase<Input, Output> {
  readonly name: string;
  readonly kind: string;
  readonly input: Input;
  readonly output: Output;
}

/** All cases of one kind (`numeric`, `categorical`, `window`, `share`, `functions`), in the order of their file names. */
export function loadGolden<Input, Output>(kind: string): GoldenCase<Input, Output>[] {
  const files = readdirSync(import.meta.dirname).filter(name => name.endsWith('.json'));
  return files
    .sort()
    .map(
      name => JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8')) as GoldenCase<Input, Output>,
    )
    .filter(golden => golden.kind === kind);
}
