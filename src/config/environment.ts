/** Environment variables as far as the configuration may read them. */
export type Environment = Readonly<Record<string, string | undefined>>;

const placeholder = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\$/g;

export interface Substitution {
  readonly text: string;
  /** Names that were asked for and are not set. */
  readonly missing: readonly string[];
}

/** Fills `${NAME}` and `${NAME:-default}`; `$$` is a dollar sign. What is filled in is not looked at again. */
export function substitute(text: string, environment: Environment): Substitution {
  const missing: string[] = [];
  const filled = text.replace(
    placeholder,
    (whole, name: string | undefined, fallback: string | undefined) => {
      if (name === undefined) return '$';
      const value = environment[name] ?? fallback;
      if (value === undefined) missing.push(name);
      return value ?? whole;
    },
  );
  return { text: filled, missing };
}
