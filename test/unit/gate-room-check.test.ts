import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FakeRobot } from '../../drivers/fake/fake-robot.ts';
import { BODY_POINTS, createBodyLocator, TOOL_POINT } from '../../drivers/gate/body-points.ts';
import { addProgramKeepOuts, type Envelope } from '../../drivers/gate/envelope.ts';
import { checkPlan } from '../../drivers/gate/plan-check.ts';
import type { Plan } from '../../drivers/robot.ts';
import { READY_POSE_RAD, toolPose } from '../../sim/robots/panda/kinematics.ts';
import { JOINT_COUNT, PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
import { distance, quatFromAxisAngle, type Vec3 } from '../../sim/spatial.ts';
import { check, type Law, PERIOD_S, planOf, quintic, refusal, WIDE } from './gate-test-plans.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);

describe('The points of the arm', () => {
  test('end in the tool point, exactly where the kinematics put it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1.5, max: 1.5, noNaN: true }), { minLength: 7, maxLength: 7 }),
        (joints) => {
          expect(distance(locate(joints, TOOL_POINT), toolPose(joints).position)).toBeLessThan(1e-12);
        },
      ),
      { seed, numRuns: 100 },
    );
  });

  test('leave no gap on the arm between shoulder and fingertip that a fist fits through', () => {
    const shoulder: Vec3 = [0, 0, 0.333];
    let from = shoulder;
    for (const name of [
      'upper arm',
      'elbow',
      'upper forearm',
      'lower forearm',
      'wrist',
      'last joint',
      'flange',
      'hand',
      'tool point',
    ]) {
      const to = locate(
        READY_POSE_RAD,
        BODY_POINTS.findIndex((point) => point.name === name),
      );
      expect(distance(from, to)).toBeLessThan(0.19);
      from = to;
    }
  });

  test('let the fingertips come within 5 mm of a floor, and not within 3 mm', () => {
    const reachingDown = [0, 0.6, 0, -2, 0, 2.6, 0.8];
    const [, , toolZ] = toolPose(reachingDown).position;
    const rad = Float64Array.from([...reachingDown, ...reachingDown]);
    const arms = [{ arm: 'left', jointPositionsRad: rad }] as const;
    const still: Plan = { id: 'still', periodS: PERIOD_S, sampleCount: 2, durationS: PERIOD_S, arms };
    const floor = (underM: number): Partial<Envelope> => ({
      workspace: [{ name: 'room', min: [-2, -2, toolZ - underM], max: [2, 2, 2] }],
    });
    expect(() => check(still, floor(0.005), 1, reachingDown)).not.toThrow();
    expect(refusal(() => check(still, floor(0.003), 1, reachingDown))).toMatchObject({
      code: 'WORKSPACE',
      severity: 'hard',
    });
  });
});

