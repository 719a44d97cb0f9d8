import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { READY_POSE_RAD } from '../../sim/robots/panda/kinematics.ts';
import { JOINT_COUNT, type JointLimits, PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
import { check, PERIOD_S, planOf, quintic, refusal } from './gate-test-plans.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);

describe('Joint limits', () => {
  const joints = fc.integer({ min: 0, max: 6 });

  /** The published limits, but only of one kind: all others are out of the way. */
  const only = (kind: keyof JointLimits): JointLimits => {
    const far = Object.fromEntries(
      Object.entries(PANDA_JOINT_LIMITS).map(([name, row]) => [name, row.map((value: number) => value * 100)]),
    ) as unknown as JointLimits;
    const range = { minRad: READY_POSE_RAD.map(() => -100), maxRad: READY_POSE_RAD.map(() => 100) };
    return { ...far, ...range, [kind]: PANDA_JOINT_LIMITS[kind] };
  };

  test('hold at every sample: the margin is kept to the last bit', () => {
    fc.assert(
      fc.property(joints, fc.constantFrom(-1, 1), (joint, sign) => {
        const plan = planOf(joint, quintic(sign * 0.2, 1), 1);
        const rad = plan.arms[0].jointPositionsRad;
        const last = rad[rad.length - JOINT_COUNT + joint];
        const wide = only('speedRadPerS');
        const range = { minRad: [...wide.minRad], maxRad: [...wide.maxRad] };
        range.minRad[joint] = sign < 0 ? last - 0.1 : -100;
        range.maxRad[joint] = sign > 0 ? last + 0.1 : 100;
        const margin = sign > 0 ? range.maxRad[joint] - last : last - range.minRad[joint];
        const tryMargin = (hard: number) => () =>
          check(plan, { jointMarginRad: { hard } }, 1, READY_POSE_RAD, { ...wide, ...range });
        expect(tryMargin(margin)).not.toThrow();
        const refused = refusal(tryMargin(margin + 1e-15));
        expect(refused.code).toBe('JOINT_MARGIN');
        expect(refused.message).toContain(`Joint ${joint + 1} of the left arm at`);
      }),
      { seed, numRuns: 40 },
    );
  });

  // Peaks of the quintic: 1.875 d/T, 5.7735 d/T^2, 60 d/T^3. The peak of jerk lies at the very ends and lasts a few
  // samples only, so its difference sees less of it.
  test.each([
    ['JOINT_SPEED', 'jointSpeedShare', 'speedRadPerS', 1.875, 1, 5e-5, 0.99],
    ['JOINT_ACCELERATION', 'jointAccelerationShare', 'accelerationRadPerS2', 5.7735, 2, 0.05, 0.97],
    ['JOINT_JERK', 'jointJerkShare', 'jerkRadPerS3', 60, 3, 50, 0.6],
  ] as const)('%s is found by the differences of the samples', (code, name, kind, peak, order, noise, seen) => {
    const turnRad = 0.05;
    fc.assert(
      fc.property(joints, fc.integer({ min: 50, max: 100 }), (joint, samples) => {
        const durationS = samples * PERIOD_S;
        const plan = planOf(joint, quintic(turnRad, durationS), durationS);
        const published = PANDA_JOINT_LIMITS[kind][joint];
        const share = (peak * turnRad) / durationS ** order / published;
        const tryShare = (hard: number) => () => check(plan, { [name]: { hard } }, 1, READY_POSE_RAD, only(kind));
        if (share <= 1) expect(tryShare(share)).not.toThrow();
        expect(refusal(tryShare(share * seen - noise / published)).code).toBe(code);
      }),
      { seed, numRuns: 60 },
    );
  });

  test('forgive samples rounded to 0.1 microradian, and nothing coarser', () => {
    const durationS = 0.8;
    const turnRad = (0.25 * PANDA_JOINT_LIMITS.accelerationRadPerS2[1] * durationS * durationS) / 5.7736;
    const rounded = (quantum: number) =>
      planOf(1, (t) => Math.round(quintic(turnRad, durationS)(t) / quantum) * quantum, durationS);
    const limits = { jointAccelerationShare: { hard: 0.25 }, jointJerkShare: { hard: 0.1 } };
    expect(() => check(rounded(1e-9), limits)).not.toThrow();
    expect(() => check(rounded(1e-7), limits)).not.toThrow();
    expect(refusal(() => check(rounded(1e-5), limits)).code).toMatch(/JOINT_(ACCELERATION|JERK)/);
  });

  test('of speed are narrowed by the speed that was approved', () => {
    const plan = planOf(0, quintic(0.5, 1), 1);
    const share = (1.875 * 0.5) / PANDA_JOINT_LIMITS.speedRadPerS[0];
    expect(() => check(plan, {}, share * 1.01)).not.toThrow();
    expect(refusal(() => check(plan, {}, share * 0.98))).toMatchObject({ code: 'JOINT_SPEED', severity: 'hard' });
  });

  test('that are soft give the worst excess of each, and no refusal', () => {
    const plan = planOf(3, quintic(0.08, 0.2), 0.2);
    const { softExcesses } = check(plan, {
      jointMarginRad: { hard: 0.01, soft: 1.2 },
      jointSpeedShare: { hard: 1, soft: 0.1 },
      jointAccelerationShare: { hard: 1, soft: 0.1 },
      jointJerkShare: { hard: 1, soft: 0.0001 },
    });
    expect(softExcesses.map(({ limit }) => limit).sort()).toEqual([
      'jointAccelerationShare',
      'jointJerkShare',
      'jointMarginRad',
      'jointSpeedShare',
    ]);
    const speed = softExcesses.find(({ limit }) => limit === 'jointSpeedShare');
    expect(speed?.value).toBeCloseTo((1.875 * 0.08) / 0.2 / PANDA_JOINT_LIMITS.speedRadPerS[3], 2);
    expect(speed?.where).toMatch(/^Joint 4 of the left arm at 0\.\d+ s \(sample \d+\)$/);
  });

  test('of the tool hold between all samples', () => {
    const plan = planOf(0, quintic(0.5, 1), 1);
    const { topToolSpeedMPerS } = check(plan).figures;
    expect(() => check(plan, { toolSpeedMPerS: { hard: topToolSpeedMPerS } })).not.toThrow();
    expect(refusal(() => check(plan, { toolSpeedMPerS: { hard: topToolSpeedMPerS - 0.001 } })).code).toBe('TOOL_SPEED');
  });
});
