import { evidentlyCategorical, evidentlyDefault, evidentlyNumeric } from '../../stats/compat/evidently.ts';
import { nannymlCategorical, nannymlNumeric } from '../../stats/compat/nannyml.ts';
import type { Family } from '../case.ts';

interface Columns {
  readonly num: readonly (number | null)[];
  readonly cat: readonly (string | number | null)[];
}

type Values = Readonly<Record<string, unknown>>;

/** What other tools say of the same raw columns. */
export const compat: Family = {
  answer(asked) {
    const { ref, cur } = asked.inputs as { ref: Columns; cur: Columns };
    const expected = asked.expected as { evidently: { num: Values; cat: Values } };
    const numeric = evidentlyNumeric(cur.num, ref.num) ?? {};
    const names = { cur: namesOf(cur.cat), ref: namesOf(ref.cat) };
    const categorical = evidentlyCategorical(names.cur, names.ref) ?? {};
    return {
      evidently: {
        num: answers(expected.evidently.num, numeric, evidentlyDefault('numeric', ref.num, numeric)),
        cat: answers(
          expected.evidently.cat,
          categorical,
          evidentlyDefault('categorical', names.ref, categorical),
        ),
      },
      nannyml: { num: nannymlNumeric(cur.num, ref.num), cat: nannymlCategorical(names.cur, names.ref) },
    };
  },
  tolerance: () => ({ relative: 1e-6, absolute: 1e-12 }),
};

/** Both refuse: the other tool with an error, this one by giving no value. */
function answers(expected: Values, values: Readonly<Record<string, number | null>>, preset: unknown): Values {
  const refused = Object.entries(expected).filter(
    ([name, value]) => String(value).startsWith('ERROR') && (values[name] ?? null) === null,
  );
  return { ...values, ...Object.fromEntries(refused), default: preset };
}

function namesOf(column: Columns['cat']): (string | null)[] {
  return column.map(value => (value === null || Number.isNaN(value) ? null : String(value)));
}
