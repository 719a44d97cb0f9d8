import { afterEach, describe, expect, test } from 'vitest';
import type { JointPath } from '../../drivers/robot.ts';
import type { TwoGoals } from '../../drivers/scene-ports.ts';
import { PlanningFailure } from '../../sim/control/planning-failure.ts';
import { timePaths } from '../../sim/control/trajectory.ts';
import { STEP_S } from '../../sim/engine/physics.ts';
import { createRandomStream } from '../../sim/random.ts';
import { toolPose } from '../../sim/robots/panda/kinematics.ts';
import { JOINT_COUNT, PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
import type { Fixture, Prop, Scene } from '../../sim/scenes/scene.ts';
import {
  add,
  angleBetween,
  compose,
  distance,
  invert,
  type Pose,
  quatFromAxisAngle,
  quatMultiply,
  rotate,
  subtract,
  TOOL_DOWN,
  type Vec3,
} from '../../sim/spatial.ts';
import { Drive } from './sim-drive.ts';
import { boxAt, HOME_RAD, LEFT_ARM, TABLE_TOP_M, tableWith } from './sim-scenes.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);

const open: Drive[] = [];
afterEach(() => {
  for (const made of open.splice(0)) made.dispose();
});

/** Two arms that face each other over the table, 1.1 m apart. */
function pair(...things: readonly (Prop | Fixture)[]): Drive {
  const scene: Scene = {
    ...tableWith(...things),
    arms: [
      LEFT_ARM,
      {
        side: 'right',
        worldFromBase: { position: [1.1, 0, 0], quatWxyz: quatFromAxisAngle([0, 0, 1], Math.PI) },
        startJointsRad: HOME_RAD,
      },
    ],
  };
  const made = new Drive(scene);
  open.push(made);
  return made;
}

const down = (position: Vec3, yawRad = 0): Pose => ({
  position,
  quatWxyz: quatMultiply(quatFromAxisAngle([0, 0, 1], yawRad), TOOL_DOWN),
});
const to = (pose: Pose, approachM = 0) => ({ kind: 'tool', pose, approachM }) as const;

/** Runs the stages; every stage has to reach its end. */
async function run(here: Drive, stages: readonly (readonly JointPath[])[]): Promise<void> {
  for (const paths of stages) {
    const plan = await here.robot.plan({ paths, speedScale: 1, toolSpeedMPerS: 1 });
    expect((await here.robot.execute(plan)).reason).toBe('reached');
  }
}

/** Plans, runs, and returns every pair of names in which an arm touched anything that it does not hold. */
async function go(here: Drive, goals: TwoGoals, held: readonly string[] = []): Promise<string[]> {
  const stages = await here.scene.planMoves(goals);
  const touched = new Set<string>();
  const stop = here.world.onTick(() => {
    for (const names of here.world.touching()) {
      const arms = names.filter((name) => name.includes('/'));
      const grip = names.some((name) => held.includes(name)) && arms.every((name) => name.includes('finger'));
      if (arms.length > 0 && !grip) touched.add(names.join(' | '));
    }
  });
  await run(here, stages);
  stop();
  return [...touched];
}

function expectAt(here: Drive, goals: { left: Pose; right: Pose }): void {
  for (const [k, goal] of [goals.left, goals.right].entries()) {
    expect(distance(here.world.tool(k).position, goal.position)).toBeLessThan(0.003);
    expect(angleBetween(here.world.tool(k).quatWxyz, goal.quatWxyz)).toBeLessThan(0.01);
  }
}

describe('two arms at once', () => {
  test('where nothing is in the way go in one stage, in step, each on a straight line', async () => {
    const here = pair();
    const left = down([0.35, 0.15, 0.1]);
    const right = down([0.75, -0.2, 0.15]);
    const stages = await here.scene.planMoves({ left: to(left), right: to(right) });
    expect(stages.map((stage) => stage.map(({ arm, kind }) => `${arm} ${kind}`))).toEqual([
      ['left smooth', 'right smooth'],
    ]);
    const [paths] = stages;
    expect(paths[0].points.length).toBe(paths[1].points.length);
    await run(here, stages);
    expectAt(here, { left, right });
  });

  test('come down on their approaches together', async () => {
    const here = pair(boxAt('red cube', [0.4, 0.1]), boxAt('green cube', [0.7, -0.1]));
    const left = down([0.4, 0.1, TABLE_TOP_M + 0.02]);
    const right = down([0.7, -0.1, TABLE_TOP_M + 0.02]);
    expect(await go(here, { left: to(left, 0.1), right: to(right, 0.1) })).toEqual([]);
    expectAt(here, { left, right });
  });

  test('one may go to joints and the other to a pose', async () => {
    const here = pair();
    const jointsRad = HOME_RAD.map((angle, j) => angle + (j === 0 ? 0.4 : 0));
    const right = down([0.75, -0.2, 0.15]);
    const stages = await here.scene.planMoves({ left: { kind: 'joints', jointsRad }, right: to(right, 0.05) });
    await run(here, stages);
    expect(here.world.servos[0].referenceRad.every((angle, j) => Math.abs(angle - jointsRad[j]) < 1e-9)).toBe(true);
    expect(distance(here.world.tool(1).position, right.position)).toBeLessThan(0.003);
  });

  test('goals that would make them collide are refused before anything moves, and both are named', async () => {
    const here = pair();
    const before = here.world.physics.snapshot();
    const ask = here.scene.planMoves({ left: to(down([0.54, 0, 0.1])), right: to(down([0.56, 0.02, 0.1])) });
    await expect(ask).rejects.toMatchObject({ code: 'COLLISION_AT_GOAL' });
    await expect(ask).rejects.toThrow(
      /the left .* the right .*Nothing has moved\.|the right .* the left .*Nothing has moved\./,
    );
    expect(here.world.physics.snapshot()).toEqual(before);
  });

  test('a goal out of reach says whose', async () => {
    const here = pair();
    const ask = here.scene.planMoves({ left: to(down([0.4, 0, 0.1])), right: to(down([-0.2, 0, 0.1])) });
    await expect(ask).rejects.toThrow(/the target of the right arm .* is out of reach/);
  });
});

describe("two arms in each other's way", () => {
  test.each([
    ['up to each other', 0.55],
    ['far past each other', 0.66],
  ])('that reach %s change sides without touching', async (_how, reachM) => {
    const here = pair();
    const side = (y: number) => ({ left: down([reachM, y, 0.05]), right: down([1.1 - reachM, -y, 0.05]) });
    for (const y of [0.22, -0.22]) {
      const { left, right } = side(y);
      expect(await go(here, { left: to(left), right: to(right) })).toEqual([]);
      expectAt(here, { left, right });
    }
  });
});

describe('two hands that hold one thing', () => {
  const BAR: Vec3 = [0.3, 0.03, 0.04];

  /** Both hands on the ends of a bar that lies along x. */
  async function carrying(): Promise<Drive> {
    const here = pair(boxAt('bar', [0.55, 0], BAR));
    const grip = (x: number) => down([x, 0, TABLE_TOP_M + 0.025]);
    await run(here, await here.scene.planMoves({ left: to(grip(0.44), 0.1), right: to(grip(0.66), 0.1) }));
    for (const arm of ['left', 'right'] as const) await here.robot.moveGripper({ arm, widthM: 0, forceN: 40 });
    expect([0, 1].map((arm) => here.world.heldProp(arm))).toEqual(['bar', 'bar']);
    return here;
  }

  const commanded = (here: Drive) =>
    here.world.servos.map((servo, k) =>
      compose(here.world.scene.arms[k].worldFromBase, toolPose(servo.referenceRad)),
    ) as [Pose, Pose];

  /** Largest change of the place of one hand seen from the other over the samples of all stages. */
  function slip(here: Drive, stages: readonly (readonly JointPath[])[]): { metres: number; radians: number } {
    const mounts = here.world.scene.arms.map((arm) => arm.worldFromBase);
    const [left, right] = commanded(here);
    const leftFromRight = compose(invert(left), right);
    let metres = 0;
    let radians = 0;
    for (const paths of stages) {
      const { samples, sampleCount } = timePaths(
        paths,
        { joints: PANDA_JOINT_LIMITS, speedShare: 0.8, accelerationShare: 0.4, jerkShare: 0.1, toolSpeedMPerS: 1 },
        STEP_S,
      );
      for (let k = 0; k < sampleCount; k++) {
        const hands = samples.map((all, arm) =>
          compose(mounts[arm], toolPose(all.subarray(k * JOINT_COUNT, (k + 1) * JOINT_COUNT))),
        );
        const seen = compose(invert(hands[0]), hands[1]);
        metres = Math.max(metres, distance(seen.position, leftFromRight.position));
        radians = Math.max(radians, angleBetween(seen.quatWxyz, leftFromRight.quatWxyz));
      }
    }
    return { metres, radians };
  }

  test('keep their places on it to the millimetre, however they lift, shift and turn it', async () => {
    const here = await carrying();
    const random = createRandomStream(seed, 'carry');
    // Every goal is counted from where the hands hold the bar at first: from goal to goal they would walk out of reach.
    const [left, right] = commanded(here);
    let planned = 0;
    for (let k = 0; k < 6; k++) {
      const middle: Vec3 = [0.55, 0, 0];
      const turn = quatFromAxisAngle([0, 0, 1], random.uniform(-0.4, 0.4));
      const shift: Vec3 = [
        random.uniform(-0.08, 0.08),
        random.uniform(-0.15, 0.15),
        0.15 + (k === 0 ? 0 : random.uniform(-0.04, 0.1)),
      ];
      const turned = (pose: Pose): Pose => ({
        position: add(add(middle, shift), rotate(turn, subtract(pose.position, middle))),
        quatWxyz: quatMultiply(turn, pose.quatWxyz),
      });
      try {
        const stages = await here.scene.planMoves({ left: to(turned(left)), right: to(turned(right)) });
        const { metres, radians } = slip(here, stages);
        expect(metres).toBeLessThan(0.001);
        expect(radians).toBeLessThan(0.005);
        await run(here, stages);
        planned += 1;
      } catch (error) {
        if (!(error instanceof PlanningFailure)) throw error;
      }
    }
    expect(planned).toBeGreaterThan(2);
    expect([0, 1].map((arm) => here.world.heldProp(arm))).toEqual(['bar', 'bar']);
  });

  test('goals that would tear it apart are refused', async () => {
    const here = await carrying();
    const [left, right] = commanded(here);
    const ask = here.scene.planMoves({
      left: to({ ...left, position: add(left.position, [0, 0, 0.2]) }),
      right: to({ ...right, position: add(right.position, [0, 0, 0.1]) }),
    });
    await expect(ask).rejects.toThrow(
      /both hands hold bar, and these goals would move them 100 mm .* against each other/,
    );
  });
});
