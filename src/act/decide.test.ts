import { describe, expect, it } from 'vitest';
import type { Finding, JudgedWindow } from '../domain/finding.ts';
import { type Decision, decide, decisionReasons, retire } from './decide.ts';
import { doubtsOf, emptyMemory, type Memory, subjectsOf } from './memory.ts';
import { blindPolicy, defaultPolicy, type Policy } from './policy.ts';
import { judged } from './samples.ts';

const hour = 3600;
/** Windows of one hour by number; far enough from the epoch for windows a week long. */
const base = 1_000 * hour;
const at = (n: number, findings: readonly Partial<Finding>[], seconds = hour) =>
  judged(base + n * hour, seconds, findings);

const page: Partial<Finding> = { verdict: 'drift', effect: 0.3 };
const near: Partial<Finding> = { verdict: 'drift', effect: 0.09 };
const warn: Partial<Finding> = { verdict: 'drift', effect: 0.05 };
const clear: Partial<Finding> = { verdict: 'stable' };
const other = { subject: 'feature:plan' };

interface Given {
  readonly promotion?: number | null;
  /** Hours between a window's end and the decision. */
  readonly after?: number;
  readonly silenced?: readonly string[];
  readonly paused?: boolean;
  readonly acknowledged?: boolean;
  readonly ahead?: () => boolean;
  readonly policy?: Policy;
}

/** Reminds once a day. */
const daily: Policy = { ...defaultPolicy, remind: 24 * hour * 1000 };
/** Opens when two of three windows page. */
const twoOfThree: Policy = { ...daily, when: { windows: 2, of: 3 } };

function one(memory: Memory, window: JudgedWindow, given: Given = {}): Decision {
  const { silenced = [], promotion = null, after = 0.2, policy = daily, ...context } = given;
  const now = (window.windowStart + window.windowSeconds + after * hour) * 1000;
  const isSilenced = (_check: string, subject: string) => silenced.includes(subject);
  return decide(memory, window, policy, { ...context, now, promotion, silenced: isSilenced });
}

/** All decisions on a window: until nothing has to be told before it. */
function all(memory: Memory, window: JudgedWindow, given: Given = {}): readonly Decision[] {
  const first = one(memory, window, given);
  return first.again ? [first, ...all(first.memory, window, given)] : [first];
}

const last = (memory: Memory, window: JudgedWindow, given: Given = {}) => all(memory, window, given).at(-1)!;

const fold = (windows: readonly JudgedWindow[], given: Given = {}, from: Memory = emptyMemory) =>
  windows.reduce((memory, window) => last(memory, window, given).memory, from);

const ended = fold([at(-1, [clear]), at(0, [clear])], { after: 9 }, fold([at(-2, [page])]));

/** Every state an alert can be in. */
const states: Readonly<Record<string, readonly [Memory, Policy?]>> = {
  ok: [fold([at(0, [clear])])],
  pending: [fold([at(0, [page])], { policy: twoOfThree }), twoOfThree],
  firing: [fold([at(0, [page])])],
  'firing, clear once': [fold([at(-1, [page]), at(0, [clear])])],
  'firing, clear once, then unknown': [
    fold([at(-2, [page]), at(-1, [clear]), at(0, [{ verdict: 'insufficient' }])]),
  ],
  'firing by 6 h, clear once in 1 h': [fold([at(-6, [page], 6 * hour), at(-1, [page]), at(0, [clear])])],
  'firing, untold': [fold([at(0, [page])], { after: 9 })],
  'firing, silenced': [fold([at(0, [page])], { silenced: ['feature:age'] })],
  'firing, two of three': [fold([at(-1, [page]), at(0, [page])], { policy: twoOfThree }), twoOfThree],
  'ok, the one before clear too': [fold([at(-1, [clear]), at(0, [clear])])],
  'ok, the one before clear too, two of three': [
    fold([at(-1, [clear]), at(0, [clear])], { policy: twoOfThree }),
    twoOfThree,
  ],
  'firing by 6 h too': [fold([at(-5, [page], 6 * hour), at(0, [page])])],
  'ok, end untold': [ended],
  'pending, end untold': [fold([at(0, [page])], { policy: twoOfThree }, ended), twoOfThree],
  'paused while ok': [fold([at(0, [clear])], { paused: true })],
  'paused while pending': [
    fold(
      [at(0, [clear])],
      { paused: true, policy: twoOfThree },
      fold([at(-1, [page])], { policy: twoOfThree }),
    ),
    twoOfThree,
  ],
  'paused while firing': [fold([at(0, [clear])], { paused: true }, fold([at(-1, [page])]))],
};

const silenced = ['feature:age'];
const promoted = (hours: number) => ({ promotion: (base + hours * hour) * 1000 });

