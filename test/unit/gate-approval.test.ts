import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ApprovalClaims } from '../../drivers/gate/approval.ts';
import { canonicalJson, frozenCopy } from '../../drivers/gate/canonical-json.ts';
import { type ClosedLoopGrant, wholeRoomGrant } from '../../drivers/gate/closed-loop.ts';
import {
  assertEnforceable,
  type Envelope,
  LIMIT_NAMES,
  PANDA_REAL_ENVELOPE,
  PANDA_SIMULATED_ENVELOPE,
} from '../../drivers/gate/envelope.ts';
import { createStand, MACHINE, PERSON, refusalOf, sha256Hex } from './gate-stand.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);

describe('The canonical text of data', () => {
  test('does not depend on the order of keys, and tells all else apart', () => {
    expect(canonicalJson({ b: [1, { d: 2, c: 3 }], a: 'x' })).toBe('{"a":"x","b":[1,{"c":3,"d":2}]}');
    const shuffled = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shuffled);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, item]) => [key, shuffled(item)]),
      );
    };
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(canonicalJson(shuffled(a))).toBe(canonicalJson(a));
        expect(JSON.parse(canonicalJson(a))).toEqual(JSON.parse(JSON.stringify(a)));
        const same = canonicalJson(a) === canonicalJson(b);
        expect(same).toBe(canonicalJson(JSON.parse(canonicalJson(b))) === canonicalJson(a));
      }),
      { seed, numRuns: 200 },
    );
  });

  test('is refused to what it could not carry', () => {
    for (const value of [
      Number.NaN,
      Infinity,
      1n,
      () => 1,
      Symbol('x'),
      new Float64Array(2),
      new Map(),
      new Date(0),
      undefined,
    ]) {
      expect(() => canonicalJson({ claims: { value: [value] } })).toThrow(/claims\.value\[0\]/);
    }
    expect(canonicalJson({ a: undefined, b: -0 })).toBe('{"b":0}');
  });

  test('makes copies that nobody can change', () => {
    const original = { list: [{ x: 1 }] };
    const copy = frozenCopy(original);
    original.list[0].x = 2;
    expect(copy).toEqual({ list: [{ x: 1 }] });
    expect(() => {
      copy.list[0].x = 3;
    }).toThrow(TypeError);
  });
});

