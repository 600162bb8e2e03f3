import type { EventKind } from './alert-answers.ts';
import { eventWords } from './alert-words.ts';

/** Shapes around (0, 0), about 12 wide; what is filled has the class `full`. */
const shapes: Readonly<Record<EventKind, { readonly d: string; readonly full: boolean }>> = {
  opened: { d: 'M0-6.5 6.5 5.5H-6.5Z', full: true },
  announced: { d: 'M0-6 6 0 0 6-6 0Z', full: true },
  extended: { d: 'M-5-5H5V5H-5Z', full: false },
  reminded: { d: 'M0-6 6 0 0 6-6 0Z', full: false },
  resolved: { d: 'M0-5.5A5.5 5.5 0 1 1 0 5.5A5.5 5.5 0 1 1 0-5.5Z', full: true },
  'end-announced': { d: 'M0-5.5A5.5 5.5 0 1 1 0 5.5A5.5 5.5 0 1 1 0-5.5Z', full: false },
  acknowledged: { d: 'M-6 0-2 4.5 6-4.5', full: false },
  unacknowledged: { d: 'M6-3.5H-5M-1-7-5.5-3.5-1 0M6-3.5V4.5', full: false },
  paused: { d: 'M-3-5V5M3-5V5', full: false },
  resumed: { d: 'M-3.5-5.5 5 0-3.5 5.5Z', full: false },
  order: { d: 'M-5-5H5V5H-5Z', full: true },
};

/** The mark of an event, to be placed in a drawing. */
export function EventMark({ kind }: { readonly kind: EventKind }) {
  const { d, full } = shapes[kind];
  return <path class={`mark ${kind}${full ? ' full' : ''}`} d={d} />;
}

/** What the marks mean. */
export function MarkLegend({ kinds }: { readonly kinds: readonly EventKind[] }) {
  return (
    <ul class="legend" aria-label="Legend">
      {kinds.map(kind => (
        <li key={kind}>
          <svg class="mark-swatch" viewBox="-8 -8 16 16" aria-hidden="true">
            <EventMark kind={kind} />
          </svg>
          {eventWords[kind]}
        </li>
      ))}
    </ul>
  );
}
