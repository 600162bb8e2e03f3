import type { FindingEntry } from './answers.ts';
import { PlainTable } from './data-table.tsx';
import { quantity } from './format.ts';
import { detailNumber } from './verdict-words.ts';

const names = ['p50', 'p95', 'p99'] as const;
const space = '\u00a0';

/** Percentiles of a latency or a size in the window, beside the baseline's; nothing for other checks. */
export function PercentilesTable({ finding: { check, detail } }: { readonly finding: FindingEntry }) {
  const text = check === 'latency' ? seconds : bytes;
  if (names.every(name => detailNumber(detail, name) === null)) return null;
  return (
    <PlainTable
      caption="Percentiles in the window and in the baseline"
      columns={[
        { name: 'Percentile' },
        { name: 'Window', numeric: true },
        { name: 'Baseline', numeric: true },
      ]}
      rows={names.map(name => [
        name,
        text(detailNumber(detail, name)),
        text(detailNumber(detail, `${name}Reference`)),
      ])}
    />
  );
}

function seconds(value: number | null): string {
  if (value === null) return '–';
  return value < 1 ? `${quantity(value * 1000)}${space}ms` : `${quantity(value)}${space}s`;
}

const bytes = (value: number | null) => (value === null ? '–' : `${quantity(value)}${space}bytes`);
