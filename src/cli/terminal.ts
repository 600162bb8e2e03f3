/** Where a command writes, and what it may know of its surroundings. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether people read along. */
  readonly interactive: boolean;
  /** Width of what `out` writes to, characters; undefined when nobody looks at it. */
  readonly columns?: number | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Text of others without what could move the cursor or colour the terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ');
}
