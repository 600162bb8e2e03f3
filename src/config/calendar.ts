import { type Static, Type } from 'typebox';
import type { Finding } from './validate.ts';

const moment = {
  pattern: '^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:00(:00)?Z)?$',
  patternErrorMessage: 'must be a day such as 2026-12-24 or a full hour such as 2026-12-24T18:00Z',
};

const entrySchema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64, description: 'What it is, for findings: `Christmas`.' }),
    from: Type.String({
      ...moment,
      description: 'First day (`2026-12-24`) or full hour (`2026-12-24T18:00Z`), UTC.',
    }),
    to: Type.Optional(
      Type.String({
        ...moment,
        description: 'Last day, included, or the full hour it ends at. Absent: one day, or one hour.',
      }),
    ),
    as: Type.Union([Type.Literal('sunday'), Type.Literal('event')], {
      default: 'event',
      description:
        '`sunday`: judged as a Sunday would be. `event`: nothing is learnt from it, and windows that touch it are not judged.',
    }),
    models: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description: 'Models it holds for; all when empty.',
    }),
  },
  { additionalProperties: false },
);

/** Public holidays and planned events. */
export const calendarSchema = Type.Array(entrySchema, {
  default: [],
  maxItems: 1000,
  description: 'Days that do not run like the others: public holidays, planned events.',
});

type Entry = Static<typeof entrySchema>;
type CalendarSettings = {
  readonly [K in keyof Entry]: Entry[K] extends string[] ? readonly string[] : Entry[K];
};

/** A calendar entry in hours since the epoch, half-open. */
export interface CalendarHours {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly as: 'sunday' | 'event';
  readonly models: readonly string[];
}

const hourMs = 3_600_000;

/** The configured calendar in hours since the epoch. `calendarFindings` has seen that each begins before it ends. */
export function calendarOf(entries: readonly CalendarSettings[]): CalendarHours[] {
  return entries.map(({ name, from, to, as, models }) => ({
    name,
    from: hourOf(from),
    to: to === undefined ? Math.max(endOf(from), hourOf(from) + 1) : endOf(to),
    as,
    models,
  }));
}

/** What is wrong with entries that satisfy the schema: days that no month has, periods that end before they begin. */
export function calendarFindings(entries: readonly CalendarSettings[]): Finding[] {
  return entries.flatMap((entry, index) => {
    const unreal = (['from', 'to'] as const).flatMap((key): Finding[] => {
      const text = entry[key];
      if (text === undefined || exists(text)) return [];
      const message = `must be a time that exists, which ${text} is not`;
      return [{ path: ['calendar', index, key], rule: 'calendar-date', message }];
    });
    if (unreal.length > 0) return unreal;
    const [hours] = calendarOf([entry]);
    if (hours!.from < hours!.to) return [];
    const message = `must be before the end, \`to\` (${entry.to})`;
    return [{ path: ['calendar', index, 'from'], rule: 'calendar-period', message }];
  });
}

/** `Date.parse` takes 30 February for 2 March. */
function exists(text: string): boolean {
  const day = text.slice(0, 10);
  const midnight = Date.parse(day);
  return (
    !Number.isNaN(Date.parse(text)) &&
    !Number.isNaN(midnight) &&
    new Date(midnight).toISOString().startsWith(day)
  );
}

function hourOf(text: string): number {
  return Math.floor(Date.parse(text) / hourMs);
}

/** A day ends after 24 hours, an hour where it stands. */
function endOf(text: string): number {
  return text.includes('T') ? hourOf(text) : hourOf(text) + 24;
}
