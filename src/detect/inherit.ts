import type { BaselineSubject } from '../domain/baseline.ts';
import type { WindowFit } from '../stats/window-model.ts';
import type { StreamNoise, SubjectNoise } from './noise-fit.ts';
import { type StreamSpec, scoreStreams } from './score-streams.ts';

export interface InheritRequest {
  /** Subjects of the baseline that the noise was learnt under, and of the one that takes it over. */
  readonly from: ReadonlyMap<string, BaselineSubject>;
  readonly to: ReadonlyMap<string, BaselineSubject>;
  readonly noise: ReadonlyMap<string, SubjectNoise>;
}

/**
 * Noise learnt under one baseline in the units of the next. Scores have variance 1 under both, so their season and
 * spread carry over as they are; those of a share are scaled by its standard deviation. A tail has the same side and
 * place in the order of cuts, a category the same name. Levels are not taken over: they are the new reference's.
 */
export function inheritNoise({ from, to, noise }: InheritRequest): Map<string, SubjectNoise> {
  const inherited = new Map<string, SubjectNoise>();
  for (const [name, learnt] of noise) {
    const [old, fresh] = [from.get(name), to.get(name)];
    if (old === undefined || fresh === undefined || old.binning.kind !== fresh.binning.kind) continue;
    const oldNames = new Map(
      scoreStreams(old).specs.map((spec, i, all) => [meaning(spec, i, all, old), spec.name]),
    );
    const streams: Record<string, StreamNoise> = {};
    const { specs: all } = scoreStreams(fresh);
    for (const [i, spec] of all.entries()) {
      const known = learnt.streams[oldNames.get(meaning(spec, i, all, fresh)) ?? ''];
      if (known !== undefined) streams[spec.name] = rescaled(known, spec);
    }
    if (Object.keys(streams).length > 0) inherited.set(name, { streams, leftOut: [] });
  }
  return inherited;
}

/** What a stream is about, whatever the bins: `cell "pro"`, `tail above 2`. */
function meaning(
  spec: StreamSpec,
  at: number,
  all: readonly StreamSpec[],
  { binning }: BaselineSubject,
): string {
  const [kind, part] = spec.name.split(':');
  if (kind === 'cell') return `cell ${JSON.stringify(binning.categories[Number(part)])}`;
  if (kind !== 'tail') return spec.name;
  const side = (other: StreamSpec) => other.name.startsWith(`tail:${part}:`);
  return `tail ${part} ${all.slice(0, at).filter(side).length}`;
}

function rescaled({ fit, count, rows }: StreamNoise, spec: StreamSpec): StreamNoise {
  if (spec.kind === 'score') return { fit, count, rows };
  const { reference } = spec;
  const share = reference.rows > 0 ? reference.count / reference.rows : 0;
  const least = 0.5 / Math.max(1, reference.rows + rows);
  const bounded = Math.min(1 - least, Math.max(least, share));
  const v1 = bounded * (1 - bounded);
  const scale = Math.sqrt(v1 / fit.v1);
  const lengths: WindowFit['lengths'] = Object.fromEntries(
    Object.entries(fit.lengths).map(([hours, { phi, tau2, df }]) => [
      hours,
      { phi, tau2: tau2 * scale * scale, df },
    ]),
  );
  return {
    fit: { ...fit, v1, season: fit.season.map(value => value * scale), mean: fit.mean * scale, lengths },
    count: share * rows,
    rows,
  };
}
