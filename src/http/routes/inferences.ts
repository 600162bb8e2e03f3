import type { Route } from '../route.ts';
import { addIntake } from './intake.ts';

export const inferences: Route = (app, deps) =>
  addIntake(app, deps, {
    url: '/v1/inferences',
    summary: 'Send inferences; answered when they are stored.',
    intake: deps.inferences,
  });
