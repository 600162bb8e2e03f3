import type { CheckEntry, FindingEntry } from './answers.ts';
import { checkWords } from './check-words.ts';
import { PlainTable } from './data-table.tsx';
import { machineTime, moment, subjectName } from './format.ts';
import { isOwnMeasure } from './paging.ts';
import { formatRoute, type ModelRoute } from './route.ts';
import { StateMark } from './state-mark.tsx';
import { severity, verdictLook, worstVerdict } from './verdict.ts';

interface Props {
  readonly route: ModelRoute;
  readonly checks: readonly CheckEntry[];
  /** Findings of every check in the selected window. */
  readonly findings: readonly FindingEntry[];
}

/** Every check: what it says of the selected window, and from when it can page. */
export function ChecksTable({ route, checks, findings }: Props) {
  const names = [...new Set([...checks.map(c => c.check), ...findings.map(f => f.check)])];
  if (names.length === 0) return null;
  return (
    <section class="card" aria-labelledby="checks">
      <h2 id="checks">Checks in the selected window</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Checks">
        <PlainTable
          stack
          caption="Checks, their verdict in the selected window and from when they can page, times in UTC"
          columns={[
            { name: 'Check' },
            { name: 'Verdict' },
            { name: 'In words' },
            { name: 'Can page from (UTC)' },
          ]}
          rows={names.map(name => {
            const own = findings.filter(f => f.check === name && f.version === '' && f.segment === '');
            const verdict = worstVerdict(own.map(f => f.verdict));
            const entry = checks.find(c => c.check === name);
            return [
              own.some(f => f.effect !== null) ? (
                <a key="c" href={formatRoute({ ...route, check: name, subject: null })}>
                  {checkWords(name)}
                </a>
              ) : (
                checkWords(name)
              ),
              verdict === null ? '–' : <StateMark key="v" look={verdictLook(verdict)} />,
              inWords(own, verdict),
              entry !== undefined ? (
                <CanPage key="p" entry={entry} />
              ) : isOwnMeasure(name) ? (
                'By its verdict, uncalibrated'
              ) : (
                '–'
              ),
            ];
          })}
        />
      </div>
    </section>
  );
}

function inWords(findings: readonly FindingEntry[], verdict: string | null): string {
  const worst = findings.filter(f => f.verdict === verdict).sort((a, b) => severity(b) - severity(a));
  const first = worst[0];
  if (first === undefined) return 'Nothing found yet';
  if (verdict === 'stable')
    return findings.length === 1 ? first.sentence : `All ${findings.length} subjects within tolerance`;
  const more = worst.slice(1).map(f => subjectName(f.subject));
  if (more.length === 0) return first.sentence;
  const names =
    more.length > 3 ? `${more.slice(0, 3).join(', ')} and ${more.length - 3} more` : more.join(', ');
  return `${first.sentence} Also ${names}.`;
}

function CanPage({ entry }: { readonly entry: CheckEntry }) {
  return (
    <>
      {entry.from === null ? 'Not yet' : <time dateTime={machineTime(entry.from)}>{moment(entry.from)}</time>}
      {entry.note !== '' && <span class="sub">{entry.note}</span>}
    </>
  );
}
