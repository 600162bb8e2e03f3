import { noise } from './noise.ts';
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
];
