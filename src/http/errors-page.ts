import { errorCodes } from '../lib/errors.ts';

const head = `# Errors

Every error a user can meet has a stable code, on the command line, in the log and in HTTP answers (\`{code, message, advice, requestId}\`). The message says what happened and where, the advice what to do. Made from src/lib/errors.ts. Why single records are refused is another list: the reject reasons in [formats.md](formats.md).

| code | HTTP status | what to do |
|---|---|---|
`;

/** The page docs/errors.md, from the table of codes. */
export function errorsPage(): string {
  const rows = Object.entries(errorCodes).map(
    ([code, { status, advice }]) => `| \`${code}\` | ${status} | ${advice.replaceAll('|', '\\|')} |`,
  );
  return `${head}${rows.join('\n')}\n`;
}
