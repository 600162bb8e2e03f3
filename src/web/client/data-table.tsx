import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

interface Column {
  readonly name: string;
  readonly numeric?: boolean;
}

interface Props {
  readonly caption: string;
  readonly columns: readonly Column[];
  /** Asked only when the table is opened. */
  readonly rows: () => readonly (readonly ComponentChildren[])[];
}

/** A chart's numbers as a table, for whom a picture is of no use. */
export function DataTable({ caption, columns, rows }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <details class="data" onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>Show as table</summary>
      {open && (
        <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
          <PlainTable caption={caption} columns={columns} rows={rows()} />
        </div>
      )}
    </details>
  );
}

interface PlainProps extends Omit<Props, 'rows'> {
  /** On a narrow screen every row becomes a block with the column names beside the values. */
  readonly stack?: boolean;
  readonly rows: readonly (readonly ComponentChildren[])[];
}

export function PlainTable({ caption, columns, rows, stack = false }: PlainProps) {
  return (
    <table class={stack ? 'stack' : ''}>
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          {columns.map(column => (
            <th key={column.name} scope="col" class={column.numeric ? 'number' : ''}>
              {column.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, i) => (
          <tr key={i}>
            {row.map((cell, j) => (
              <td
                key={columns[j]?.name}
                class={columns[j]?.numeric ? 'number' : ''}
                data-name={columns[j]?.name}
              >
                <div>{cell}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
