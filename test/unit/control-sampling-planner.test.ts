import { afterEach, describe, expect, test } from 'vitest';
import type { JointPath } from '../../drivers/robot.ts';
import { SimulatedScene } from '../../drivers/simulated/simulated-scene.ts';
import { PlanningFailure } from '../../sim/control/planning-failure.ts';
import { connectTrees, distanceRad, type JointSpace, shorten } from '../../sim/control/sampling-planner.ts';
import { timePaths } from '../../sim/control/trajectory.ts';
import { Physics, STEP_S } from '../../sim/engine/physics.ts';
import { createRandomStream } from '../../sim/random.ts';
import { findArm } from '../../sim/robots/panda/arm-handles.ts';
import { JOINT_COUNT, PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
import { type Scene, sceneMjcf } from '../../sim/scenes/scene.ts';
import { NO_ROTATION, type Pose, quatFromAxisAngle, quatMultiply, TOOL_DOWN, type Vec3 } from '../../sim/spatial.ts';
import { createTraceHash } from '../../sim/trace-hash.ts';
import { Drive, mujoco } from './sim-drive.ts';
import { blockAt, boxAt, HOME_RAD, LEFT_ARM, tableWith } from './sim-scenes.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const LIMITS = {
  joints: PANDA_JOINT_LIMITS,
  speedShare: 0.8,
  accelerationShare: 0.4,
  jerkShare: 0.1,
  toolSpeedMPerS: 1,
};

const open: { dispose(): void }[] = [];
function drive(scene: Scene): Drive {
  const made = new Drive(scene);
  open.push(made);
  return made;
}
afterEach(() => {
  for (const made of open.splice(0)) made.dispose();
});

const down = (position: Vec3): Pose => ({ position, quatWxyz: TOOL_DOWN });

/**
 * Names that an arm touches on the samples of a way, in the shapes of the physics world, which have no margin: a second
 * opinion that shares neither scene nor step with the planner.
 * @param leftM only touches of what is this far from where it was at the start, metres
 */
function touchedOn(scene: Scene, paths: readonly JointPath[], leftM = 0): string[] {
  const physics = new Physics(mujoco, sceneMjcf(scene, 'physics'));
  open.push(physics);
  const bodyOf = physics.model.geom_bodyid.slice();
  const touched = new Set<string>();
  for (const path of paths) {
    const { qpos: at, fingerQpos } = findArm(physics, path.arm);
    const { samples, sampleCount } = timePaths([path], LIMITS, STEP_S);
    const { qpos } = physics.views;
    for (const finger of fingerQpos) qpos[finger] = 0.04;
    qpos.set(HOME_RAD, at);
    physics.kinematics();
    const before = physics.views.xpos.slice();
    const movedM = (geom: number) => {
      const body = 3 * bodyOf[geom];
      const now = physics.views.xpos.subarray(body, body + 3);
      return Math.hypot(...now.map((value, i) => value - before[body + i]));
    };
    for (let k = 0; k < sampleCount; k += 2) {
      qpos.set(samples[0].subarray(k * JOINT_COUNT, (k + 1) * JOINT_COUNT), at);
      physics.detectContacts();
      for (const { geomA, geomB, distanceM } of physics.contacts()) {
        const names = [geomA, geomB].map((geom) => physics.nameOf('geom', geom));
        if (distanceM >= 0 || !names.some((name) => name.includes('/'))) continue;
        if (Math.max(movedM(geomA), movedM(geomB)) >= leftM) touched.add(names.join(' | '));
      }
    }
  }
  return [...touched];
}

/** The arm as it is told to stand before anything moves: a path of one point. */
const STANDING: JointPath = { arm: 'left', kind: 'stops', points: Float64Array.from(HOME_RAD) };

/** A world in which no plain way is free: a shelf with a deep compartment, posts, a wall. */
const SCENES: Readonly<Record<string, { readonly scene: Scene; readonly goal: Pose }>> = {
  'to the other side of a wall too high to pass over': {
    scene: {
      ...tableWith(blockAt('wall', [0.6, 0], [0.6, 0.02, 1.2])),
      arms: [{ ...LEFT_ARM, startJointsRad: [-0.7, ...HOME_RAD.slice(1)] }],
    },
    goal: down([0.33, 0.28, 0.08]),
  },
  'under a shelf': {
    scene: tableWith({
      ...blockAt('shelf', [0.6, 0], [0.35, 0.6, 0.02]),
      pose: { position: [0.74, 0, 0.21], quatWxyz: NO_ROTATION },
    }),
    // From before it, the hand lying flat.
    goal: { position: [0.66, 0, 0.06], quatWxyz: quatFromAxisAngle([0, 1, 0], Math.PI / 2) },
  },
  'between two posts, from the side': {
    scene: {
      ...tableWith(
        blockAt('near post', [0.4, 0.18], [0.06, 0.06, 0.9]),
        blockAt('far post', [0.4, 0.5], [0.06, 0.06, 0.9]),
      ),
    },
    goal: down([0.45, 0.34, 0.1]),
  },
};

