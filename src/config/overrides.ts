import { type Static, type TSchema, Type } from 'typebox';
import { firstFit } from './objectives.ts';
import type { Finding } from './validate.ts';

const closed = { additionalProperties: false } as const;
const share = (description: string) =>
  Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1, description }));

/** Checks that can be switched off. `blind` cannot: it speaks of Leeway. Objectives and measures are only there if given. */
const checkNames = [
  'schema',
  'drift',
  'missing',
  'mismatch',
  'unseen',
  'latency',
  'errors',
  'volume',
  'size',
  'reused',
  'suspected_duplicates',
] as const;

const judged = (name: string) =>
  Type.Optional(Type.Boolean({ description: `Whether \`${name}\` is judged; it is unless switched off.` }));

const checks = Type.Object(
  {
    schema: judged('schema'),
    drift: judged('drift'),
    missing: judged('missing'),
    mismatch: judged('mismatch'),
    unseen: judged('unseen'),
    latency: judged('latency'),
    errors: judged('errors'),
    volume: judged('volume'),
    size: judged('size'),
    reused: judged('reused'),
    suspected_duplicates: judged('suspected_duplicates'),
  },
  {
    additionalProperties: false,
    description: 'Checks switched off (`volume: false`): nothing is found by them, nobody is told.',
  },
);

/** What a model, an environment, or a model in an environment may have of its own. */
const own = {
  budget: Type.Optional(
    Type.Object(
      {
        falseAlarmsPerMonth: Type.Number({
          exclusiveMinimum: 0,
          maximum: 1000,
          description: 'False alarms that may be expected in 30 days.',
        }),
      },
      { ...closed, description: 'A budget of its own, beside that of the fleet.' },
    ),
  ),
  latenessSeconds: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 86_400,
      description:
        'How long after its end a window waits for late rows, instead of the general `latenessSeconds`.',
    }),
  ),
  tolerances: Type.Optional(
    Type.Object(
      {
        drift: share('Least effect of drift in the body of a distribution that pages; 0.1 unless given.'),
        missing: share('Least change of a share of missing values that pages; 0.02 unless given.'),
        mismatch: share('Least change of a share of values of a wrong type that pages; 0.02 unless given.'),
        unseen: share('Least share of unseen categories that pages; 0.02 unless given.'),
        rare: share('Least effect of drift in what is rare that pages; 0.02 unless given.'),
      },
      { ...closed, description: 'From which effect on people are told; verdicts stay what they are.' },
    ),
  ),
  checks: Type.Optional(checks),
} satisfies Record<string, TSchema>;

const ignore = Type.Optional(
  Type.Boolean({
    description:
      'Rows of this environment are passed over: not stored, not profiled, not judged (counted as `environment-ignored`).',
  }),
);

/** Keys of a model's rules besides those of its data. */
export const overrideKeys = {
  ...own,
  limits: Type.Optional(
    Type.Object(
      {
        features: Type.Optional(
          Type.Integer({
            minimum: 1,
            maximum: 100_000,
            description: 'Features of one inference; at most the general `limits.features`.',
          }),
        ),
      },
      { ...closed, description: 'Bounds on what is taken in for this model.' },
    ),
  ),
  environments: Type.Optional(
    Type.Record(Type.String(), Type.Object({ ignore, ...own }, closed), {
      description:
        'The model in one environment, by name or pattern; the first that fits counts. Keys as in [environments](#environments).',
    }),
  ),
};

/** Rules of environments, of whatever model. */
export const environmentsSchema = Type.Record(Type.String(), Type.Object({ ignore, ...own }, closed), {
  default: {},
  description:
    'Rules by environment or pattern (`staging`, `test-*`), of whatever model; the first that fits counts. What `models` says of a model goes before it, and what that says of the environment before both.',
});

type Layer = Static<ReturnType<typeof layerOf>>;

function layerOf() {
  return Type.Object({ ignore, ...own });
}

type Loose<T> = { readonly [K in keyof T]?: Loose<T[K]> | undefined };

/** The parts of a configuration that hold overrides. */
export interface Overriding {
  readonly environments: Readonly<Record<string, Loose<Layer>>>;
  readonly models: Readonly<
    Record<
      string,
      Loose<Omit<Layer, 'ignore'>> & {
        readonly limits?: { readonly features?: number | undefined } | undefined;
        readonly environments?: Readonly<Record<string, Loose<Layer>>> | undefined;
      }
    >
  >;
}

/** What holds for one model in one environment. */
export interface StreamRules {
  readonly ignore: boolean;
  /** Expected false alarms in 30 days; null: no budget of its own. */
  readonly budget: number | null;
  /** Null: as for every model. */
  readonly latenessSeconds: number | null;
  readonly tolerances: Readonly<
    Partial<Record<'drift' | 'missing' | 'mismatch' | 'unseen' | 'rare', number>>
  >;
  /** Checks that are not judged. */
  readonly off: ReadonlySet<string>;
  /** Features of one inference; null: as for every model. */
  readonly features: number | null;
}

/** Rules of a stream, key by key: of its environment, then of its model, then of the model in the environment. */
export function streamRules(config: Overriding, model: string, environment: string): StreamRules {
  const rules = firstFit(config.models, model);
  const inner = firstFit(rules?.environments ?? {}, environment);
  const layers: readonly Loose<Layer>[] = [
    firstFit(config.environments, environment) ?? {},
    rules === undefined ? {} : { ...rules, ignore: undefined },
    inner ?? {},
  ];
  const last = <T>(of: (layer: Loose<Layer>) => T | undefined): T | undefined =>
    layers.reduce<T | undefined>((found, layer) => of(layer) ?? found, undefined);
  const off = checkNames.filter(name => last(layer => layer.checks?.[name]) === false);
  const names = ['drift', 'missing', 'mismatch', 'unseen', 'rare'] as const;
  const tolerances = names.flatMap(name => {
    const value = last(layer => layer.tolerances?.[name]);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ignore: last(layer => layer.ignore) ?? false,
    budget: last(layer => layer.budget?.falseAlarmsPerMonth) ?? null,
    latenessSeconds: last(layer => layer.latenessSeconds) ?? null,
    tolerances: Object.fromEntries(tolerances),
    off: new Set(off),
    features: rules?.limits?.features ?? null,
  };
}

/** What is wrong with overrides that satisfy the schema: bounds that are wider than the general ones. */
export function overrideFindings(config: Overriding, mostFeatures: number): Finding[] {
  return Object.entries(config.models).flatMap(([name, { limits }]) => {
    if ((limits?.features ?? 0) <= mostFeatures) return [];
    const message = `must be at most limits.features (${mostFeatures}), not ${limits?.features}`;
    return [{ path: ['models', name, 'limits', 'features'], rule: 'override-features', message }];
  });
}
