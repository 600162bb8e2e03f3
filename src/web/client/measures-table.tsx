import { useState } from 'preact/hooks';
import type { FindingEntry } from './answers.ts';
import { PlainTable } from './data-table.tsx';
import { quantity } from './format.ts';
import { measureTitle } from './measure-words.ts';

/** Every other measure of the same two distributions, folded away: they are shown and do not judge. */
export function MeasuresTable({ finding }: { readonly finding: FindingEntry }) {
  const [open, setOpen] = useState(false);
  const found = finding.detail['measures'];
  if (typeof found !== 'object' || found === null) return null;
  const measures = Object.entries(found as Readonly<Record<string, unknown>>);
  if (measures.length === 0) return null;
  return (
    <details class="data" onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>{measures.length} measures of the same two distributions</summary>
      {open && (
        <>
          <p class="hint">
            Shown to compare with other tools; they never judge. One judges only where the configuration names
            it with a threshold, and then appears as a check of its own, uncalibrated.
          </p>
          <div class="scroll" tabIndex={0} role="region" aria-label="Measures">
            <PlainTable
              caption="Measures of window and baseline: shown, never judging"
              columns={[{ name: 'Measure' }, { name: 'Value', numeric: true }, { name: 'Name' }]}
              rows={measures.map(([name, value]) => [
                measureTitle(name),
                typeof value === 'number' ? quantity(value) : '–',
                <code key="n">{name}</code>,
              ])}
            />
          </div>
        </>
      )}
    </details>
  );
}
