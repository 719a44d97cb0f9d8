import { describe, expect, test } from 'vitest';
import { checkGripper } from '../../drivers/gate/gripper-check.ts';
import type { Plan } from '../../drivers/robot.ts';
import { JOINT_COUNT } from '../../sim/robots/panda/limits.ts';
import { check, planOf, quintic, refusal, WIDE } from './gate-test-plans.ts';

describe('What is no plan', () => {
  const good = planOf(0, quintic(0.1, 0.5), 0.5);
  const withRad = (change: (rad: Float64Array) => Float64Array): Plan => ({
    ...good,
    arms: [{ arm: 'left', jointPositionsRad: change(good.arms[0].jointPositionsRad.slice()) }],
  });
  const set = (index: number, value: number) =>
    withRad((rad) => {
      rad[index] = value;
      return rad;
    });

  test.each<[string, Plan, RegExp]>([
    ['a value that is not a number', set(500, Number.NaN), /joint 4 of the left arm is NaN at 0\.142 s/],
    ['an infinite value', set(0, Number.POSITIVE_INFINITY), /Infinity/],
    ['a row too few', withRad((rad) => rad.slice(JOINT_COUNT)), /1750 numbers for 251 samples/],
    [
      'no samples',
      { ...good, sampleCount: 0, durationS: 0, arms: [{ arm: 'left', jointPositionsRad: new Float64Array(0) }] },
      /0 samples/,
    ],
    ['half a sample', { ...good, sampleCount: 250.5 }, /250.5 samples/],
    ['no period', { ...good, periodS: 0 }, /0 s apart/],
    ['a period too long to look between', { ...good, periodS: 0.05 }, /0.05 s apart/],
    ['a duration that is not that of its samples', { ...good, durationS: 3 }, /claims to take 3 s/],
    ['no arm', { ...good, arms: [] }, /moves no arm/],
    ['an arm twice', { ...good, arms: [good.arms[0], good.arms[0]] }, /twice/],
    ['an arm that is not there', { ...good, arms: [{ ...good.arms[0], arm: 'right' }] }, /lacks/],
    [
      'a start elsewhere',
      withRad((rad) => rad.map((value, i) => (i % JOINT_COUNT === 2 ? value + 0.021 : value))),
      /0.021 rad from the measured joint 3/,
    ],
    ['a start in motion', planOf(0, (t) => t, 0.5), /does not begin at rest/],
    [
      'an end in motion',
      { ...planOf(0, quintic(0.5, 1), 0.5) },
      /does not end at rest: joint 1 of the left arm moves at 0.9\d+ rad\/s/,
    ],
  ])('is refused: %s', (_, plan, words) => {
    const refused = refusal(() => check(plan));
    expect(refused).toMatchObject({ code: 'BAD_PLAN', severity: 'hard' });
    expect(refused.message).toMatch(words);
    expect(refused.message).toMatch(/Nothing was sent; the arm did not move for this\.$/);
  });

  test('is not said of a plan that stays where it is', () => {
    expect(() => check(planOf(0, () => 0, 0))).not.toThrow();
    expect(() => check(planOf(0, () => 0, 1))).not.toThrow();
  });
});

describe('A grip', () => {
  const grip =
    (widthM: number, forceN: number, arm: 'left' | 'right' = 'left') =>
    () =>
      checkGripper({ arm, widthM, forceN }, { ...WIDE, gripForceN: { hard: 70, soft: 40 } });

  test('passes up to its limits, and says when it asks for much', () => {
    expect(grip(0, 40)()).toEqual([]);
    expect(grip(0.08, 70)()).toMatchObject([{ limit: 'gripForceN', value: 70, soft: 40 }]);
  });

  test.each([
    ['GRIP_FORCE', grip(0, 70.0001)],
    ['GRIP_WIDTH', grip(0.0801, 20)],
    ['GRIP_WIDTH', grip(-0.0001, 20)],
    ['GRIP_WIDTH', grip(Number.NaN, 20)],
    ['BAD_COMMAND', grip(0.04, 0)],
    ['BAD_COMMAND', grip(0.04, Number.NaN)],
    ['BAD_COMMAND', grip(0.04, 20, 'right')],
  ] as const)('is refused with %s', (code, act) => {
    expect(refusal(act).code).toBe(code);
  });
});