describe('A plan in the room', () => {
  test('is refused for any single sample that leaves it, be it the first, the last or one between', () => {
    // Out and back again: the farthest sample is farther than its neighbours by less than a micrometre.
    const out = quintic(0.004, 0.5);
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 240 }), fc.constantFrom('first', 'turn', 'last'), (turn, which) => {
        const turnS = turn * PERIOD_S;
        const law: Law = (t) => {
          if (which === 'last') return out((t / turnS) * 0.5);
          if (which === 'first') return out((1 - t / turnS) * 0.5) - out(0.5);
          return t <= turnS ? out((t / turnS) * 0.5) : out(((2 * turnS - t) / turnS) * 0.5);
        };
        const plan = planOf(0, law, which === 'turn' ? 2 * turnS : turnS);
        const farthest = Math.max(...BODY_POINTS.map((point, i) => locate(farthestPose(plan), i)[1] + point.radiusM));
        const room = (maxY: number): Partial<Envelope> => ({
          workspace: [{ name: 'room', min: [-2, -2, -2], max: [2, maxY, 2] }],
        });
        expect(() => check(plan, room(farthest + 1e-12))).not.toThrow();
        const { code, message } = refusal(() => check(plan, room(farthest - 1e-11)));
        expect(code).toBe('WORKSPACE');
        const sample = which === 'first' ? 0 : turn;
        expect(message).toContain(`(sample ${sample})`);
      }),
      { seed, numRuns: 60 },
    );
  });

  test('may pass from one allowed volume to another where they overlap, and only there', () => {
    const plan = planOf(0, quintic(0.8, 2), 2);
    const left = { name: 'left', min: [-2, 0.05, -2], max: [2, 2, 2] } as const;
    const right = { name: 'right', min: [-2, -2, -2], max: [2, 0.35, 2] } as const;
    expect(() => check(plan, { workspace: [left, right] })).not.toThrow();
    const narrow = { ...right, max: [2, 0.16, 2] } as const;
    expect(refusal(() => check(plan, { workspace: [left, narrow] })).message).toContain('"left"');
  });

  test('is refused for touching a keep-out of either layer, with the point, the box and the time', () => {
    const plan = planOf(0, quintic(0.5, 1), 1);
    const [x, y, z] = toolPose(READY_POSE_RAD.map((rad, j) => (j === 0 ? rad + 0.25 : rad))).position;
    const box = {
      name: 'lamp',
      min: [x - 0.001, y - 0.001, z - 0.001],
      max: [x + 0.001, y + 0.001, z + 0.001],
    } as const;
    const { keepOuts } = addProgramKeepOuts(WIDE, [box]);
    expect(keepOuts).toEqual([{ ...box, layer: 'program' }]);
    for (const layer of ['program', 'installation'] as const) {
      const refused = refusal(() => check(plan, { keepOuts: [{ ...box, layer }] }));
      expect(refused.code).toBe('KEEP_OUT');
      expect(refused.message).toMatch(
        /of the left arm .* would enter the keep-out "lamp" .* at 0\.\d+ s \(sample \d+\)\. Nothing was sent/,
      );
    }
    const far = { ...box, name: 'far', min: [x, y, z + 0.9], max: [x + 0.01, y + 0.01, z + 1] } as const;
    expect(() => check(plan, addProgramKeepOuts(WIDE, [far]))).not.toThrow();
  });

  test('is measured in the frame of arm 0, whichever arm moves', async () => {
    const robot = new FakeRobot({ arms: 2 });
    const envelope: Envelope = {
      ...WIDE,
      arms: [
        ...WIDE.arms,
        { arm: 'right', arm0FromBase: { position: [0, -0.6, 0], quatWxyz: quatFromAxisAngle([0, 0, 1], 0.1) } },
      ],
      workspace: [{ name: 'room', min: [-2, -0.75, -2], max: [2, 2, 2] }],
    };
    const points = Float64Array.from([
      ...READY_POSE_RAD,
      ...READY_POSE_RAD.map((rad, j) => (j === 0 ? rad - 0.5 : rad)),
    ]);
    const rules = { envelope, jointLimits: PANDA_JOINT_LIMITS, speedScale: 1 };
    const measured = [READY_POSE_RAD, READY_POSE_RAD];
    const plan = (arm: 'left' | 'right') =>
      robot.plan({ paths: [{ arm, kind: 'stops', points }], speedScale: 0.5, toolSpeedMPerS: 1 });
    const left = await plan('left');
    expect(() => checkPlan(left, measured, rules)).not.toThrow();
    const right = await plan('right');
    expect(refusal(() => checkPlan(right, measured, rules)).message).toContain('of the right arm');
  });

  test('is described by what the gate measured, not by what the driver says', async () => {
    const robot = new FakeRobot();
    const points = Float64Array.from([
      ...READY_POSE_RAD,
      ...READY_POSE_RAD.map((rad, j) => (j === 0 ? rad + 0.4 : rad)),
    ]);
    const plan = await robot.plan({
      paths: [{ arm: 'left', kind: 'smooth', points }],
      speedScale: 1,
      toolSpeedMPerS: 0.3,
    });
    const { figures, softExcesses } = check(plan, { toolSpeedMPerS: { hard: 1, soft: 0.2 } });
    expect(figures.topToolSpeedMPerS).toBeGreaterThan(0.25);
    expect(figures.topToolSpeedMPerS).toBeLessThanOrEqual(0.3);
    expect(figures.durationS).toBeCloseTo(plan.durationS, 9);
    expect(figures.toolBox.min[1]).toBeCloseTo(0, 6);
    expect(figures.toolBox.max[1]).toBeCloseTo(toolPose([...points.slice(7)]).position[1], 6);
    expect(softExcesses).toMatchObject([
      { limit: 'toolSpeedMPerS', soft: 0.2, value: expect.closeTo(figures.topToolSpeedMPerS, 2) },
    ]);
  });
});

function locate(jointsRad: readonly number[], point: number): Vec3 {
  const body = createBodyLocator({ position: [0, 0, 0], quatWxyz: [1, 0, 0, 0] });
  body.locate(jointsRad, 0);
  return [body.centres[point * 3], body.centres[point * 3 + 1], body.centres[point * 3 + 2]];
}

/** The joints of the sample at which joint 1 stands farthest to the left. */
function farthestPose(plan: Plan): number[] {
  const rad = plan.arms[0].jointPositionsRad;
  let best = 0;
  for (let at = 0; at < rad.length; at += JOINT_COUNT) if (rad[at] > rad[best]) best = at;
  return [...rad.subarray(best, best + JOINT_COUNT)];
}