/** Every kind of window that can come next, and how it is decided on. */
const inputs: Readonly<Record<string, readonly [JudgedWindow, Given]>> = {
  page: [at(1, [page, { ...clear, ...other }]), {}],
  'page, another subject': [at(1, [{ ...page, ...other }]), {}],
  'page, all of it silenced': [at(1, [page]), { silenced }],
  'page, part of it silenced': [at(1, [page, { ...page, ...other }]), { silenced }],
  'page, long past': [at(1, [page]), { after: 2.1 }],
  'page before a promotion': [at(1, [page]), promoted(1.5)],
  'page while blind': [at(1, [page, { check: 'blind', subject: '', verdict: 'blind' }]), {}],
  'page while the schema has changed': [at(1, [page, { ...page, check: 'schema', subject: '' }]), {}],
  'page a day later': [at(25, [page]), {}],
  'page a day later, acknowledged': [at(25, [page]), { acknowledged: true }],
  near: [at(1, [near]), {}],
  warning: [at(1, [warn]), {}],
  clear: [at(1, [clear]), {}],
  'clear, long past': [at(1, [clear]), { after: 2.1 }],
  'clear before a promotion': [at(1, [clear]), promoted(1.5)],
  'first clear after a promotion': [at(1, [clear]), promoted(1)],
  'other clear, held one insufficient': [at(1, [{ verdict: 'insufficient' }, { ...clear, ...other }]), {}],
  insufficient: [at(1, [{ verdict: 'insufficient' }]), {}],
  learning: [at(1, [{ verdict: 'learning' }]), {}],
  'no data': [at(1, [{ verdict: 'no-data' }]), {}],
  'blind a day later': [at(25, [{ check: 'blind', subject: '', verdict: 'blind' }]), {}],
  failed: [at(1, [{ verdict: 'failed' }]), {}],
  'nothing in it': [at(1, []), {}],
  'a length nobody asked for': [at(1, [page], 2 * hour), {}],
  'judged while the clock was ahead': [at(100, [page]), { ahead: () => true }],
  'older than the last': [at(-3, [page]), {}],
  'the last judged again, page': [at(0, [{ ...page, ...other }]), {}],
  'the last judged again, clear': [at(0, [clear]), {}],
  'the one before judged again, page': [at(-1, [page]), { after: 1.2 }],
  'the one before judged again, another subject': [at(-1, [{ ...page, ...other }]), { after: 1.2 }],
  'the one before judged again, clear': [at(-1, [clear]), { after: 1.2 }],
  'the one before judged again, long past': [at(-1, [page]), { after: 2.1 }],
  'the last judged again, long past': [at(0, [{ ...page, ...other }]), { after: 2.1 }],
  'no rows where some were expected': [
    at(1, [{ check: 'volume', subject: '', verdict: 'no-data', p: 1e-9, alpha: 1e-4 }]),
    {},
  ],
  'page a day later, silenced': [at(25, [page]), { silenced }],
  'page, paused': [at(1, [page]), { paused: true }],
  'clear, paused': [at(1, [clear]), { paused: true }],
};

describe('every state and input', () => {
  const row = (memory: Memory, [window, given]: readonly [JudgedWindow, Given], policy: Policy = daily) => {
    const decisions = all(memory, window, { ...given, policy });
    const told = decisions.map(({ transition, reason }) => {
      if (transition === null) return reason;
      const { kind, notify } = transition;
      return `${reason} [${kind === reason ? '' : `${kind}, `}${notify ? 'told' : 'not told'}]`;
    });
    return `${decisions.at(-1)!.memory.state}: ${told.join(', then ')}`;
  };
  const retired = (memory: Memory, policy: Policy = daily) => {
    const decision = retire(memory, policy, (base + 2 * hour) * 1000);
    if (decision === null) return `${memory.state}: nothing to end`;
    const { kind, notify } = decision.transition!;
    return `${decision.memory.state}: ${decision.reason} [${kind}, ${notify ? 'told' : 'not told'}]`;
  };
  const table = Object.entries(states).map(([state, [memory, policy]]) => {
    const rows = Object.entries(inputs).map(
      ([input, given]) => `  ${`${input} `.padEnd(48, '.')} ${row(memory, given, policy)}`,
    );
    rows.push(`  ${'the policy is gone '.padEnd(48, '.')} ${retired(memory, policy)}`);
    return `${state} (${memory.state})\n${rows.join('\n')}\n`;
  });

  it('does what the table says', async () => {
    await expect(table.join('\n')).toMatchFileSnapshot('decide.table.txt');
  });

  it('meets every reason', () => {
    const met = table.join('\n');
    const missing = decisionReasons.filter(reason => !met.includes(reason));
    expect(missing).toEqual([]);
  });
});

