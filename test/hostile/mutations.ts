/** Good payloads of a moment (epoch milliseconds) that are spoilt. */
function seedsAt(now: number): readonly Buffer[] {
  return [
    `{"id":"7f3c","time":"${new Date(now - 60_000).toISOString()}","model":"churn","version":"3","features":{"age":41,"plan":"pro","list":[1,2,null],"deep":{"a":{"b":-1.5e3}}},"prediction":{"label":"yes","probabilities":{"yes":0.71,"no":0.29}},"label":"no","latency_ms":12.4,"status":200,"segment":{"country":"NL"}}`,
    `[{"model":"m","time":${now},"features":{"a":NaN,"b":9007199254740993}},{"model":"m","id":12,"prediction":true}]`,
    `{"model":"m","id":"r\\u0041\\ud83d\\ude00","label":1.5,"time":${Math.floor(now / 1000)}}`,
  ].map(text => Buffer.from(text));
}

/** What JSON is made of, and what has broken parsers. */
const tokens = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  'NaN',
  '-',
  '1e999',
  '\\ud800',
  'null',
  '{"',
  '":',
  '0',
];
const traps = ['__proto__', '"__proto__":{"polluted":1},', '[[[[[[[[[[', '\u0000', '9'.repeat(400), '\ufeff'];
const scraps = [...tokens, ...traps].map(text => Buffer.from(text));
scraps.push(Buffer.from([0xc0, 0xaf]), Buffer.from([0xff]));

/** Draws a whole number below a bound. */
export type Draw = (below: number) => number;

/** Marsaglia's xorshift: the same numbers in every run of a seed. */
export function createDraw(seed: number): Draw {
  let x = seed | 1;
  return below => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

/** Spoilt payloads, one after another: bytes changed, cut out, put in and repeated. */
export function createMutations(seed: number, now: number): () => Buffer {
  const seeds = seedsAt(now);
  const draw = createDraw(seed);
  let turn = 0;
  return () => mutate(seeds[turn++ % seeds.length]!, draw);
}

function mutate(seed: Uint8Array, draw: Draw): Buffer {
  let bytes = Buffer.from(seed);
  for (let changes = 1 + draw(4); changes > 0; changes--) {
    const at = draw(bytes.length + 1);
    const kind = draw(4);
    if (kind === 0 && at < bytes.length) bytes[at] = draw(256);
    else if (kind === 1) bytes = splice(bytes, at, draw(6), Buffer.alloc(0));
    else if (kind === 2) bytes = splice(bytes, at, 0, scraps[draw(scraps.length)]!);
    else bytes = splice(bytes, at, 0, bytes.subarray(draw(at + 1), at));
  }
  return bytes;
}

function splice(bytes: Buffer, at: number, remove: number, add: Buffer): Buffer<ArrayBuffer> {
  return Buffer.concat([bytes.subarray(0, at), add, bytes.subarray(at + remove)]);
}
