/** What `npm audit --json` came to. */
export interface AuditVerdict {
  /** `unanswered`: the registry has no such service, or is away. */
  readonly outcome: 'clean' | 'vulnerable' | 'unanswered';
  readonly lines: readonly string[];
}

interface Advisory {
  readonly name: string;
  readonly severity: string;
  readonly range?: string;
  readonly via?: readonly (string | { readonly title?: string; readonly url?: string })[];
}

/** From this severity on an audit fails; what is less is told. */
const failing: readonly string[] = ['high', 'critical'];

/** Reads the answer of `npm audit --json`; a text that is no answer is `unanswered`. */
export function judgeAudit(text: string): AuditVerdict {
  let report: { vulnerabilities?: Record<string, Advisory>; message?: string; error?: { summary?: string } };
  try {
    report = JSON.parse(text) as typeof report;
  } catch {
    return { outcome: 'unanswered', lines: ['npm audit gave no answer'] };
  }
  if (report.vulnerabilities === undefined)
    return { outcome: 'unanswered', lines: [report.message ?? report.error?.summary ?? 'no reason was given'] };
  const found = Object.values(report.vulnerabilities);
  const lines = found.map(({ name, severity, range = '', via = [] }) => {
    const reasons = via.map(one => (typeof one === 'string' ? one : `${one.title ?? ''} ${one.url ?? ''}`.trim()));
    return `${severity}: ${name} ${range} (${reasons.join('; ')})`;
  });
  const bad = found.some(({ severity }) => failing.includes(severity));
  return { outcome: bad ? 'vulnerable' : 'clean', lines };
}
