import type { Finding, JudgedWindow } from '../domain/finding.ts';

/**
 * A window without the findings of checks that are switched off. That of `volume` stays, for it is what the ledger
 * remembers a window by, but judges nothing.
 */
export function withoutChecks(window: JudgedWindow, off: ReadonlySet<string>): JudgedWindow {
  if (off.size === 0) return window;
  const findings = window.findings.flatMap(finding => {
    if (!off.has(finding.check)) return [finding];
    return finding.check === 'volume' ? [shown(finding)] : [];
  });
  return { ...window, findings };
}

function shown(finding: Finding): Finding {
  const unknown = Number.NaN;
  return {
    ...finding,
    verdict: finding.verdict === 'drift' ? 'stable' : finding.verdict,
    p: unknown,
    alpha: unknown,
    detail: { ...finding.detail, judged: false },
    sentence: `${finding.n.toLocaleString('en-US')} rows; shown, not judged: checks.volume is switched off.`,
  };
}
