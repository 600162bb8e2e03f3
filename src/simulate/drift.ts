import { type Moment, parseMoment } from './moment.ts';
import { parseShare } from './share.ts';
import { usage } from './usage.ts';

export const driftKinds = ['shift', 'scale', 'missing', 'new-category', 'vanished'] as const;
export type DriftKind = (typeof driftKinds)[number];

/** A change of the data from a moment on. */
export interface Drift {
  readonly kind: DriftKind;
  /** Names of features; null for every one it can be done to. */
  readonly features: readonly string[] | null;
  /** Shift: how far. Scale: the factor. Missing, new category: the share of rows. Vanished: 1. */
  readonly amount: number;
  /** Shift in standard deviations of the feature, instead of its unit. */
  readonly inDeviations: boolean;
  readonly from: Moment;
  /** When it is over; null: never. */
  readonly to: Moment | null;
  /** How long it takes to come to its full amount; null: at once. */
  readonly ramp: Moment | null;
  /** As it was written. */
  readonly text: string;
}

const forms: Readonly<Record<DriftKind, string>> = {
  shift: 'shift:FEATURE:0.5sd@WHEN (or shift:FEATURE:12@WHEN)',
  scale: 'scale:FEATURE:1.3@WHEN',
  missing: 'missing:FEATURE:30%@WHEN',
  'new-category': 'new-category:FEATURE:10%@WHEN',
  vanished: 'vanished:FEATURE@WHEN',
};

/**
 * Reads `KIND:FEATURES[:AMOUNT]@FROM[..TO][~RAMP]`: FEATURES with commas between, or `*`.
 *
 * @throws LeewayError LW_USAGE
 * @example
 * parseDrift('shift:age,income:0.5sd@60%..80%~5%')
 */
export function parseDrift(text: string): Drift {
  const at = text.indexOf('@');
  const [kindText = '', names = '', amountText] = (at < 0 ? text : text.slice(0, at)).split(':');
  const kind = driftKinds.find(one => one === kindText);
  if (kind === undefined)
    throw usage(`"${text}" is no drift: its kind must be one of ${driftKinds.join(', ')}.`);
  const wrong = () => usage(`"${text}" is no drift: write it as ${forms[kind]}.`);
  if (at < 0 || names === '' || (kind === 'vanished') !== (amountText === undefined)) throw wrong();
  const amount = amountOf(kind, amountText);
  if (amount === null) throw wrong();
  const [, from = '', to, ramp] = /^(.+?)(?:\.\.(.+?))?(?:~(.+))?$/.exec(text.slice(at + 1)) ?? [];
  return {
    kind,
    features: names === '*' ? null : names.split(',').filter(name => name !== ''),
    ...amount,
    from: parseMoment(from),
    to: to === undefined ? null : parseMoment(to),
    ramp: ramp === undefined ? null : rampOf(ramp, text),
    text,
  };
}

function rampOf(ramp: string, text: string): Moment {
  const moment = parseMoment(ramp);
  if (moment.kind === 'at') throw usage(`"${text}": a ramp is a length (5% or 2h), not a time.`);
  return moment;
}

function amountOf(kind: DriftKind, text: string | undefined): Pick<Drift, 'amount' | 'inDeviations'> | null {
  if (kind === 'vanished') return { amount: 1, inDeviations: false };
  if (kind === 'missing' || kind === 'new-category')
    return { amount: parseShare(text!), inDeviations: false };
  const [, digits, unit] = /^([+-]?\d+(?:\.\d+)?)(sd)?$/.exec(text!) ?? [];
  if (digits === undefined || (unit !== undefined && kind === 'scale')) return null;
  return { amount: Number(digits), inDeviations: unit !== undefined };
}
