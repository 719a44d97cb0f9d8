import { afterEach, describe, expect, test } from 'vitest';
import { toolForce } from '../../drivers/gate/tool-motion.ts';
import type { ServoCommand, ServoReport } from '../../drivers/robot.ts';
import { fastPacer, realTimePacer } from '../../drivers/simulated/pacer.ts';
import { createJointMotion, pursue } from '../../sim/control/pursuit.ts';
import { ReferenceMotion } from '../../sim/control/reference-motion.ts';
import { STEP_S } from '../../sim/engine/physics.ts';
import { createRandomStream } from '../../sim/random.ts';
import { toolPose } from '../../sim/robots/panda/kinematics.ts';
import { JOINT_COUNT, PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
import { JOINT_STIFFNESS } from '../../sim/robots/panda/mjcf.ts';
import type { Scene } from '../../sim/scenes/scene.ts';
import { distance, type Pose, TOOL_DOWN } from '../../sim/spatial.ts';
import { Drive } from './sim-drive.ts';
import { blockAt, boxAt, HOME_RAD, TABLE_TOP_M, tableWith } from './sim-scenes.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const LIMITS = {
  joints: PANDA_JOINT_LIMITS,
  speedShare: 0.8,
  accelerationShare: 0.4,
  jerkShare: 0.1,
  toolSpeedMPerS: 1,
} as const;

const open: Drive[] = [];
function drive(scene: Scene = tableWith(), pace = fastPacer()): Drive {
  const made = new Drive(scene, pace);
  open.push(made);
  return made;
}
afterEach(() => {
  for (const made of open.splice(0)) made.dispose();
});

function towards(jointsRad: readonly number[], changes: Partial<ServoCommand> = {}): ServoCommand {
  return { arm: 'left', jointsRad, speedScale: 1, toolSpeedMPerS: 1, periodS: 0.02, leaseS: 0.1, ...changes };
}

/** Joints of a fingertip pose near where the arm is, by the planner's own solver. */
async function jointsOf(here: Drive, pose: Pose): Promise<readonly number[]> {
  const { commandedPositionsRad } = (await here.robot.state()).arms[0];
  const { jointsRad, feasible } = await here.scene.solveIk('left', pose, { seedRad: commandedPositionsRad });
  expect(feasible).toBe(true);
  return jointsRad;
}

interface Tops {
  readonly speed: number;
  readonly acceleration: number;
  readonly jerk: number;
  readonly toolMPerS: number;
}

/** Largest shares of the published limits, from row to row of 2 ms, by differences. */
function topsOf(rows: readonly (readonly number[])[]): Tops {
  const { speedRadPerS, accelerationRadPerS2, jerkRadPerS3 } = PANDA_JOINT_LIMITS;
  let [speed, acceleration, jerk, toolMPerS] = [0, 0, 0, 0];
  for (let k = 3; k < rows.length; k++) {
    for (let j = 0; j < JOINT_COUNT; j++) {
      const [a, b, c, d] = [rows[k][j], rows[k - 1][j], rows[k - 2][j], rows[k - 3][j]];
      speed = Math.max(speed, Math.abs(a - b) / STEP_S / speedRadPerS[j]);
      acceleration = Math.max(acceleration, Math.abs(a - 2 * b + c) / STEP_S ** 2 / accelerationRadPerS2[j]);
      jerk = Math.max(jerk, Math.abs(a - 3 * b + 3 * c - d) / STEP_S ** 3 / jerkRadPerS3[j]);
    }
    toolMPerS = Math.max(toolMPerS, distance(toolPose(rows[k]).position, toolPose(rows[k - 1]).position) / STEP_S);
  }
  return { speed, acceleration, jerk, toolMPerS };
}

