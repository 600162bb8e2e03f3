import { readFileSync } from 'node:fs';

/** Environment variables as far as the configuration may read them. */
export type Environment = Readonly<Record<string, string | undefined>>;

const placeholder = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\$/g;

export interface Substitution {
  readonly text: string;
  /** What is wrong, in sentences: names that are not set, files that cannot be read. */
  readonly problems: readonly string[];
}

/**
 * Fills `${NAME}` and `${NAME:-default}`; `$$` is a dollar sign. A name that is not set is read from the file that
 * NAME_FILE names (as Docker and Kubernetes mount secrets), without its last line break. What is filled in is not looked
 * at again.
 */
export function substitute(
  text: string,
  environment: Environment,
  readFile: (path: string) => string = path => readFileSync(path, 'utf8'),
): Substitution {
  const problems: string[] = [];
  const filled = text.replace(
    placeholder,
    (whole, name: string | undefined, fallback: string | undefined) => {
      if (name === undefined) return '$';
      const path = environment[`${name}_FILE`];
      if (environment[name] === undefined && path !== undefined) {
        try {
          return readFile(path).replace(/\r?\n$/, '');
        } catch (error) {
          const { code, message } = error as NodeJS.ErrnoException;
          problems.push(`the file that ${name}_FILE names cannot be read (${code ?? message})`);
          return whole;
        }
      }
      const value = environment[name] ?? fallback;
      if (value === undefined) problems.push(`the environment variable ${name} is not set`);
      return value ?? whole;
    },
  );
  return { text: filled, problems };
}
