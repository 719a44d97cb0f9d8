// Owns what can happen around a gate, as data, and how it is drawn at random. Must never be tuned to one gate: every step
// may come at any time.

import fc from 'fast-check';
import type { FakeFault, FakePace, FakeStopAnswer } from '../../drivers/fake/fake-robot.ts';
import type { BeatSource } from '../../drivers/gate/beats.ts';
import type { LimitName } from '../../drivers/gate/envelope.ts';
import type { GateEvent } from '../../drivers/gate/events.ts';
import type { StopSource } from '../../drivers/gate/stop-latch.ts';
import { type Aim, PLAN_KINDS, type PlanKind } from './gate-scenario-plans.ts';

export interface Setup {
  readonly kind: 'simulated' | 'real';
  /** Who has to beat on a simulated robot; on a real one it is always everybody. */
  readonly beats: 'nobody' | 'session';
  readonly softLimits: 'refuse' | 'collect';
  readonly pace: FakePace;
}

export interface OfferWishes {
  readonly grants: readonly LimitName[];
  readonly speedScale: number;
  readonly stepMode: 'none' | 'each-motion';
  readonly startJoints: 'measured' | 'elsewhere' | 'none';
  readonly closedLoop: 'granted' | 'wide' | 'none';
}

/** What a block would run with now, against what was offered. */
export type ClaimsNow = 'same' | 'edited' | 'more-grants' | 'longer-loop';

/** `pick` chooses among the offers, blocks or stops so far, 0 being the newest. */
export type Act =
  | { readonly act: 'offer'; readonly wishes: OfferWishes }
  | {
      readonly act: 'approve';
      readonly pick: number;
      readonly by: 'person' | 'automatic';
      readonly digest: 'right' | 'wrong';
    }
  | { readonly act: 'reject'; readonly pick: number }
  | { readonly act: 'begin'; readonly pick: number; readonly claims: ClaimsNow }
  /** Offers and approves, to begin later. */
  | { readonly act: 'prepare'; readonly wishes: OfferWishes }
  /** Ends the newest block if nothing of it is under way, then offers, approves and begins another. */
  | {
      readonly act: 'new-block';
      readonly wishes: OfferWishes;
      readonly claims: ClaimsNow;
      readonly beats: 'fresh' | 'old';
      readonly way: 'told' | 'heard';
    }
  | { readonly act: 'move'; readonly pick: number; readonly plan: PlanKind }
  | {
      readonly act: 'loop';
      readonly pick: number;
      readonly aim: Aim;
      readonly toolSpeedMPerS: number;
      readonly leaseS: number;
    }
  | { readonly act: 'rest'; readonly pick: number }
  | { readonly act: 'grip'; readonly pick: number; readonly forceN: number; readonly widthM: number }
  | { readonly act: 'wait'; readonly pick: number; readonly seconds: number }
  | { readonly act: 'end'; readonly pick: number }
  | { readonly act: 'abort'; readonly pick: number }
  | { readonly act: 'let-step' }
  | { readonly act: 'stop'; readonly source: StopSource }
  /** A stop is raised outside of the gate's thread; its message is on its way. */
  | { readonly act: 'raise'; readonly source: StopSource }
  /** The message of what was raised arrives. */
  | { readonly act: 'deliver' }
  | { readonly act: 'reset'; readonly pick: number; readonly by: 'person' | 'automatic' }
  /** Confirms and resets every stop that stands. */
  | { readonly act: 'reset-all' }
  | { readonly act: 'reset-unknown' }
  | { readonly act: 'bump-epoch' }
  /** `way`: told by a call, or heard outside of the gate's thread. */
  | { readonly act: 'beat'; readonly source: BeatSource | 'everybody'; readonly way: 'told' | 'heard' }
  | { readonly act: 'pass-time'; readonly seconds: number }
  | { readonly act: 'tick' }
  | { readonly act: 'proceed'; readonly share: number }
  | { readonly act: 'fail-next'; readonly fault: FakeFault }
  | { readonly act: 'answer-stops'; readonly answer: FakeStopAnswer }
  | { readonly act: 'confirm-stops' }
  | { readonly act: 'reconnect' }
  /** The next event of this kind makes its listener stop the gate from within, or fail. */
  | { readonly act: 'ambush'; readonly on: GateEvent['kind']; readonly how: 'stop' | 'throw' };

/** An act, and how many turns of the microtask queue pass before the next: 'settle' lets everything come to rest. */
export type Step = Act & { readonly turns: number | 'settle' };

const SOURCES: readonly StopSource[] = [
  'operator',
  'window',
  'session',
  'hardware-button',
  'robot',
  'limit',
  'process',
];

