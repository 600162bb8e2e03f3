import type { CalendarEntry } from '../../src/detect/calendar.ts';
import { createRandom } from './random.ts';
import { follow, judgeAll, learn, monday, type Verdict } from './streams-judge.ts';
import { drawHours, isWeekend } from './streams-rows.ts';
import { scenarioOf } from './streams-scenarios.ts';
import { learnedPeriod, signsOf, sumOf } from './streams-stream.ts';
import { cutSubject, kinds } from './streams-subjects.ts';
import { type Calibration, fixed, repeatsAt, type Table } from './table.ts';

/** A Wednesday. */
const holiday = { from: (28 + 9) * 24, to: (28 + 10) * 24 };
const names = ['weekend step', 'daily and weekly cycle', 'office hours'] as const;
const marks = ['not marked', 'as Sunday', 'event'] as const;
const windowLengths = [1, 6, 24, 168] as const;

export interface HolidayRow {
  readonly scenario: string;
  readonly mark: (typeof marks)[number];
  readonly length: number;
  /** Windows with rows that touch the holiday and were judged; of these p at most .001, and pages. */
  readonly windows: number;
  readonly thousandth: number;
  readonly pages: number;
  /** Pages of all features of a stream, windows that touch the holiday. */
  readonly streams: number;
}

/** A public holiday that behaves like a Sunday. */
export const streamsHoliday: Calibration<HolidayRow> = { name: 'streams-holiday', run, assert };

function run(scale: number, say: (line: string) => void): Table<HolidayRow> {
  const repeats = repeatsAt(scale, 8);
  const data = names.flatMap(name => {
    say(`streams-holiday: ${name}`);
    const found = Array.from({ length: repeats }, (_, repeat) => streamOf(name, repeat));
    return marks.flatMap(mark =>
      windowLengths.map((length): HolidayRow => {
        const some = found.flatMap(of => of.get(mark)!).filter(v => v.length === length && v.rows > 0);
        return {
          scenario: name,
          mark,
          length,
          windows: some.length,
          thousandth: some.filter(({ p }) => p <= 0.001).length,
          pages: some.filter(({ pages }) => pages).length,
          streams: repeats,
        };
      }),
    );
  });
  return {
    name: streamsHoliday.name,
    title: 'Real streams: a public holiday',
    scale,
    about: [
      `${repeats} streams of each kind with ${kinds.length} features, 28 days of history and 15 more. One Wednesday behaves like a weekend. The calendar says nothing of it, or that it counts as Sunday, or that it is a planned event: then no window that touches it is judged. Windows that touch the holiday alone are counted.`,
    ],
    sections: [
      {
        caption: 'Windows with p <= .001 over nominal, and pages of a model with 20 features for one holiday',
        head: ['stream', 'calendar', ...windowLengths.map(length => `${length} h`), 'pages'],
        rows: names.flatMap(scenario =>
          marks.map(mark => {
            const of = data.filter(row => row.scenario === scenario && row.mark === mark);
            return [
              scenario,
              mark,
              ...of.map(({ windows, thousandth }) =>
                windows === 0 ? 'not judged' : fixed(thousandth / windows / 0.001, 1),
              ),
              fixed(pagesOf(of), 1),
            ];
          }),
        ),
      },
    ],
    findings: names.map(scenario => {
      const of = (mark: string) =>
        pagesOf(data.filter(row => row.scenario === scenario && row.mark === mark));
      return `${scenario}: ${fixed(of('not marked'), 1)} pages for a holiday that no calendar names, ${fixed(of('as Sunday'), 1)} when it counts as Sunday, ${fixed(of('event'), 1)} as an event.`;
    }),
    data,
  };
}

/** Pages of twenty features in one stream. */
function pagesOf(rows: readonly HolidayRow[]): number {
  const pages = rows.reduce((sum, row) => sum + row.pages, 0);
  return ((pages / Math.max(1, rows[0]?.streams ?? 1)) * 20) / kinds.length;
}

function streamOf(name: string, repeat: number): ReadonlyMap<(typeof marks)[number], Verdict[]> {
  const random = createRandom(`streams holiday, ${name}, ${repeat}`);
  const isHoliday = (hour: number) => hour >= holiday.from && hour < holiday.to;
  const hours = drawHours(
    {
      scenario: scenarioOf(name),
      signs: signsOf(random),
      hours: holiday.to + 6 * 24,
      weekendAt: hour => isHoliday(hour) || isWeekend(hour),
    },
    random,
  );
  const own = learnedPeriod(hours, 0);
  const found = new Map(marks.map(mark => [mark, [] as Verdict[]] as const));
  kinds.forEach((_, at) => {
    const cut = cutSubject(at, sumOf(hours, at, own));
    for (const mark of marks) {
      const followed = follow(cut, { hours, at }, calendarOf(mark));
      const fits = learn(followed, hours.length / 24);
      const range = { fits, anchor: null, from: holiday.from - 168, to: hours.length };
      const touching = judgeAll(followed, range).filter(
        ({ start, length }) => start < holiday.to && start + length > holiday.from,
      );
      found.get(mark)!.push(...touching);
    }
  });
  return found;
}

function calendarOf(mark: (typeof marks)[number]): CalendarEntry[] {
  if (mark === 'not marked') return [];
  const as = mark === 'event' ? 'event' : 'sunday';
  return [{ name: 'holiday', from: monday + holiday.from, to: monday + holiday.to, as, models: [] }];
}

/** What is marked as an event is not judged: no probability is involved. */
function assert({ data }: Table<HolidayRow>): string[] {
  return data
    .filter(({ mark, windows }) => mark === 'event' && windows > 0)
    .map(({ scenario, windows }) => `${scenario}: ${windows} windows that touch an event were judged`);
}
