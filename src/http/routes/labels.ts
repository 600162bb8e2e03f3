import type { Route } from '../route.ts';
import { addIntake } from './intake.ts';

export const labels: Route = (app, deps) =>
  addIntake(app, deps, {
    url: '/v1/labels',
    summary: 'Send labels (the truth) for inference ids; answered when they are stored.',
    intake: deps.labels,
  });