describe('decide', () => {
  it('lists the worst subjects first, in units of their own tolerance', () => {
    const window = at(0, [
      { ...page, effect: 0.2, subject: 'feature:a' },
      { check: 'missing', verdict: 'drift', effect: 0.1, subject: 'feature:b' },
      { check: 'errors', subject: '', verdict: 'drift', effect: Number.NaN, tolerance: Number.NaN },
      { ...page, effect: 0.2, subject: 'feature:0' },
    ]);
    expect(subjectsOf(fold([window]))).toEqual(['feature:b', 'feature:0', 'feature:a', 'errors']);
  });

  it('judges a long window by its own length when asking what is long past', () => {
    const week = at(0, [page], 168 * hour);
    expect(one(emptyMemory, week, { after: 167 }).transition?.notify).toBe(true);
    expect(one(emptyMemory, week, { after: 169 }).transition?.notify).toBe(false);
  });

  it('lets a longer clear window after the holding one release a short length that can no longer be judged', () => {
    const opened = fold([at(0, [page])]);
    expect(one(opened, at(0, [clear], 6 * hour)).reason).toBe('held-by-other-window');
    expect(one(opened, at(1, [clear], 6 * hour)).reason).toBe('resolved');
    const wide = fold([at(0, [page], 6 * hour)]);
    expect(one(wide, at(7, [clear])).reason).toBe('held-by-other-window');
  });

  it('does not let a clear check resolve what another check holds', () => {
    const opened = fold([at(0, [page])]);
    const errors = { check: 'errors', subject: 'status' };
    const window = at(1, [{ verdict: 'insufficient' }, { ...clear, ...errors }]);
    expect(one(opened, window).reason).toBe('held-inconclusive');
    expect(one(opened, at(1, [{ ...clear, ...errors }])).reason).toBe('held-until-clear');
    const twice = fold([at(1, [{ ...clear, ...errors }]), at(2, [{ ...clear, ...errors }])], {}, opened);
    expect(twice.state).toBe('ok');
  });

  it('keeps the doubts of the newest window of each length', () => {
    const missing: Partial<Finding> = { check: 'missing', verdict: 'drift', effect: 0.5 };
    const memory = fold([
      at(0, [page, missing]),
      at(0, [{ check: 'blind', subject: '', verdict: 'blind' }], 6 * hour),
    ]);
    expect(doubtsOf(memory)).toEqual(['blind', 'missing feature:age']);
    expect(doubtsOf(fold([at(1, [clear]), at(6, [clear], 6 * hour)], {}, memory))).toEqual([]);
  });

  it('notes whether retraining can help', () => {
    expect(fold([at(0, [{ check: 'latency', subject: 'latency', verdict: 'drift' }])]).remedial).toBe(false);
    expect(fold([at(0, [page])]).remedial).toBe(true);
  });
});

describe('a hold that cannot be judged any more', () => {
  it('lapses two weeks after the window it rests on, and the alert resolves', () => {
    const unjudged: Partial<Finding> = { verdict: 'insufficient' };
    let memory = fold([at(0, [page, { ...clear, ...other }])]);
    const quiet = (n: number) => {
      const decision = one(memory, at(n, [unjudged, { ...clear, ...other }]), { policy: defaultPolicy });
      memory = decision.memory;
      return decision;
    };
    expect(quiet(1).reason).toBe('held-inconclusive');
    expect(quiet(14 * 24).reason).toBe('held-inconclusive');
    expect(memory.state).toBe('firing');
    const end = quiet(14 * 24 + 2);
    expect(end.transition).toMatchObject({ kind: 'resolved', notify: true });
    expect(memory.state).toBe('ok');
  });
});

describe('an episode that ended, and another that began, while nobody could be told', () => {
  const slept = { after: 9 };
  const between = fold([at(1, [clear]), at(2, [clear]), at(3, [page])], slept, fold([at(0, [page])]));

  it('are told in turn, each under its own number', () => {
    expect(between).toMatchObject({ state: 'firing', episode: 2, announced: 'firing', toldEpisode: 1 });
    const told = all(between, at(4, [page]));
    expect(told.map(({ transition }) => transition)).toEqual([
      { kind: 'announced-ok', from: 'firing', to: 'ok', notify: true, episode: 1 },
      { kind: 'announced-firing', from: 'firing', to: 'firing', notify: true },
    ]);
    expect(told.at(-1)!.memory).toMatchObject({ announced: 'firing', toldEpisode: 2 });
  });

  it('the end of the first alone is told when the second is over, too', () => {
    const over = fold([at(4, [clear]), at(5, [clear])], {}, between);
    expect(over).toMatchObject({ state: 'ok', announced: 'firing' });
    expect(one(over, at(6, [clear])).transition).toMatchObject({ kind: 'announced-ok', episode: 1 });
  });
});