describe('A course towards a moving target', () => {
  test('from any motion, to any target, keeps every limit in every step and never starts with a jump', () => {
    const random = createRandomStream(seed, 'targets');
    for (let round = 0; round < 8; round++) {
      const toolSpeedMPerS = random.uniform(0.05, 1);
      const motion = new ReferenceMotion(HOME_RAD);
      const rows: number[][] = [[...HOME_RAD], [...HOME_RAD], [...HOME_RAD]];
      let target = HOME_RAD;
      for (let k = 0; k < 60; k++) {
        // Sometimes a step, sometimes a leap, sometimes the same again.
        const reach = [0, 0.02, 0.1, 1][Math.floor(random.uniform(0, 4))];
        target = target.map((rad, j) => {
          const next = rad + random.uniform(-reach, reach);
          return Math.min(Math.max(next, PANDA_JOINT_LIMITS.minRad[j] + 0.05), PANDA_JOINT_LIMITS.maxRad[j] - 0.05);
        });
        const limits = { ...LIMITS, toolSpeedMPerS };
        motion.pursue({ targetRad: target, limits, leastS: 0.12, leaseSteps: 20 });
        // Now and then nobody renews the lease for a while.
        for (let step = random.uniform(0, 1) < 0.15 ? 60 : 10; step > 0; step--) {
          motion.step();
          rows.push([...motion.jointsRad]);
        }
      }
      const tops = topsOf(rows);
      expect(tops.speed).toBeLessThanOrEqual(0.801);
      expect(tops.acceleration).toBeLessThanOrEqual(1);
      expect(tops.jerk).toBeLessThanOrEqual(1);
      expect(tops.toolMPerS).toBeLessThanOrEqual(1.02 * toolSpeedMPerS);
      for (const row of rows) {
        row.forEach((rad, j) => {
          expect(rad).toBeGreaterThanOrEqual(PANDA_JOINT_LIMITS.minRad[j]);
          expect(rad).toBeLessThanOrEqual(PANDA_JOINT_LIMITS.maxRad[j]);
        });
      }
    }
  });

  test('to a target that stays arrives exactly, and not much later than a planned motion', async () => {
    const goal = HOME_RAD.map((rad, j) => rad + [0.8, 0.2, -0.3, 0.4, 0.5, -0.4, 0.6][j]);
    const motion = new ReferenceMotion(HOME_RAD);
    let steps = 0;
    do {
      if (steps % 10 === 0) motion.pursue({ targetRad: goal, limits: LIMITS, leastS: 0.12, leaseSteps: 20 });
      motion.step();
      steps += 1;
    } while (motion.moving && steps < 5000);
    expect([...motion.jointsRad]).toEqual(goal);
    const planned = await drive().jointPlan(goal);
    expect(steps * STEP_S).toBeLessThan(1.6 * planned.durationS);
  });

  test('brakes within half a second and the way that this takes, wherever the lease ends', () => {
    for (const stepsBefore of [5, 40, 120, 250, 400]) {
      const motion = new ReferenceMotion(HOME_RAD);
      const goal = HOME_RAD.map((rad, j) => rad + (j === 0 ? 2 : 0));
      motion.pursue({ targetRad: goal, limits: LIMITS, leastS: 0.12, leaseSteps: stepsBefore });
      for (let k = 0; k < stepsBefore; k++) motion.step();
      expect(motion.lease).toBe('alive');
      const [from, speed] = [motion.jointsRad[0], motion.speedsRadPerS[0]];
      let steps = 0;
      while (motion.moving && steps < 1000) {
        motion.step();
        steps += 1;
      }
      expect(motion.lease).toBe('expired');
      const longestS = Math.max(0.04, (3 * speed) / PANDA_JOINT_LIMITS.accelerationRadPerS2[0]) + 2 * STEP_S;
      expect(steps * STEP_S).toBeLessThanOrEqual(longestS);
      // It may still gain a little speed on its course while the braking sets in.
      expect(motion.jointsRad[0] - from).toBeLessThan(0.75 * Math.max(speed, 0.05) * longestS);
      expect(motion.speedsRadPerS[0]).toBe(0);
    }
  });

  test('is refused to an arm that is faster than its limits', () => {
    const from = createJointMotion();
    from.positionsRad.set(HOME_RAD);
    from.speedsRadPerS[0] = 0.9 * PANDA_JOINT_LIMITS.speedRadPerS[0];
    expect(pursue(from, HOME_RAD, LIMITS, 0.12)).toBeUndefined();
    from.speedsRadPerS[0] = 0.5;
    expect(pursue(from, HOME_RAD, LIMITS, 0.12)?.durationS).toBeLessThan(2);
    expect(pursue(from, HOME_RAD, { ...LIMITS, toolSpeedMPerS: 0.1 }, 0.12)).toBeUndefined();
  });
});

