import { type Outcome, shareFlagged } from './outcome.ts';
import type { Manifest } from './streams.ts';

/** All that was measured. */
export interface Results {
  readonly manifest: Manifest;
  readonly outcomes: readonly Outcome[];
  /** Of the same tools: 100,000 + 100,000 rows of 20 columns. */
  readonly timed: readonly Outcome[];
  readonly machine: string;
}

/** As JSON, with the share of every cell: one line for a setting, a column and a reference, with one value a window size. */
export function stored({ manifest, outcomes, timed, machine }: Results): string {
  const sizes = manifest.windows.map(({ rows }) => rows);
  const lines = outcomes.flatMap(({ tool, cells = [] }) =>
    cells
      .filter(({ rows }) => rows === Math.max(...sizes))
      .map(({ setting, column, reference }) => {
        const shares = sizes.map(rows => {
          const cell = cells.find(
            other =>
              other.setting === setting &&
              other.column === column &&
              other.reference === reference &&
              other.rows === rows,
          );
          return cell === undefined ? null : shareFlagged([cell]);
        });
        const round = (value: number | undefined) =>
          value === undefined || Number.isNaN(value) ? null : Number(value.toFixed(4));
        return {
          tool,
          setting,
          column,
          reference,
          share: shares.map(share => round(share?.share)),
          error: shares.map(share => round(share?.error)),
        };
      }),
  );
  const about = outcomes.map(({ tool, version, notes, seconds, megabytes }) => ({
    tool,
    version,
    notes,
    cpuSeconds: seconds,
    megabytes: Math.round(megabytes),
  }));
  const times = timed.map(({ tool, seconds, again, megabytes }) => ({
    tool,
    cpuSeconds: seconds,
    again,
    megabytes: Math.round(megabytes),
  }));
  const list = (of: readonly unknown[]) => of.map(each => `    ${JSON.stringify(each)}`).join(',\n');
  const parts = [
    `  "machine": ${JSON.stringify(machine)}`,
    `  "streams": ${JSON.stringify(manifest)}`,
    `  "tools": [\n${list(about)}\n  ]`,
    `  "time": [\n${list(times)}\n  ]`,
    `  "shares": [\n${list(lines)}\n  ]`,
  ];
  return `{\n${parts.join(',\n')}\n}\n`;
}
