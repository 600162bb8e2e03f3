import type { Registry } from 'prom-client';
import { type Finding, type JudgedWindow, verdicts } from '../../domain/finding.ts';
import type { Group } from '../group.ts';
import { gauge } from '../metric.ts';

const labelNames = ['model', 'environment', 'check', 'subject', 'window'] as const;
type Labels = Record<(typeof labelNames)[number], string>;

interface Latest {
  readonly start: number;
  readonly generation: bigint;
  readonly series: readonly Labels[];
}

/** Window length as people say it: `1h`, `24h`. */
function windowText(seconds: number): string {
  return seconds % 3600 === 0 ? `${seconds / 3600}h` : `${seconds}s`;
}

/**
 * What the latest window of each length says. An older window (judged again for late rows) never overwrites a newer
 * one; what the newer one no longer mentions is taken away. Findings of one version or segment stay in the tables.
 */
export const createFindings: Group = ({ registry, streams, subjects }) => {
  const series = createSeries(registry);
  const latest = new Map<string, Latest>();

  return {
    windowJudged: judged => {
      const { model, environment } = judged;
      const owner = JSON.stringify([model, environment]);
      if (!streams(model, environment)) return;
      const window = windowText(judged.windowSeconds);
      const key = JSON.stringify([model, environment, window]);
      const before = latest.get(key);
      if (before !== undefined && !replaces(judged, before)) return;
      const cap = subjects(owner);
      const shown = judged.findings.filter(
        f => f.version === '' && f.segment === '' && cap.admit(f.subject) !== null,
      );
      for (const labels of before?.series ?? []) series.remove(labels);
      const labelled = shown.map(finding => {
        const labels = { model, environment, check: finding.check, subject: finding.subject, window };
        series.set(finding, labels);
        return labels;
      });
      series.end.set({ model, environment, window }, judged.windowStart + judged.windowSeconds);
      latest.set(key, { start: judged.windowStart, generation: judged.generation, series: labelled });
    },
  };
};

function replaces(judged: JudgedWindow, before: Latest): boolean {
  if (judged.windowStart !== before.start) return judged.windowStart > before.start;
  return judged.generation >= before.generation;
}

function createSeries(registry: Registry) {
  const of = (name: string, help: string) => gauge(registry, name, help, labelNames);
  const effect = of(
    'leeway_finding_effect',
    'Size of the difference from the baseline, in the unit of its check (drift: share of rows, 0 to 1).',
  );
  const tolerance = of(
    'leeway_finding_tolerance',
    'Effect below which nobody cares, in the unit of the effect.',
  );
  const p = of('leeway_finding_p_value', 'Probability of such a difference without drift.');
  const rows = of('leeway_finding_rows', 'Rows the finding rests on.');
  const all = verdicts.join(', ');
  const verdictHelp = `1 for the verdict of the latest window; the series of drift is always there. Verdicts: ${all}.`;
  const verdict = gauge(registry, 'leeway_finding_verdict', verdictHelp, [...labelNames, 'verdict']);
  const endName = 'leeway_window_end_timestamp_seconds';
  const put = (one: typeof effect, labels: Labels, value: number) => {
    if (Number.isFinite(value)) one.set(labels, value);
    else one.remove(labels);
  };
  return {
    end: gauge(registry, endName, 'End of the latest window judged.', ['model', 'environment', 'window']),
    remove: (labels: Labels) => {
      for (const one of [effect, tolerance, p, rows]) one.remove(labels);
      for (const name of verdicts) verdict.remove({ ...labels, verdict: name });
    },
    set: (finding: Finding, labels: Labels) => {
      put(effect, labels, finding.effect);
      put(tolerance, labels, finding.tolerance);
      put(p, labels, finding.p);
      put(rows, labels, finding.n);
      verdict.set({ ...labels, verdict: 'drift' }, 0);
      verdict.set({ ...labels, verdict: finding.verdict }, 1);
    },
  };
}
