import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { windowLengths } from '../../domain/window.ts';
import { formatRoute, type ModelRoute, modelRoute, parseRoute } from './route.ts';

const modelRoutes: fc.Arbitrary<ModelRoute> = fc.record({
  page: fc.constant('model' as const),
  model: fc.string({ minLength: 1, unit: 'grapheme' }),
  environment: fc.string(),
  windowSeconds: fc.constantFrom(...windowLengths),
  check: fc.string({ minLength: 1 }),
  subject: fc.option(fc.string()),
  at: fc.option(fc.integer({ min: 1, max: 4e9 })),
});

describe('route', () => {
  it('reads back every address it writes', () => {
    fc.assert(
      fc.property(modelRoutes, route => {
        expect(parseRoute(formatRoute(route))).toEqual(route);
      }),
    );
  });

  it('reads back the address of an alert, and takes the one of a message', () => {
    const alertRoutes = fc.record({
      page: fc.constant('alert' as const),
      model: fc.string({ minLength: 1, unit: 'grapheme' }),
      policy: fc.string({ minLength: 1 }),
      environment: fc.string(),
      episode: fc.option(fc.integer({ min: 1, max: 4e9 })),
    });
    fc.assert(
      fc.property(alertRoutes, route => {
        expect(parseRoute(formatRoute(route))).toEqual(route);
      }),
    );
    expect(parseRoute('#/models/churn?environment=prod&policy=default&episode=3')).toEqual(
      parseRoute('#/alerts/churn/default?environment=prod&episode=3'),
    );
    expect(parseRoute('#/alerts')).toEqual({ page: 'alerts' });
    expect(parseRoute(formatRoute({ page: 'orders' }))).toEqual({ page: 'orders' });
    expect(parseRoute('#/alerts/%E0%A4%A/x')).toEqual({ page: 'unknown' });
  });

  it('leaves defaults out', () => {
    expect(formatRoute(modelRoute('churn', 'prod'))).toBe('#/models/churn?environment=prod');
    expect(formatRoute({ page: 'rejects' })).toBe('#/rejects');
  });

  it.each(['', '#', '#/', '#/models', '#/models/'])('%j is the list', hash => {
    expect(parseRoute(hash)).toEqual({ page: 'models' });
  });

  it('replaces what makes no sense by the default', () => {
    expect(parseRoute('#/models/churn?window=7&at=-3')).toMatchObject({ windowSeconds: 86_400, at: null });
    expect(parseRoute('#/nowhere/else')).toEqual({ page: 'unknown' });
    expect(parseRoute('#/models/%E0%A4%A')).toEqual({ page: 'unknown' });
  });
});
