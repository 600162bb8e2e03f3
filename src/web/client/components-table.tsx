import type { FindingEntry } from './answers.ts';
import { PlainTable } from './data-table.tsx';
import { probability } from './format.ts';
import { componentsOf } from './verdict-words.ts';

/** The parts of the test behind a verdict, and the one that decided. */
export function ComponentsTable({ finding }: { readonly finding: FindingEntry }) {
  const components = componentsOf(finding);
  if (components.length === 0) return null;
  return (
    <>
      <h3>What the test looked at</h3>
      <div class="scroll" tabIndex={0} role="region" aria-label="What the test looked at">
        <PlainTable
          caption="Components of the test: p of each, the part of alpha it has to reach, and which decided"
          columns={[
            { name: 'Component' },
            { name: 'p', numeric: true },
            { name: 'Its part of alpha', numeric: true },
          ]}
          rows={components.map(({ words, p, level, decided }) => [
            decided ? (
              <span key="w">
                <strong>{words}</strong> <span class="tag decided">decided</span>
              </span>
            ) : (
              words
            ),
            probability(p),
            probability(level),
          ])}
        />
      </div>
    </>
  );
}
