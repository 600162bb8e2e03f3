import { quantileOfBins } from '../../stats/quantiles.ts';
import { type QuantileMethod, sampleQuantile, weightedQuantile } from '../../stats/sample-quantiles.ts';
import { type Family, tolerances } from '../case.ts';

interface Inputs {
  readonly q: readonly number[];
  readonly x: readonly number[];
  readonly weights: readonly number[];
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

const methods: readonly QuantileMethod[] = ['linear', 'inverted_cdf', 'hazen', 'median_unbiased'];

/** Quantiles of samples, of weighted values and of histograms. */
export const quantiles: Family = {
  answer(asked) {
    const inputs = asked.inputs as Inputs;
    switch (asked.kind) {
      case 'sample':
        return ofSample(inputs);
      case 'weighted':
        return { inverted_cdf: inputs.q.map(q => weightedQuantile(inputs.x, inputs.weights, q)) };
      case 'histogram':
        return { linear_in_bin: ofBins(inputs) };
      default:
        return null;
    }
  },
  tolerance: () => tolerances.statistic,
};

function ofSample({ x, q }: Inputs): Readonly<Record<string, number[]>> {
  const sorted = [...x].sort((a, b) => a - b);
  return Object.fromEntries(
    methods.map(method => [method, q.map(share => sampleQuantile(sorted, share, method))]),
  );
}

/** Only bins that hold rows are stored; bin 1 is the first one above the first edge. */
function ofBins({ edges, counts, q }: Inputs): number[] {
  const bins = counts.map((_, i) => i + 1).filter(bin => counts[bin - 1]! > 0);
  const held = { bins, counts: bins.map(bin => counts[bin - 1]!) };
  return q.map(share => quantileOfBins(edges, held, share));
}
