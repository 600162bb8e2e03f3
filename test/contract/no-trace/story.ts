/** Rows with texts that must be found nowhere, beside texts that must be found: the test has to be able to fail. */

/** A number that stands in no other place; a bucket of 1,000 hides it. */
export const secretNumber = 987_654_321.125;

/** The rules that hide them. */
export const rules = `
fields:
  drop: ["*_name", address.street, "segment:tenant", error]
  hash: [id, city]
  truncate: {note: 3}
  bucket: {income: 1000}
  day: [born]
`;

/** What is looked for. `HIDDEN` stands in every hidden text. */
export const hidden = ['HIDDEN', 'T05:06:07.891', String(secretNumber)];

/** Values that stay, and must be found in files, tables and answers. */
export const kept = 'KEPT-CATEGORY';
/** New categories: of many rows, and of four. */
export const newcomer = 'NEWCOMER-CATEGORY';
export const rare = 'RARE-CATEGORY';
/** A category of four rows of the training set, and a class and a feature of as few. */
export const rareBefore = 'RARE-REFERENCE';

export interface Told {
  readonly at: number;
  readonly plan?: string;
}

/** A row that hides something in every place a rule speaks of, and in some that none does. */
export function tellingRow(
  i: number,
  { at, plan = i % 2 === 0 ? kept : 'basic' }: Told,
): Record<string, unknown> {
  return {
    id: `HIDDEN-id-${i}`,
    model: 'churn',
    time: new Date(at).toISOString(),
    features: {
      plan,
      age: 20 + (i % 50),
      income: i % 3 === 0 ? secretNumber : 1000 * (i % 7),
      first_name: `HIDDEN-name-${i}`,
      address: { street: `HIDDEN street ${i}`, country: i % 2 === 0 ? 'NL' : 'BE' },
      city: `HIDDEN-city-${i % 4}`,
      note: `abcHIDDEN-note-${i}`,
      born: '1984-03-04T05:06:07.891Z',
      friends: ['HIDDEN-friend', { first_name: 'HIDDEN' }],
    },
    prediction: i % 3 === 0 ? 'yes' : 'no',
    latency_ms: 10 + (i % 5),
    status: 200,
    error: i % 40 === 0 ? `HIDDEN error ${i}` : null,
    segment: { tenant: `HIDDEN-tenant-${i}`, region: 'eu' },
    stray: 'HIDDEN-stray',
  };
}

/** Bodies that cannot be used, each hiding something. */
export function brokenBodies(at: number): readonly string[] {
  const row = tellingRow(2, { at });
  return [
    '{"model":"churn","features":{"first_name":"HIDDEN-broken"',
    JSON.stringify({ ...row, time: 'HIDDEN-time' }).replace('HIDDEN-time', 'never'),
    JSON.stringify({ ...row, features: ['HIDDEN-array'] }),
    JSON.stringify({ ...row, prediction: { HIDDEN: 'HIDDEN' } }),
    JSON.stringify({ ...row, model: undefined }),
    JSON.stringify({ ...row, id: { first_name: 'HIDDEN' } }),
    JSON.stringify({ ...row, segment: { tenant: ['HIDDEN'] } }),
    '"HIDDEN"',
  ];
}