describe('what no plain way reaches', () => {
  test.each(Object.keys(SCENES))('%s: a way is found, run and touches nothing', async (name) => {
    const { scene, goal } = SCENES[name];
    const here = drive(scene);
    const before = here.world.physics.snapshot();
    const paths = await here.scene.planMove('left', { kind: 'tool', pose: goal, approachM: 0 });
    expect(here.world.physics.snapshot()).toEqual(before);
    expect(touchedOn(scene, paths)).toEqual([]);
    const touched = new Set<string>();
    here.world.onTick(() => {
      for (const pair of here.world.touching())
        if (pair.some((one) => one.includes('/'))) touched.add(pair.join(' | '));
    });
    for (const path of paths) {
      const plan = await here.robot.plan({ paths: [path], speedScale: 1, toolSpeedMPerS: 1 });
      expect((await here.robot.execute(plan)).reason).toBe('reached');
    }
    expect([...touched]).toEqual([]);
  });

  test('a long stick in the hand is carried past posts', async () => {
    const posts = [
      blockAt('post', [0.5, 0.2], [0.03, 0.03, 0.6]),
      blockAt('other post', [0.62, 0.38], [0.03, 0.03, 0.6]),
    ];
    const here = drive(tableWith(boxAt('stick', [0.5, -0.15], [0.3, 0.03, 0.04]), ...posts));
    await here.grasp('stick');
    expect(here.world.heldProp(0)).toBe('stick');
    await here.go(down([0.5, -0.15, 0.05]));
    const touched = new Set<string>();
    here.world.onTick(() => {
      for (const pair of here.world.touching())
        if (pair.some((one) => one.includes('post'))) touched.add(pair.join(' | '));
    });
    const turned = quatMultiply(quatFromAxisAngle([0, 0, 1], 1.2), TOOL_DOWN);
    expect((await here.go({ position: [0.45, 0.4, 0.02], quatWxyz: turned })).reached).toBe(true);
    expect([...touched]).toEqual([]);
    expect(here.world.heldProp(0)).toBe('stick');
  });

  test('the same question gets the same way, on every machine', async () => {
    const hashes = Object.fromEntries(
      await Promise.all(
        Object.entries(SCENES).map(async ([name, { scene, goal }]) => {
          const ask = async () => {
            const here = drive(scene);
            return here.scene.planMove('left', { kind: 'tool', pose: goal, approachM: 0 });
          };
          const [paths, again] = [await ask(), await ask()];
          expect(again).toEqual(paths);
          const hash = createTraceHash();
          for (const { points } of paths) hash.tick(points, points, points);
          return [name, hash.digestHex().slice(0, 16)] as const;
        }),
      ),
    );
    expect(hashes).toMatchInlineSnapshot(`
      {
        "between two posts, from the side": "2da678d36e5a0471",
        "to the other side of a wall too high to pass over": "828441717b3730cc",
        "under a shelf": "201a617a57bab9e4",
      }
    `);
  });
});

describe('ways among random things', () => {
  test('touch nothing when looked at ten times as closely, in another world', async () => {
    let found = 0;
    // In the first one a block stands where the hand is at the start. Then on until enough ways were found: in some worlds
    // there are none, and eight of them in a row had two.
    for (const world of [277_546, ...Array.from({ length: 60 }, (_, k) => seed + k)]) {
      if (found >= 10) break;
      const random = createRandomStream(world, 'clutter');
      const blocks = Array.from({ length: 5 }, (_, k) =>
        blockAt(
          `block ${k}`,
          [random.uniform(0.3, 0.75), random.uniform(-0.4, 0.4)],
          [random.uniform(0.03, 0.15), random.uniform(0.03, 0.15), random.uniform(0.1, 0.5)],
        ),
      );
      const scene = tableWith(...blocks);
      const here = drive(scene);
      // Things that stand where the arm starts are no part of the question. The world cannot say: while it settled, it has
      // thrown the arm out of them, far away; a way begins at the posture that the arm was told to hold.
      if (touchedOn(scene, [STANDING]).length > 0) continue;
      const planner = new SimulatedScene(mujoco, here.world);
      open.push(planner);
      for (let k = 0; k < 4; k++) {
        const position: Vec3 = [random.uniform(0.3, 0.7), random.uniform(-0.4, 0.4), random.uniform(0, 0.3)];
        try {
          const paths = await planner.planMove('left', { kind: 'tool', pose: down(position), approachM: 0.05 });
          found += 1;
          expect(touchedOn(scene, paths), `seed ${world}, goal ${k}`).toEqual([]);
        } catch (error) {
          if (!(error instanceof PlanningFailure)) throw error;
        }
      }
    }
    expect(found).toBeGreaterThanOrEqual(10);
  });
});