describe('Following a target in the world', () => {
  test('a circle of 10 cm is drawn within centimetres of where it should be, without ever resting', async () => {
    const here = drive();
    await here.go({ position: [0.5, 0.05, 0.1], quatWxyz: TOOL_DOWN });
    let slowest = Number.POSITIVE_INFINITY;
    let worst = 0;
    for (let k = 0; k < 200; k++) {
      const angle = (2 * Math.PI * k * 0.02) / 4;
      const position = [0.45 + 0.05 * Math.cos(angle), 0.05 + 0.05 * Math.sin(angle), 0.1] as const;
      const report: ServoReport = await here.robot.servo(
        towards(await jointsOf(here, { position, quatWxyz: TOOL_DOWN })),
      );
      if (k < 20) continue;
      worst = Math.max(worst, report.positionErrorM);
      slowest = Math.min(slowest, Math.max(...report.state.jointVelocitiesRadPerS.map(Math.abs)));
    }
    expect(worst).toBeLessThan(0.012);
    expect(slowest).toBeGreaterThan(0.03);
  });

  test('is the same to the last bit at every pace', async () => {
    const run = async (pace: ReturnType<typeof fastPacer>) => {
      const here = drive(tableWith(boxAt('red cube', [0.5, 0])), pace);
      for (let k = 0; k < 40; k++) {
        const goal = HOME_RAD.map((rad, j) => rad + (j % 2 === 0 ? 0.004 * k : -0.002 * k));
        await here.robot.servo(towards(goal));
        if (k === 20) await here.robot.advance(0.3);
      }
      await here.robot.moveGripper({ arm: 'left', widthM: 0.03, forceN: 30 });
      return here.world.trace.digestHex();
    };
    expect(await run(realTimePacer(100))).toBe(await run(fastPacer()));
  });

  test('an object that is lost ends it at rest, and says so', async () => {
    const here = drive(tableWith(boxAt('red cube', [0.5, 0])));
    const pose = await here.grasp('red cube');
    await here.go({ ...pose, position: [0.5, 0, 0.15] });
    const goal = HOME_RAD.map((rad, j) => rad + (j === 0 ? 0.6 : 0));
    for (let k = 0; k < 5; k++) expect((await here.robot.servo(towards(goal))).reason).toBe('tracking');
    here.teleport('red cube', { position: [0.8, 0.3, TABLE_TOP_M + 0.021], quatWxyz: [1, 0, 0, 0] });
    const report = await here.robot.servo(towards(goal, { periodS: 0.3, leaseS: 1 }));
    expect(report.reason).toBe('object-lost');
    expect(report.state.holding).toBe(false);
    expect((await here.robot.state()).mode).toBe('idle');
  });

  test('an arm that is held up stops pushing, and can be taken back', async () => {
    const here = drive(tableWith(blockAt('wall', [0.45, 0.3], [0.3, 0.04, 0.4])));
    const goal = [1.2, ...HOME_RAD.slice(1)];
    let report: ServoReport | undefined;
    for (let k = 0; k < 60; k++)
      report = await here.robot.servo(towards(goal, { speedScale: 0.5, toolSpeedMPerS: 0.3 }));
    expect(report?.reason).toBe('tracking');
    expect(report?.positionErrorM).toBeGreaterThan(0.1);
    await here.robot.rest();
    expect((await here.robot.state()).mode).toBe('idle');
    let back: ServoReport | undefined;
    for (let k = 0; k < 150 && back?.reason !== 'arrived'; k++) back = await here.robot.servo(towards(HOME_RAD));
    expect(back?.reason).toBe('arrived');
  });
});

describe('What the joints feel', () => {
  test('is next to nothing in free air, at rest and on the way', async () => {
    const here = drive();
    const goal = HOME_RAD.map((rad, j) => rad + (j === 0 ? 0.5 : -0.1));
    let top = 0;
    for (let k = 0; k < 40; k++) {
      const { state } = await here.robot.servo(towards(goal));
      top = Math.max(top, toolForce(state) ?? 0, ...state.externalTorquesNm.map(Math.abs));
    }
    expect(top).toBeLessThan(0.05);
  });

  test('is the force of a press on the table: as stiff as the springs of the joints are together', async () => {
    const here = drive();
    await here.robot.moveGripper({ arm: 'left', widthM: 0, forceN: 30 });
    await here.go({ position: [0.5, 0, TABLE_TOP_M + 0.02], quatWxyz: TOOL_DOWN });
    const above = (await here.robot.state()).arms[0].commandedPositionsRad;
    const lift = above.map((_, j) => {
      const ahead = above.map((rad, i) => (i === j ? rad + 1e-6 : rad));
      return (toolPose(ahead).position[2] - toolPose(above).position[2]) / 1e-6;
    });
    const complianceMPerN = lift.reduce((sum, value, j) => sum + (value * value) / JOINT_STIFFNESS[j], 0);
    const felt: number[] = [];
    for (const depthM of [0.013, 0.015]) {
      // The torques of a force straight down, as far as the springs have to be bent for them.
      const forceN = depthM / complianceMPerN;
      const below = above.map((rad, j) => rad - (lift[j] * forceN) / JOINT_STIFFNESS[j]);
      for (let k = 0; k < 60; k++) await here.robot.servo(towards(below, { toolSpeedMPerS: 0.05 }));
      const [state] = (await here.robot.state()).arms;
      // At rest the motors of this arm are springs between commanded and measured joints, and gravity is compensated.
      for (let j = 0; j < JOINT_COUNT; j++) {
        const springNm = JOINT_STIFFNESS[j] * (state.commandedPositionsRad[j] - state.jointPositionsRad[j]);
        expect(Math.abs(state.externalTorquesNm[j] + springNm)).toBeLessThan(0.3 + 0.03 * Math.abs(springNm));
      }
      felt.push(toolForce(state) ?? 0);
    }
    expect(felt[0]).toBeGreaterThan(10);
    const stiffnessNPerM = (felt[1] - felt[0]) / 0.002;
    expect(stiffnessNPerM * complianceMPerN).toBeGreaterThan(0.8);
    expect(stiffnessNPerM * complianceMPerN).toBeLessThan(1.2);
  });

  test('the weight of what the hand holds is felt as well', async () => {
    const heavy = { ...boxAt('steel cube', [0.5, 0]), density: 7_800 };
    const here = drive(tableWith(heavy));
    const pose = await here.grasp('steel cube', 60);
    await here.go({ ...pose, position: [0.5, 0, 0.15] });
    await here.robot.advance(0.5);
    const weightN = 9.81 * 7_800 * 0.04 ** 3;
    const felt = toolForce((await here.robot.state()).arms[0]) ?? 0;
    expect(felt).toBeGreaterThan(0.9 * weightN);
    expect(felt).toBeLessThan(1.1 * weightN);
  });
});
