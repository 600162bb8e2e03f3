import { linePath } from './scale.ts';

interface Props {
  readonly values: readonly (number | null)[];
  readonly tolerance: number | null;
  readonly drifting: boolean;
}

const size = { width: 96, height: 20 };

/** A subject's effects in small, with its tolerance; the numbers stand beside it, so it is hidden from readers. */
export function Sparkline({ values, tolerance, drifting }: Props) {
  const most = values.reduce<number>((top, value) => Math.max(top, value ?? 0), 0);
  const top = Math.max(most, (tolerance ?? 0) * 2) * 1.05;
  const level = tolerance === null || !(top > 0) ? null : size.height * (1 - tolerance / top);
  return (
    <svg
      class={drifting ? 'spark drifting' : 'spark'}
      viewBox={`0 -1 ${size.width} ${size.height + 2}`}
      aria-hidden="true"
    >
      {level !== null && <path class="level" d={`M0 ${level}H${size.width}`} />}
      <path class="way" d={linePath(values, top, size)} />
    </svg>
  );
}