describe('a way that begins in a thing', () => {
  test('leads out of it and not in again', async () => {
    let found = 0;
    // In the first two the ways led in again once. Nothing leads out of a thing as wide as the hand: on until some were found.
    for (const world of [8, 9, ...Array.from({ length: 40 }, (_, k) => seed + k)]) {
      if (found >= 4) break;
      const random = createRandomStream(world, 'around the hand');
      const block = blockAt(
        'block',
        [random.uniform(0.38, 0.55), random.uniform(-0.08, 0.08)],
        [random.uniform(0.01, 0.15), random.uniform(0.01, 0.15), random.uniform(0.3, 0.6)],
      );
      const scene = tableWith(block);
      if (touchedOn(scene, [STANDING]).length === 0) continue;
      const here = drive(scene);
      for (let k = 0; k < 2; k++) {
        const position: Vec3 = [random.uniform(0.3, 0.7), random.uniform(-0.4, 0.4), random.uniform(0, 0.3)];
        try {
          const paths = await here.scene.planMove('left', { kind: 'tool', pose: down(position), approachM: 0.05 });
          found += 1;
          expect(touchedOn(scene, paths, 0.155), `seed ${world}, goal ${k}`).toEqual([]);
        } catch (error) {
          if (!(error instanceof PlanningFailure)) throw error;
        }
      }
    }
    expect(found).toBeGreaterThanOrEqual(4);
  });
});

describe('the trees', () => {
  /** A plane with a wall that has one gap. */
  const plane = (gapAt: number): JointSpace => ({
    width: 2,
    lowRad: [-1, -1],
    highRad: [1, 1],
    weights: [1, 1],
    checkStepRad: 0.01,
    blockedAt: ([x, y]) => Math.abs(x) < 0.05 && Math.abs(y - gapAt) > 0.06,
  });
  const search = <T>(steps: Generator<undefined, T>): T => {
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
    }
  };
  const [from, to] = [Float64Array.of(-0.8, 0), Float64Array.of(0.8, 0)];

  test('find the one gap in a wall wherever it is, and the way gets shorter, not blocked', () => {
    const random = createRandomStream(seed, 'gaps');
    for (let k = 0; k < 20; k++) {
      const gapAt = random.uniform(-0.9, 0.9);
      const space = plane(gapAt);
      const way = search(connectTrees(space, from, [to], createRandomStream(k, 'trees'), { left: 50_000 }));
      expect(way?.[0]).toEqual(from);
      expect(way?.at(-1)).toEqual(to);
      if (way === undefined) continue;
      const short = search(shorten(space, way, createRandomStream(k, 'shorten'), { left: 20_000 }));
      expect([short[0], short.at(-1)]).toEqual([from, to]);
      const length = (nodes: readonly Float64Array[]) =>
        nodes.reduce((sum, node, i) => (i === 0 ? 0 : sum + distanceRad(2, nodes[i - 1], node)), 0);
      expect(length(short)).toBeLessThanOrEqual(length(way) + 1e-9);
      // Where it crosses the wall, it crosses in the gap.
      for (let i = 1; i < short.length; i++) {
        const crossing = short[i - 1][0] * short[i][0] < 0;
        if (!crossing) continue;
        const share = -short[i - 1][0] / (short[i][0] - short[i - 1][0]);
        const y = short[i - 1][1] + (short[i][1] - short[i - 1][1]) * share;
        expect(Math.abs(y - gapAt)).toBeLessThan(0.07);
      }
    }
  });

  test('give up when the questions are spent, and have then asked hardly more', () => {
    let asked = 0;
    const closed: JointSpace = {
      ...plane(0),
      blockedAt: ([x]) => {
        asked += 1;
        return Math.abs(x) < 0.05;
      },
    };
    expect(search(connectTrees(closed, from, [to], createRandomStream(1, 'trees'), { left: 3000 }))).toBeUndefined();
    expect(asked).toBeGreaterThan(2900);
    expect(asked).toBeLessThan(3100);
  });
});
