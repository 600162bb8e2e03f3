import type { Shape, StateLook } from './verdict.ts';

const outlines: Readonly<Record<Shape, string>> = {
  triangle: 'M8 1.5 15 14H1Z',
  'triangle-open': 'M8 2.5 14 13.2H2Z',
  disc: 'M8 2a6 6 0 1 0 0 12A6 6 0 1 0 8 2Z',
  ring: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11Z',
  half: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11Z',
  'square-open': 'M2.8 2.8h10.4v10.4H2.8Z',
  slash: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11ZM4.2 4.2l7.6 7.6',
  cross: 'M3 3l10 10M13 3 3 13',
};

const filled: ReadonlySet<Shape> = new Set<Shape>(['triangle', 'disc']);

/** A state: shape, colour and, unless `bare`, its word. */
export function StateMark({ look, bare = false }: { readonly look: StateLook; readonly bare?: boolean }) {
  return (
    <span class={`state tone-${look.tone}`} title={look.meaning}>
      <svg class={filled.has(look.shape) ? 'shape full' : 'shape'} viewBox="0 0 16 16" aria-hidden="true">
        <path d={outlines[look.shape]} />
        {look.shape === 'half' && <path class="part" d="M8 2.5a5.5 5.5 0 0 1 0 11Z" />}
      </svg>
      <span class={bare ? 'unseen' : 'word'}>{look.word}</span>
    </span>
  );
}
