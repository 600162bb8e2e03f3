import { type Refusal, refuse } from './refusal.ts';
import { characters, isLonger, mayBeInexact, textCharacters } from './texts.ts';

/** Arrays of up to this many numbers become one feature per element. */
const elements = 16;

/** Features of one row as parallel arrays. */
export interface Features {
  readonly numNames: string[];
  readonly numValues: number[];
  readonly catNames: string[];
  readonly catValues: string[];
  /** Whether a number may have been an integer whose digits were lost: read again from the exact parse. */
  inexact: boolean;
  /** Whether a name was made from nesting, an array or a shape, so that two values may have come to one name. */
  derived: boolean;
  /** First thing that cannot be stored. */
  problem: Refusal | null;
}

/** An empty list to add to. */
export function createFeatures(): Features {
  return {
    numNames: [],
    numValues: [],
    catNames: [],
    catValues: [],
    inexact: false,
    derived: false,
    problem: null,
  };
}

/**
 * Adds every feature of `object`. Nested objects give dotted names, arrays of up to 16 numbers `name[0]`, ...; longer
 * arrays, arrays of anything else and texts over 256 characters are watched by shape: `name.length`, `name.empty` and,
 * for numbers, `name.norm`. Null is missing and not stored; booleans are the texts `true` and `false`.
 */
export function addFeatures(out: Features, object: Readonly<Record<string, unknown>>): void {
  for (const name of Object.keys(object)) addValue(out, name, object[name]);
}

function addValue(out: Features, name: string, value: unknown): void {
  switch (typeof value) {
    case 'number':
      if (mayBeInexact(value)) out.inexact = true;
      return addNumber(out, name, value);
    case 'string':
      return isLonger(value, textCharacters) ? addTextShape(out, name, value) : addText(out, name, value);
    case 'boolean':
      return addText(out, name, value ? 'true' : 'false');
    case 'bigint':
      return addText(out, name, value.toString());
    case 'object':
      if (value === null) return;
      out.derived = true;
      return Array.isArray(value) ? addArray(out, name, value) : addNested(out, name, value);
    default:
  }
}

function addNumber(out: Features, name: string, value: number): void {
  checkName(out, name);
  out.numNames.push(name);
  out.numValues.push(value);
}

function addText(out: Features, name: string, value: string): void {
  checkName(out, name);
  out.catNames.push(name);
  out.catValues.push(value);
}

function checkName(out: Features, name: string): void {
  if (name.length > textCharacters && isLonger(name, textCharacters)) {
    out.problem ??= refuse('bad-features', `a feature's name has more than ${textCharacters} characters`);
  }
}

function addNested(out: Features, name: string, object: object): void {
  for (const [key, value] of Object.entries(object)) addValue(out, `${name}.${key}`, value);
}

/** A text too long to be a category: its length in characters. Adds the same names for every such text. */
export function addTextShape(out: Features, name: string, text: string): void {
  out.derived = true;
  addNumber(out, `${name}.length`, characters(text));
  addText(out, `${name}.empty`, 'false');
}

function addArray(out: Features, name: string, array: readonly unknown[]): void {
  const numeric = array.length > 0 && array.every(isNumeric);
  if (numeric && array.length <= elements) {
    for (let i = 0; i < array.length; i++) addValue(out, `${name}[${i}]`, array[i]);
    return;
  }
  addNumber(out, `${name}.length`, array.length);
  addText(out, `${name}.empty`, array.length === 0 ? 'true' : 'false');
  if (numeric) addNumber(out, `${name}.norm`, norm(array));
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || value === null;
}

/** Euclidean norm of the numbers of an array; missing elements count nothing, a NaN makes it NaN. */
function norm(array: readonly unknown[]): number {
  let sum = 0;
  for (const value of array) sum += Number(value) ** 2;
  return Math.sqrt(sum);
}

/**
 * Leaves each name once: `{"a.b": 1, "a": {"b": 2}}` says it twice. The later number wins, then the later text;
 * a number wins over a text.
 */
export function removeRepeated(features: Features): void {
  const taken = new Set<string>();
  keepLast(features.numNames, features.numValues, taken);
  keepLast(features.catNames, features.catValues, taken);
}

function keepLast(names: string[], values: (number | string)[], taken: Set<string>): void {
  const keep: number[] = [];
  for (let i = names.length - 1; i >= 0; i--) {
    if (taken.has(names[i] as string)) continue;
    taken.add(names[i] as string);
    keep.push(i);
  }
  if (keep.length === names.length) return;
  keep.reverse();
  keep.forEach((from, to) => {
    names[to] = names[from] as string;
    values[to] = values[from] as number | string;
  });
  names.length = keep.length;
  values.length = keep.length;
}
