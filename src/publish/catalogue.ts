import type { Registry } from 'prom-client';

interface Described {
  readonly name: string;
  readonly help: string;
  readonly type?: string;
  readonly labelNames?: readonly string[];
}

const head = `# Metrics

What GET /metrics gives. Made from the registry (src/publish/groups). Nothing is queried on a scrape. Units are base units; times are timestamps. Series are bounded: beyond the caps (\`limits.metricModels\`, \`limits.metricSubjects\`, 20 versions of a model) values are summed up as \`other\` or left to the tables, and counted in \`leeway_series_refused_total\`. Counters count from the start of the process. The process's own metrics (\`process_...\`, \`nodejs_...\`) are those of prom-client.

`;

/** The page docs/metrics.md, from the metrics a registry holds. */
export async function metricsPage(registry: Registry): Promise<string> {
  const json = await registry.getMetricsAsJSON();
  const types = new Map(json.map(metric => [metric.name, String(metric.type)]));
  const rows = (registry.getMetricsAsArray() as unknown as Described[]).map(metric => {
    const labels = (metric.labelNames ?? []).map(label => `\`${label}\``).join(', ');
    return `| \`${metric.name}\` | ${types.get(metric.name)} | ${labels} | ${metric.help.replaceAll('|', '\\|')} |`;
  });
  return `${head}| metric | type | labels | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}
