import { usage } from './usage.ts';

/** One feature of the synthetic model. */
export type Feature = { readonly name: string } & (
  | { readonly kind: 'normal'; readonly mean: number; readonly sd: number }
  | { readonly kind: 'lognormal'; readonly median: number; readonly sigma: number }
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'integers'; readonly low: number; readonly high: number }
  | { readonly kind: 'few'; readonly values: readonly number[] }
  | { readonly kind: 'zipf'; readonly categories: number; readonly exponent: number }
  | {
      readonly kind: 'correlated';
      /** A feature named before this one. */
      readonly with: string;
      /** Correlation of the ranks' normal scores. */
      readonly correlation: number;
      readonly mean: number;
      readonly sd: number;
    }
);

/** The synthetic model unless --feature says otherwise: one feature of each kind, and a second text. */
export const defaultFeatures: readonly string[] = [
  'age:normal:41:12',
  'income:lognormal:38000:0.5',
  'balance:correlated:income:0.7:1200:400',
  'usage:uniform:0:100',
  'visits:integers:0:30',
  'products:few:1,2,3,4',
  'country:zipf:20:1.1',
  'plan:zipf:3:0.8',
];

type Build = (name: string, parameters: readonly string[]) => Feature | null;

const shapes: Readonly<Record<string, { readonly form: string; readonly build: Build }>> = {
  normal: {
    form: 'normal:MEAN:SD',
    build: (name, p) =>
      numbers(p, 2, ([mean, sd]) => sd! > 0 && { name, kind: 'normal', mean: mean!, sd: sd! }),
  },
  lognormal: {
    form: 'lognormal:MEDIAN:SIGMA',
    build: (name, p) =>
      numbers(
        p,
        2,
        ([median, sigma]) =>
          median! > 0 && sigma! > 0 && { name, kind: 'lognormal', median: median!, sigma: sigma! },
      ),
  },
  uniform: {
    form: 'uniform:LOW:HIGH',
    build: (name, p) =>
      numbers(p, 2, ([low, high]) => low! < high! && { name, kind: 'uniform', low: low!, high: high! }),
  },
  integers: {
    form: 'integers:LOW:HIGH',
    build: (name, p) =>
      numbers(
        p,
        2,
        ([low, high]) =>
          low! < high! &&
          Number.isInteger(low) &&
          Number.isInteger(high) && { name, kind: 'integers', low: low!, high: high! },
      ),
  },
  few: {
    form: 'few:VALUE,VALUE,...',
    build: (name, p) => {
      const values = p.length === 1 ? p[0]!.split(',') : [];
      return numbers(
        values,
        values.length,
        given => given.length > 1 && { name, kind: 'few', values: given },
      );
    },
  },
  zipf: {
    form: 'zipf:CATEGORIES:EXPONENT',
    build: (name, p) =>
      numbers(
        p,
        2,
        ([categories, exponent]) =>
          Number.isInteger(categories) &&
          categories! >= 2 &&
          categories! <= 100_000 &&
          exponent! >= 0 && { name, kind: 'zipf', categories: categories!, exponent: exponent! },
      ),
  },
  correlated: {
    form: 'correlated:OTHER:CORRELATION:MEAN:SD',
    build: (name, [other = '', ...p]) =>
      numbers(
        p,
        3,
        ([correlation, mean, sd]) =>
          other !== '' &&
          Math.abs(correlation!) <= 1 &&
          sd! > 0 && {
            name,
            kind: 'correlated',
            with: other,
            correlation: correlation!,
            mean: mean!,
            sd: sd!,
          },
      ),
  },
};

function numbers(
  texts: readonly string[],
  count: number,
  build: (values: readonly number[]) => Feature | false,
): Feature | null {
  const values = texts.map(text => (text.trim() === '' ? Number.NaN : Number(text)));
  if (values.length !== count || !values.every(Number.isFinite)) return null;
  return build(values) || null;
}

/** Reads `age:normal:41:12`. @throws LeewayError LW_USAGE */
function parseFeature(text: string): Feature {
  const [name = '', kind = '', ...parameters] = text.split(':');
  const shape = Object.hasOwn(shapes, kind) ? shapes[kind] : undefined;
  if (name === '' || shape === undefined)
    throw usage(
      `"${text}" is no feature: write NAME:KIND:..., with one of ${Object.values(shapes)
        .map(s => s.form)
        .join(' ')}.`,
    );
  const feature = shape.build(name, parameters);
  if (feature === null) throw usage(`"${text}" is no feature: write it as ${name}:${shape.form}.`);
  return feature;
}

/** Features of a synthetic model. @throws LeewayError LW_USAGE, also for a name given twice. */
export function parseFeatures(texts: readonly string[]): Feature[] {
  const features: Feature[] = [];
  for (const text of texts) {
    const feature = parseFeature(text);
    if (features.some(other => other.name === feature.name))
      throw usage(`The feature ${feature.name} is given twice.`);
    if (feature.kind === 'correlated') {
      const other = features.find(one => one.name === feature.with);
      if (other === undefined || other.kind === 'zipf' || other.kind === 'few')
        throw usage(
          `${feature.name} is correlated with ${feature.with}, which is no feature with a range of numbers named before it.`,
        );
    }
    features.push(feature);
  }
  return features;
}