const SOFT: readonly LimitName[] = ['toolSpeedMPerS', 'gripForceN', 'maxCalls', 'maxRobotTimeS'];
const grants = fc.oneof(fc.constant(SOFT), fc.subarray([...SOFT]));
const wishes: fc.Arbitrary<OfferWishes> = fc.record({
  grants,
  speedScale: fc.constantFrom(1, 1, 1, 1, 0.1),
  stepMode: fc.constantFrom('none' as const, 'none' as const, 'none' as const, 'each-motion' as const),
  startJoints: fc.constantFrom('measured' as const, 'measured' as const, 'none' as const, 'elsewhere' as const),
  closedLoop: fc.constantFrom('granted' as const, 'granted' as const, 'wide' as const, 'none' as const),
});
const goodWishes: fc.Arbitrary<OfferWishes> = wishes.map((wish) => ({ ...wish, startJoints: 'measured' }));
const pick = fc.constantFrom(0, 0, 0, 0, 0, 1, 1, 2);
const claimsNow = fc.constantFrom<ClaimsNow>(
  'same',
  'same',
  'same',
  'same',
  'same',
  'same',
  'edited',
  'more-grants',
  'longer-loop',
);
const person = fc.constantFrom('person' as const, 'person' as const, 'person' as const, 'automatic' as const);
const plan = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom<PlanKind>('quick', 'slow') },
  { weight: 2, arbitrary: fc.constantFrom<PlanKind>('to-the-edge', 'from-the-edge') },
  { weight: 1, arbitrary: fc.constantFrom(...PLAN_KINDS) },
);

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ act: fc.constant('offer' as const), wishes }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('approve' as const),
      pick,
      by: person,
      digest: fc.constantFrom('right' as const, 'right' as const, 'right' as const, 'wrong' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('reject' as const), pick }) },
  {
    weight: 8,
    arbitrary: fc.record({
      act: fc.constant('begin' as const),
      pick,
      claims: claimsNow,
    }),
  },
  { weight: 6, arbitrary: fc.record({ act: fc.constant('prepare' as const), wishes: goodWishes }) },
  {
    weight: 8,
    arbitrary: fc.record({
      act: fc.constant('new-block' as const),
      wishes: goodWishes,
      claims: claimsNow,
      beats: fc.constantFrom('fresh' as const, 'fresh' as const, 'fresh' as const, 'old' as const),
      way: fc.constantFrom('told' as const, 'heard' as const),
    }),
  },
  { weight: 20, arbitrary: fc.record({ act: fc.constant('move' as const), pick, plan }) },
  {
    weight: 14,
    arbitrary: fc.record({
      act: fc.constant('loop' as const),
      pick,
      aim: fc.constantFrom<Aim>('inside', 'inside', 'inside', 'past-the-volume', 'past-the-edge', 'nowhere'),
      toolSpeedMPerS: fc.constantFrom(0.1, 0.1, 0.4, 0.41),
      leaseS: fc.constantFrom(0.05, 0.1, 0.2, 0.3, 0.7),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('rest' as const), pick }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('grip' as const),
      pick,
      forceN: fc.constantFrom(20, 40, 40.5, 70, 70.5, 0, Number.NaN),
      widthM: fc.constantFrom(0.08, 0.04, 0.01, 0.0801, -0.001, Number.NaN),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('wait' as const),
      pick,
      seconds: fc.constantFrom(0.1, 0.7, 1.1, 2.5, Number.NaN),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('end' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('abort' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('let-step' as const) }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant('stop' as const), source: fc.constantFrom(...SOURCES) }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('raise' as const), source: fc.constantFrom(...SOURCES) }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('deliver' as const) }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('reset' as const), pick, by: person }) },
  { weight: 7, arbitrary: fc.record({ act: fc.constant('reset-all' as const) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('reset-unknown' as const) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('bump-epoch' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant('beat' as const),
      source: fc.constantFrom<BeatSource | 'everybody'>('everybody', 'everybody', 'window', 'session', 'stop-channel'),
      way: fc.constantFrom('told' as const, 'heard' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('pass-time' as const),
      seconds: fc.constantFrom(0.05, 0.1, 0.24, 0.3, 1.1),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('tick' as const) }) },
  { weight: 8, arbitrary: fc.record({ act: fc.constant('proceed' as const), share: fc.constantFrom(0.3, 1, 1, 1) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('fail-next' as const),
      fault: fc.constantFrom<FakeFault>('not-reached', 'object-lost', 'stops-itself', 'fault', 'disconnect'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('answer-stops' as const),
      answer: fc.constantFrom<FakeStopAnswer>('confirmed', 'unconfirmed', 'silent', 'silent', 'error'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('confirm-stops' as const) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('reconnect' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('ambush' as const),
      on: fc.constantFrom<GateEvent['kind']>(
        'offered',
        'approved',
        'begun',
        'command-checked',
        'command-sent',
        'command-finished',
        'refused',
        'ended',
      ),
      how: fc.constantFrom('stop' as const, 'throw' as const),
    }),
  },
);

const turns = fc.constantFrom<number | 'settle'>(0, 1, 2, 3, 4, 'settle', 'settle', 'settle', 'settle');

export const anySetup: fc.Arbitrary<Setup> = fc.record({
  kind: fc.constantFrom('simulated' as const, 'simulated' as const, 'real' as const),
  beats: fc.constantFrom('nobody' as const, 'session' as const),
  softLimits: fc.constantFrom('refuse' as const, 'refuse' as const, 'collect' as const),
  pace: fc.constantFrom<FakePace>('instant', 'stepped'),
});

const step = fc.tuple(act, turns).map(([what, count]): Step => ({ ...what, turns: count }));
const firstBlock = goodWishes.map(
  (wish): Step => ({ act: 'new-block', wishes: wish, claims: 'same', beats: 'fresh', way: 'told', turns: 'settle' }),
);
const prepared = goodWishes.map((wish): Step => ({ act: 'prepare', wishes: wish, turns: 0 }));

/** Most runs begin with a second block already approved, and a first one running. */
export const anySteps: fc.Arbitrary<readonly Step[]> = fc
  .tuple(
    fc.option(prepared, { freq: 2 }),
    fc.option(firstBlock, { freq: 4 }),
    fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }),
  )
  .map(([first, second, rest]) => [first, second, ...rest].filter((each) => each !== null));
