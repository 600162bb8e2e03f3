import { alarmLevel } from '../../stats/budget.ts';
import { hypergeometricSf } from '../../stats/fisher.ts';
import { normalSf } from '../../stats/normal.ts';
import { gammaQ } from '../../stats/special.ts';
import { studentTwoSided } from '../../stats/student-t.ts';

type Numbers = readonly number[];

const functions: Readonly<Record<string, (args: Numbers) => number>> = {
  norm_sf: ([x]) => normalSf(x!),
  gamma_q: ([a, x]) => gammaQ(a!, x!),
  t_two_sided: ([t, df]) => studentTwoSided(t!, df!),
  hyper_sf: ([c, marked, n, m]) => hypergeometricSf(c!, marked!, n!, m!),
  alarm_level: ([budget, features, hours]) => alarmLevel(budget!, features!, hours! * 3600),
};

/** Plain functions: each row holds the arguments and, last, the value. Lists that carry no arguments are left out. */
export function goldenFunctions(expected: unknown): Readonly<Record<string, unknown>> {
  const answers: Record<string, unknown> = {};
  for (const [name, rows] of Object.entries(expected as Readonly<Record<string, unknown>>)) {
    if (!Object.hasOwn(functions, name) || !Array.isArray(rows)) continue;
    answers[name] = (rows as Numbers[]).map(row => [...row.slice(0, -1), functions[name]!(row.slice(0, -1))]);
  }
  return answers;
}
