/** The suites behind `npm test` (ci) and `npm run full`. docs/TESTING.md says what each proves. */
export interface Suite {
  readonly name: string;
  readonly config: string;
  /** Extra arguments of vitest. */
  readonly args?: Readonly<Record<'ci' | 'full', readonly string[]>>;
  /** Environment that sizes the suite. */
  readonly env: Readonly<Record<'ci' | 'full', Readonly<Record<string, string>>>>;
  /** Runs while the suite of this name does: one after the other would cost minutes, and both bear a busy machine. */
  readonly beside?: string;
}

export const suites: readonly Suite[] = [
  {
    name: 'unit',
    config: 'vitest.config.ts',
    // Counting lines costs a sixth of the time.
    args: { ci: [], full: ['--coverage'] },
    env: { ci: {}, full: {} },
  },
  {
    name: 'calibration',
    beside: 'unit',
    config: 'vitest.calibration.config.ts',
    env: {
      // The tables of streams take minutes however few repeats they make.
      ci: {
        LEEWAY_CALIBRATION_SCALE: '0.01',
        LEEWAY_CALIBRATION_TABLES:
          'type-one,type-one-tail,power,smallest-detectable,effect,effect-nothing,budget-iid,known-data,same-answer,service-volume,cost,cost-window',
      },
      full: { LEEWAY_CALIBRATION_SCALE: '0.3' },
    },
  },
  {
    name: 'hostile',
    beside: 'unit',
    config: 'vitest.hostile.config.ts',
    env: {
      ci: {},
      full: {
        LEEWAY_FUZZ: '1000000',
        LEEWAY_FUZZ_HTTP: '300000',
        LEEWAY_FEATURES: '50000',
        LEEWAY_VALUES: '1000000',
      },
    },
  },
  {
    name: 'trainer',
    beside: 'unit',
    config: 'vitest.trainer.config.ts',
    env: { ci: { LEEWAY_TRAINER_MLFLOW: '1' }, full: { LEEWAY_TRAINER_MLFLOW: '1' } },
  },
  { name: 'web', beside: 'unit', config: 'vitest.web.config.ts', env: { ci: {}, full: {} } },
  {
    name: 'kafka',
    config: 'vitest.kafka.config.ts',
    env: {
      ci: { LEEWAY_LINE_RECORDS: '200000', LEEWAY_LINE_KILLS: '5', LEEWAY_AWAY_SECONDS: '20' },
      full: {
        LEEWAY_LINE_RECORDS: '1000000',
        LEEWAY_LINE_KILLS: '25',
        LEEWAY_AWAY_SECONDS: '60',
        LEEWAY_ELECTION_KILLS: '24',
        LEEWAY_STORM_SECONDS: '120',
        LEEWAY_FLOOD_RECORDS: '1000000',
        LEEWAY_FUZZ_KAFKA: '700000',
      },
    },
  },
  {
    name: 'fault',
    beside: 'kafka',
    config: 'vitest.fault.config.ts',
    env: {
      ci: { LEEWAY_KILLS: '22', LEEWAY_POINT_KILLS: '2', LEEWAY_DELIVERY_KILLS: '2' },
      full: {
        LEEWAY_KILLS: '1000',
        LEEWAY_POINT_KILLS: '100',
        LEEWAY_DELIVERY_KILLS: '200',
        LEEWAY_FULL_WAITS: '1',
        LEEWAY_FAULT_SECONDS: '30',
      },
    },
  },
];