describe('An approval', () => {
  test('covers every claim: a change of any of them after the approval voids it', async () => {
    const changes: Partial<ApprovalClaims>[] = [
      { source: 'await homePose(); ' },
      { sessionSnapshotHash: 'other' },
      { apiVersion: '1.0.1' },
      { tier: 'S2' },
      { skillVersions: { stack: '3' } },
      { robotId: 'other' },
      { robotKind: 'real' },
      { envelope: { ...PANDA_SIMULATED_ENVELOPE, maxCalls: { hard: 2001, soft: 500 } } },
      { speedScale: 0.99 },
      { stepMode: 'each-motion' },
      { epoch: 2 },
      { previewId: 'preview-2' },
      { previewId: null },
      { startJointsRad: null },
      { grants: ['maxCalls'] },
      { closedLoop: wholeRoomGrant(PANDA_SIMULATED_ENVELOPE) },
    ];
    const { claims } = createStand();
    expect(new Set(changes.flatMap(Object.keys))).toEqual(new Set(Object.keys(claims())));
    for (const change of changes) {
      const { gate, claims: now, kindsSent } = createStand();
      const offer = gate.offer(now());
      gate.approve(offer.id, offer.digest, PERSON);
      expect((await refusalOf(() => gate.begin(offer.id, now(change)))).code).toBe('APPROVAL_VOID');
      expect((await refusalOf(() => gate.begin(offer.id, now()))).code).toBe('APPROVAL_VOID');
      expect(kindsSent()).toEqual([]);
    }
  });

  test('covers every figure of a bounded permit', async () => {
    const granted = wholeRoomGrant(PANDA_SIMULATED_ENVELOPE);
    const others: Partial<ClosedLoopGrant>[] = [
      { volume: { ...granted.volume, max: [0.9, 0.75, 1.1] } },
      { toolSpeedMPerS: granted.toolSpeedMPerS / 2 },
      { forceN: granted.forceN - 1 },
      { seconds: granted.seconds - 1 },
      { stopCondition: 'contact' },
    ];
    expect(new Set(others.flatMap(Object.keys))).toEqual(new Set(Object.keys(granted)));
    for (const other of others) {
      const { gate, claims } = createStand();
      const offer = gate.offer(claims({ closedLoop: granted }));
      gate.approve(offer.id, offer.digest, PERSON);
      const now = claims({ closedLoop: { ...granted, ...other } });
      expect((await refusalOf(() => gate.begin(offer.id, now))).code).toBe('APPROVAL_VOID');
    }
  });

  test('is of the bytes that were shown: the digest is the SHA-256 of the canonical claims', async () => {
    const { gate, claims } = createStand();
    const offer = gate.offer(claims());
    expect(offer.digest).toBe(sha256Hex(canonicalJson(claims())));
    expect((await refusalOf(() => gate.approve(offer.id, sha256Hex('else'), PERSON))).code).toBe('APPROVAL_REFUSED');
    expect((await refusalOf(() => gate.begin(offer.id, claims()))).code).toBe('NO_APPROVAL');
  });

  test('starts one block, once', async () => {
    const { gate, claims } = createStand();
    const offer = gate.offer(claims());
    gate.approve(offer.id, offer.digest, MACHINE);
    const both = await Promise.allSettled([gate.begin(offer.id, claims()), gate.begin(offer.id, claims())]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    if (both[0].status === 'fulfilled') both[0].value.end();
    expect((await refusalOf(() => gate.begin(offer.id, claims()))).code).toBe('APPROVAL_USED');
    expect((await refusalOf(() => gate.approve(offer.id, offer.digest, PERSON))).code).toBe('APPROVAL_USED');
  });

  test('is never given for what was rejected or never offered', async () => {
    const { gate, claims, events } = createStand();
    const offer = gate.offer(claims());
    gate.reject(offer.id, PERSON, 'too fast for my taste');
    expect(events.at(-1)).toMatchObject({ kind: 'rejected', comment: 'too fast for my taste' });
    expect((await refusalOf(() => gate.approve(offer.id, offer.digest, PERSON))).code).toBe('NO_APPROVAL');
    expect((await refusalOf(() => gate.begin('offer-9', claims()))).code).toBe('NO_APPROVAL');
  });

  test('is not asked for what is not true of this gate', async () => {
    const { gate, claims } = createStand();
    const untrue: [Partial<ApprovalClaims>, RegExp][] = [
      [{ robotId: 'other' }, /made for other/],
      [{ robotKind: 'real' }, /\(real\), but the robot is fake-panda \(simulated\)/],
      [{ envelope: PANDA_REAL_ENVELOPE }, /envelope is not the one in force/],
      [{ speedScale: 0 }, /speed scale is 0/],
      [{ speedScale: 1.01 }, /speed scale is 1.01/],
      [{ speedScale: Number.NaN }, /speed scale is NaN/],
      [{ grants: ['jointSpeedShare'] }, /no soft limit "jointSpeedShare"/],
      [{ startJointsRad: [[0, 0, 0]] }, /seven joints/],
      [{ startJointsRad: [] }, /every arm/],
    ];
    for (const [change, words] of untrue) {
      const refused = await refusalOf(() => gate.offer(claims(change)));
      expect(refused.code).toBe('APPROVAL_REFUSED');
      expect(refused.message).toMatch(words);
    }
    expect((await refusalOf(() => gate.offer(claims({ epoch: 0 })))).code).toBe('STALE_EPOCH');
  });

  test('stays with what was offered when the caller changes its own copy afterwards', async () => {
    const { gate, claims } = createStand();
    const mine = { ...claims(), grants: [] as 'maxCalls'[] };
    const offer = gate.offer(mine);
    mine.grants.push('maxCalls');
    gate.approve(offer.id, offer.digest, PERSON);
    expect((await refusalOf(() => gate.begin(offer.id, mine))).code).toBe('APPROVAL_VOID');
  });
});

describe('An envelope', () => {
  test('of either default can be enforced', () => {
    for (const envelope of [PANDA_SIMULATED_ENVELOPE, PANDA_REAL_ENVELOPE]) {
      expect(() => assertEnforceable(envelope, 1)).not.toThrow();
      expect(frozenCopy(envelope)).toEqual(envelope);
    }
  });

  const bad: [string, Partial<Envelope>][] = [
    ...LIMIT_NAMES.map((name): [string, Partial<Envelope>] => [
      `${name} is not a number`,
      { [name]: { hard: Number.NaN } },
    ]),
    ...LIMIT_NAMES.map((name): [string, Partial<Envelope>] => [`${name} is below zero`, { [name]: { hard: -1 } }]),
    ['a soft limit is not a number', { toolSpeedMPerS: { hard: 1, soft: Number.NaN } }],
    ['a soft limit is looser than the hard one', { toolSpeedMPerS: { hard: 1, soft: 2 } }],
    ['a soft margin is looser than the hard one', { jointMarginRad: { hard: 0.1, soft: 0.05 } }],
    ['a share is more than the whole', { jointSpeedShare: { hard: 1.1 } }],
    ['there is no workspace', { workspace: [] }],
    ['a box is inside out', { workspace: [{ name: 'room', min: [0, 0, 1], max: [1, 1, 0] }] }],
    ['a box is endless', { keepOuts: [{ name: 'sky', layer: 'installation', min: [0, 0, 1], max: [1, 1, Infinity] }] }],
    ['an arm is missing', { arms: [] }],
    [
      'a base is nowhere',
      { arms: [{ arm: 'left', arm0FromBase: { position: [0, 0, Number.NaN], quatWxyz: [1, 0, 0, 0] } }] },
    ],
    [
      'a base is turned by no rotation',
      { arms: [{ arm: 'left', arm0FromBase: { position: [0, 0, 0], quatWxyz: [1, 1, 0, 0] } }] },
    ],
  ];

  test.each(bad)('makes no gate when %s', async (_, change) => {
    const refused = await refusalOf(() => createStand({ envelope: change }));
    expect(refused.code).toBe('BAD_CONFIGURATION');
  });
});
