import { windowLengths } from '../../domain/window.ts';
import { hours } from './format.ts';
import { formatRoute, type ModelRoute } from './route.ts';

/** 1, 6, 24 or 168 hours. */
export function WindowSwitch({ route }: { readonly route: ModelRoute }) {
  return (
    <div class="switch" role="group" aria-label="Window length">
      {windowLengths.map(seconds => (
        <a
          key={seconds}
          href={formatRoute({ ...route, windowSeconds: seconds, at: null })}
          aria-current={seconds === route.windowSeconds ? 'true' : undefined}
        >
          {hours(seconds)}
        </a>
      ))}
    </div>
  );
}
