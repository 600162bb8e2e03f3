import { alertMemories } from './alert-memories.ts';
import { alertRoutes } from './alert-routes.ts';
import { controls } from './controls.ts';
import { delivery } from './delivery.ts';
import { noise } from './noise.ts';
import { performance } from './performance.ts';
import { registry } from './registry.ts';
import { retraining } from './retraining.ts';
import { subBins } from './sub-bins.ts';
import { tables } from './tables.ts';

/** Numbered, in order, never edited once released: later changes are new migrations. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly statements: readonly string[];
}

export const migrations: readonly Migration[] = [
  { number: 1, name: 'tables', statements: tables },
  { number: 2, name: 'sub-bins', statements: subBins },
  { number: 3, name: 'noise', statements: noise },
  { number: 4, name: 'retraining', statements: retraining },
  { number: 5, name: 'alert-routes', statements: alertRoutes },
  { number: 6, name: 'controls', statements: controls },
  { number: 7, name: 'delivery', statements: delivery },
  { number: 8, name: 'performance', statements: performance },
  { number: 9, name: 'registry', statements: registry },
  { number: 10, name: 'alert-memories', statements: alertMemories },
];