describe('a policy that is gone', () => {
  const now = (base + 10 * hour) * 1000;

  it('ends what is open, and tells those who were told of it', () => {
    const told = retire(fold([at(0, [page])]), defaultPolicy, now);
    expect(told?.transition).toEqual({ kind: 'resolved', from: 'firing', to: 'ok', notify: true });
    expect(told?.reason).toBe('policy-removed');
    const untold = retire(fold([at(0, [page])], { after: 9 }), defaultPolicy, now);
    expect(untold?.transition?.notify).toBe(false);
    const waiting = retire(fold([at(0, [page])], { policy: twoOfThree }), twoOfThree, now);
    expect(waiting?.transition).toMatchObject({ kind: 'passed', to: 'ok', notify: false });
  });

  it('leaves what is quiet alone', () => {
    expect(retire(fold([at(0, [clear])]), defaultPolicy, now)).toBeNull();
    expect(retire(emptyMemory, defaultPolicy, now)).toBeNull();
  });

  it('does not decide on the same windows again should it come back', () => {
    const over = retire(fold([at(0, [page])]), defaultPolicy, now)!.memory;
    expect(one(over, at(-1, [page])).reason).toBe('out-of-order');
    expect(one(over, at(0, [page])).reason).toBe('out-of-order');
    expect(one(over, at(1, [page])).transition?.kind).toBe('opened');
    expect(one(over, at(1, [page])).memory.episode).toBe(2);
  });
});

describe('what puts the data of a window in doubt', () => {
  const schema: Partial<Finding> = { check: 'schema', subject: '', verdict: 'drift', effect: 1 };
  const volume: Partial<Finding> = { check: 'volume', subject: '', verdict: 'drift', effect: 9 };
  const none: Partial<Finding> = { check: 'volume', subject: '', verdict: 'no-data', p: 1e-9, alpha: 1e-4 };
  const unread: Partial<Finding> = { check: 'blind', subject: '', verdict: 'blind' };
  const broken: Partial<Finding> = { check: 'size', subject: '', verdict: 'failed' };

  it.each([
    ['schema', schema],
    ['volume', volume],
    ['no-data', none],
    ['blind', unread],
    ['failed', broken],
  ] as const)('%s holds drift back, and is named', (name, trouble) => {
    const { memory } = last(emptyMemory, at(0, [page, { ...page, ...other }, trouble]));
    expect(memory.inhibitedBy).toEqual([name]);
    expect(memory.inhibited.found).toBe(2);
    expect(memory.inhibited.worst.map(item => item.subject)).toEqual(['feature:age', 'feature:plan']);
    expect(memory.evidence.map(item => item.check)).not.toContain('drift');
  });

  it('holds back nothing else: a broken promise and lost accuracy are told', () => {
    const lost = { ...page, check: 'performance', subject: 'accuracy' };
    const missing = { ...page, check: 'missing' };
    const { memory } = last(emptyMemory, at(0, [schema, page, lost, missing]));
    expect(memory.evidence.map(item => item.check).sort()).toEqual(['missing', 'performance', 'schema']);
    expect(memory.calls).toEqual(['retrain', 'rebuild']);
  });

  it('neither confirms nor ends what drift holds open', () => {
    const opened = fold([at(0, [page])]);
    expect(one(opened, at(1, [page, unread])).reason).toBe('inhibited');
    const drift = { ...defaultPolicy, checks: ['drift'] };
    const window = at(1, [page, { ...clear, ...other }, schema]);
    expect(one(opened, window, { policy: drift }).reason).toBe('inhibited');
    expect(one(emptyMemory, window, { policy: drift }).reason).toBe('inhibited');
    expect(one(opened, window, { policy: drift }).memory.state).toBe('firing');
  });
});

describe('the policy blind', () => {
  const unread: Partial<Finding> = { check: 'blind', subject: '', verdict: 'blind' };
  const seen: Partial<Finding> = { check: 'blind', subject: '', verdict: 'stable' };
  const given = { policy: blindPolicy };

  it('pages while windows are not read, and is over two windows after they are', () => {
    expect(one(emptyMemory, at(0, [seen, page]), given).reason).toBe('stable');
    const opened = one(emptyMemory, at(0, [unread]), given);
    expect(opened.transition).toMatchObject({ kind: 'opened', notify: true });
    const read = fold([at(0, [seen])], given, opened.memory);
    expect(read.state).toBe('firing');
    expect(one(read, at(1, [seen]), given).reason).toBe('resolved');
    expect(one(read, at(1, [unread]), given).reason).toBe('still-firing');
  });

  it('pages when judging failed, and looks at windows of an hour alone', () => {
    expect(one(emptyMemory, at(0, [{ verdict: 'failed' }]), given).transition?.kind).toBe('opened');
    expect(one(emptyMemory, at(0, [unread], 6 * hour), given).reason).toBe('other-length');
  });
});
