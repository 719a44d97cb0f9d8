import { afterEach, describe, expect, test } from 'vitest';
import { PlanningFailure } from '../../sim/control/planning-failure.ts';
import { createRandomStream } from '../../sim/random.ts';
import { toolPose } from '../../sim/robots/panda/kinematics.ts';
import { JOINT_COUNT, PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
import type { Fixture, Prop, Scene } from '../../sim/scenes/scene.ts';
import {
  add,
  angleBetween,
  cross,
  distance,
  norm,
  normalize,
  type Pose,
  quatFromAxisAngle,
  quatMultiply,
  rotate,
  scale,
  subtract,
  TOOL_DOWN,
  type Vec3,
} from '../../sim/spatial.ts';
import { drawScene } from '../../sim/tasks/layout.ts';
import { Drive, loadTask } from './sim-drive.ts';
import { blockAt, boxAt, HOME_RAD, LEFT_ARM, TABLE_TOP_M, tableWith } from './sim-scenes.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);

const open: Drive[] = [];
function drive(scene: Scene): Drive {
  const made = new Drive(scene);
  open.push(made);
  return made;
}
afterEach(() => {
  for (const made of open.splice(0)) made.dispose();
});

const down = (position: Vec3): Pose => ({ position, quatWxyz: TOOL_DOWN });

/** Runs what must be refused; checks what every refusal has in common. */
async function refusal(here: Drive, pose: Pose, approachM = 0): Promise<PlanningFailure> {
  const before = here.world.physics.snapshot();
  const tick = here.world.timeS;
  try {
    await here.scene.planMove('left', { kind: 'tool', pose, approachM });
  } catch (error) {
    if (!(error instanceof PlanningFailure)) throw error;
    expect(error.message).toMatch(/Nothing has moved\.$/);
    expect(error.hint.length).toBeGreaterThan(10);
    expect(here.world.physics.snapshot()).toEqual(before);
    expect(here.world.timeS).toBe(tick);
    return error;
  }
  throw new Error('a way was found where there is none');
}

/** Pairs of names that touched the arm while `work` ran, without what the pads hold. */
async function touchedDuring(here: Drive, work: () => Promise<unknown>, held?: string): Promise<Set<string>> {
  const touched = new Set<string>();
  const stop = here.world.onTick(() => {
    for (const pair of here.world.touching()) {
      const arm = pair.some((name) => name.includes('/'));
      const grip = held !== undefined && pair.includes(held) && pair.some((name) => name.includes('finger'));
      const carried = held !== undefined && pair.includes(held) && !arm;
      if ((arm && !grip) || carried) touched.add(pair.join(' | '));
    }
  });
  await work();
  stop();
  return touched;
}

function tools(points: Float64Array): Pose[] {
  return Array.from({ length: points.length / JOINT_COUNT }, (_, i) =>
    toolPose(points.subarray(i * JOINT_COUNT, (i + 1) * JOINT_COUNT)),
  );
}

/** Distance of a point from the straight line through a and b. */
function aside(point: Vec3, a: Vec3, b: Vec3): number {
  return norm(cross(subtract(point, a), normalize(subtract(b, a))));
}

describe('ways that are free', () => {
  test('straight up is one smooth line that ends at the goal', async () => {
    const here = drive(tableWith());
    const start = toolPose(here.world.servos[0].referenceRad);
    const goal = { ...start, position: add(start.position, [0, 0, 0.2]) };
    const paths = await here.scene.planMove('left', { kind: 'tool', pose: goal, approachM: 0 });
    expect(paths.map((path) => path.kind)).toEqual(['smooth']);
    const line = tools(paths[0].points);
    expect(distance(line[0].position, start.position)).toBeLessThan(1e-12);
    expect(distance(line[line.length - 1].position, goal.position)).toBeLessThan(1e-4);
    for (const { position, quatWxyz } of line) {
      expect(aside(position, start.position, goal.position)).toBeLessThan(2e-4);
      expect(angleBetween(quatWxyz, start.quatWxyz)).toBeLessThan(2e-3);
    }
  });

  test('the approach is a straight line along the tool, also when the tool is tilted', async () => {
    const here = drive(tableWith());
    const goal: Pose = {
      position: [0.55, 0.1, 0.05],
      quatWxyz: quatMultiply(TOOL_DOWN, quatFromAxisAngle([1, 0.5, 0], 0.4)),
    };
    const paths = await here.scene.planMove('left', { kind: 'tool', pose: goal, approachM: 0.1 });
    const line = tools(paths[paths.length - 1].points);
    const before = subtract(goal.position, scale(rotate(goal.quatWxyz, [0, 0, 1]), 0.1));
    expect(distance(line[0].position, before)).toBeLessThan(2e-4);
    expect(distance(line[line.length - 1].position, goal.position)).toBeLessThan(1e-4);
    for (const { position } of line) expect(aside(position, before, goal.position)).toBeLessThan(2e-4);
  });

  test('joint goals are reached on a straight joint line', async () => {
    const here = drive(tableWith());
    const jointsRad = HOME_RAD.map((value, j) => value + (j === 0 ? 0.5 : 0.05));
    const paths = await here.scene.planMove('left', { kind: 'joints', jointsRad });
    expect(paths.map((path) => path.kind)).toEqual(['stops']);
    expect([...paths[0].points.subarray(JOINT_COUNT)]).toEqual(jointsRad);
  });

  test('every path begins where the one before ended', async () => {
    const here = drive(tableWith(blockAt('wall', [0.5, 0.2], [0.3, 0.02, 0.25])));
    await here.go(down([0.5, 0.05, 0]));
    const paths = await here.scene.planMove('left', { kind: 'tool', pose: down([0.5, 0.35, 0]), approachM: 0.05 });
    expect(paths.length).toBeGreaterThan(2);
    let end: readonly number[] = [...here.world.servos[0].referenceRad];
    for (const { points } of paths) {
      expect([...points.subarray(0, JOINT_COUNT)]).toEqual(end);
      end = [...points.subarray(points.length - JOINT_COUNT)];
    }
  });

  test('planning moves nothing and changes nothing', async () => {
    const here = drive(tableWith(boxAt('red cube', [0.5, 0])));
    const before = here.world.physics.snapshot();
    const trace = here.world.trace.digestHex();
    await here.scene.planMove('left', { kind: 'tool', pose: down([0.6, 0.1, 0.1]), approachM: 0.05 });
    await here.scene.isFree('left', down([0.5, 0, 0]));
    expect(here.world.physics.snapshot()).toEqual(before);
    expect(here.world.trace.digestHex()).toBe(trace);
  });

  test('the same question gets the same way, bit for bit', async () => {
    const ask = async () => {
      const here = drive(drawScene(loadTask('cube-stack'), 4));
      return here.scene.planMove('left', { kind: 'tool', pose: here.graspOf('red cube'), approachM: 0.1 });
    };
    expect(await ask()).toEqual(await ask());
  });
});

describe('what stands in the way', () => {
  test('a wall between start and goal is passed over, without touching anything', async () => {
    const here = drive(tableWith(blockAt('wall', [0.5, 0.2], [0.3, 0.02, 0.25])));
    await here.go(down([0.5, 0.05, 0]));
    const touched = await touchedDuring(here, async () => {
      const result = await here.go(down([0.5, 0.35, 0]));
      expect(result.reached).toBe(true);
    });
    expect([...touched]).toEqual([]);
  });

  test('a wall that is too high to pass over is passed by, close to the base', async () => {
    const besideTheWall = [-0.7, ...HOME_RAD.slice(1)];
    const beyondTheWall = down([0.33, 0.28, 0.08]);
    const table = tableWith(blockAt('wall', [0.6, 0], [0.6, 0.02, 1.2]));
    const here = drive({ ...table, arms: [{ ...LEFT_ARM, startJointsRad: besideTheWall }] });
    const touched = await touchedDuring(here, async () => {
      expect((await here.go(beyondTheWall)).reached).toBe(true);
    });
    expect([...touched]).toEqual([]);
    expect(distance(here.world.tool(0).position, beyondTheWall.position)).toBeLessThan(0.002);
  });

  test('a lid around the wrist that the hand does not pass is named before anything moves', async () => {
    const slab = (x: readonly [number, number], y: readonly [number, number]): Fixture => ({
      ...blockAt('lid', [(x[0] + x[1]) / 2, (y[0] + y[1]) / 2], [x[1] - x[0], y[1] - y[0], 0.02]),
      name: `lid ${x.join(' ')} ${y.join(' ')}`,
      pose: { position: [(x[0] + x[1]) / 2, (y[0] + y[1]) / 2, 0.205], quatWxyz: [1, 0, 0, 0] },
    });
    // The hole is 13 cm wide and the hand 20 cm.
    const sides = [slab([0.15, 0.37], [-0.5, 0.5]), slab([0.5, 0.95], [-0.5, 0.5])];
    const ends = [slab([0.37, 0.5], [0.065, 0.5]), slab([0.37, 0.5], [-0.5, -0.065])];
    const failure = await refusal(drive(tableWith(...sides, ...ends)), down([0.432, 0, 0.45]));
    expect(failure.code).toBe('COLLISION_ON_THE_WAY');
    expect(failure.message).toMatch(/no free way to \[0\.432, 0\.000, 0\.450\]: the .* lid/);
  });

  test.each<[string, Pose, number]>([
    ['a goal below its top', down([0.5, 0, TABLE_TOP_M - 0.05]), 0],
    ['a goal below its top, approached', down([0.5, 0, TABLE_TOP_M - 0.02]), 0.1],
    ['a goal that grazes it with the pads', down([0.5, 0, TABLE_TOP_M + 0.004]), 0],
    ['the hand lying on it', { position: [0.45, 0, -0.09], quatWxyz: quatFromAxisAngle([0, 1, 0], Math.PI / 2) }, 0],
  ])('the table is never gone through: %s', async (_what, pose, approachM) => {
    const failure = await refusal(drive(tableWith()), pose, approachM);
    expect(failure.code).toBe('COLLISION_AT_GOAL');
    expect(failure.message).toContain('table');
  });

  test('the fingertips keep 3 mm from furniture and 1 mm from things', async () => {
    // A pad reaches 8.8 mm below the tool point.
    const table = drive(tableWith());
    const near = await refusal(table, down([0.5, 0, TABLE_TOP_M + 0.0088 + 0.002]));
    expect(near.message).toMatch(/the fingers would pass within 2 mm of table/);
    await table.scene.planMove('left', { kind: 'tool', pose: down([0.5, 0, TABLE_TOP_M + 0.0125]), approachM: 0 });
    const cube = drive(tableWith(boxAt('slab', [0.5, 0], [0.12, 0.12, 0.04])));
    const top = TABLE_TOP_M + 0.04;
    expect((await refusal(cube, down([0.5, 0, top + 0.0088 + 0.0004]))).message).toContain('slab');
    await cube.scene.planMove('left', { kind: 'tool', pose: down([0.5, 0, top + 0.0105]), approachM: 0 });
  });

  test('under the edge of the table is reached around it or not at all', async () => {
    const here = drive(tableWith());
    const goal: Pose = { position: [0.3, 0.5, -0.15], quatWxyz: TOOL_DOWN };
    const touched = await touchedDuring(here, async () => {
      try {
        await here.go(goal);
      } catch (error) {
        expect(error).toBeInstanceOf(PlanningFailure);
      }
    });
    expect([...touched]).toEqual([]);
  });

  test('a goal inside a cube is refused by its name, and so is a grasp with a finger in the neighbour', async () => {
    const here = drive(tableWith(boxAt('red cube', [0.5, 0]), boxAt('green cube', [0.5, 0.055], [0.05, 0.05, 0.05])));
    await here.robot.moveGripper({ arm: 'left', widthM: 0, forceN: 30 });
    const inside = await refusal(here, down([0.5, 0.055, TABLE_TOP_M + 0.055]));
    expect(inside.code).toBe('COLLISION_AT_GOAL');
    expect(inside.message).toContain('green cube');
    // Fingers along y: one of them would come down into the green cube.
    await here.robot.moveGripper({ arm: 'left', widthM: 0.08, forceN: 30 });
    const finger = await refusal(here, down([0.5, 0, TABLE_TOP_M + 0.02]), 0.1);
    expect(finger.message).toMatch(/the fingers would be \d+ mm inside green cube/);
    expect(await here.scene.isFree('left', down([0.5, 0, TABLE_TOP_M + 0.02]))).toBe(false);
    // A quarter turn later they pass beside it.
    const across: Pose = {
      position: [0.5, 0, TABLE_TOP_M + 0.02],
      quatWxyz: quatMultiply(quatFromAxisAngle([0, 0, 1], Math.PI / 2), TOOL_DOWN),
    };
    expect(await here.scene.isFree('left', across)).toBe(true);
    await here.scene.planMove('left', { kind: 'tool', pose: across, approachM: 0.1 });
  });

  test('a low sweep through a cube goes over it', async () => {
    const here = drive(tableWith(boxAt('red cube', [0.5, 0], [0.06, 0.06, 0.12])));
    await here.go(down([0.5, -0.2, TABLE_TOP_M + 0.03]));
    const before = here.world.prop('red cube')?.pose;
    const touched = await touchedDuring(here, async () => {
      expect((await here.go(down([0.5, 0.2, TABLE_TOP_M + 0.03]))).reached).toBe(true);
    });
    expect([...touched]).toEqual([]);
    expect(distance(here.world.prop('red cube')?.pose.position as Vec3, before?.position as Vec3)).toBeLessThan(1e-4);
  });

  test('a target out of reach is refused with the distance that is missing', async () => {
    const here = drive(tableWith());
    const far = await refusal(here, down([1.2, 0, 0.3]));
    expect(far.code).toBe('UNREACHABLE');
    const missing = Number(far.message.match(/misses it by (\d+) mm/)?.[1]);
    expect(missing).toBeGreaterThan(200);
    expect(missing).toBeLessThan(700);
    expect((await refusal(here, down([0, 0, 0.05]))).code).toMatch(/UNREACHABLE|COLLISION_AT_GOAL/);
    const approach = await refusal(here, down([0.6, 0, 0.3]), 0.9);
    expect(approach.code).toBe('UNREACHABLE');
    expect(approach.message).toMatch(/^the approach point \[0\.600, 0\.000, 1\.200\] is out of reach/);
  });

  test('joint goals that collide are refused by name', async () => {
    const here = drive(tableWith());
    const jointsRad = HOME_RAD.map((value, j) => (j === 1 ? value + 0.7 : value));
    await expect(here.scene.planMove('left', { kind: 'joints', jointsRad })).rejects.toThrow(
      /table.*Nothing has moved/,
    );
  });
});

describe('a held object', () => {
  async function holding(...others: (Prop | Fixture)[]) {
    const here = drive(tableWith(boxAt('red cube', [0.5, 0]), ...others));
    await here.grasp('red cube');
    await here.go(down([0.5, 0, 0.1]));
    expect(here.world.heldProp(0)).toBe('red cube');
    return here;
  }

  test('may not be put into another object, and both are named', async () => {
    const here = await holding(boxAt('green cube', [0.5, 0.2], [0.05, 0.05, 0.05]));
    const failure = await refusal(here, down([0.5, 0.2, TABLE_TOP_M + 0.05 + 0.02 - 0.01]), 0.1);
    expect(failure.code).toBe('COLLISION_AT_GOAL');
    expect(failure.message).toMatch(/red cube.*green cube|green cube.*red cube/);
    // On top of it is fine.
    await here.scene.planMove('left', { kind: 'tool', pose: down([0.5, 0.2, TABLE_TOP_M + 0.071]), approachM: 0.1 });
  });

  test('may not be pushed through the table', async () => {
    const here = await holding();
    const failure = await refusal(here, down([0.55, 0.1, TABLE_TOP_M + 0.012]));
    expect(failure.message).toMatch(/red cube.*table|table.*red cube/);
    await here.scene.planMove('left', { kind: 'tool', pose: down([0.55, 0.1, TABLE_TOP_M + 0.021]), approachM: 0.05 });
  });

  test('is carried over what stands in the way, and touches nothing', async () => {
    const here = await holding(blockAt('wall', [0.5, 0.15], [0.3, 0.02, 0.15]));
    await here.go(down([0.5, 0, TABLE_TOP_M + 0.05]));
    const touched = await touchedDuring(
      here,
      async () => {
        expect((await here.go(down([0.5, 0.3, TABLE_TOP_M + 0.05]))).reached).toBe(true);
      },
      'red cube',
    );
    expect([...touched]).toEqual([]);
    expect(here.world.heldProp(0)).toBe('red cube');
  });
});

describe('starting where things touch', () => {
  test('with the pads on a cube and the cube on the table, up and away is free', async () => {
    const here = drive(tableWith(boxAt('red cube', [0.5, 0])));
    const pose = await here.grasp('red cube');
    expect((await here.go({ ...pose, position: add(pose.position, [0, 0, 0.15]) })).reached).toBe(true);
    expect(here.world.heldProp(0)).toBe('red cube');
  });

  test('after a release between the fingers, up is free and the cube stays', async () => {
    const here = drive(tableWith(boxAt('red cube', [0.5, 0])));
    const pose = await here.grasp('red cube');
    await here.open();
    const place = here.world.prop('red cube')?.pose.position as Vec3;
    expect((await here.go({ ...pose, position: add(pose.position, [0, 0, 0.15]) })).reached).toBe(true);
    expect(distance(here.world.prop('red cube')?.pose.position as Vec3, place)).toBeLessThan(0.002);
  });

  test('an arm that was pressed onto the table may go up, but no deeper', async () => {
    const here = drive(tableWith());
    await here.go(down([0.5, 0, TABLE_TOP_M + 0.02]));
    const lower = here.world.servos[0].referenceRad.slice();
    // Past the planner: a joint move that presses the fingertips down.
    lower[1] += 0.03;
    await here.robot.execute(await here.jointPlan([...lower]));
    expect(here.world.touching().some((pair) => pair.includes('table'))).toBe(true);
    const failure = await refusal(here, down([0.5, 0, TABLE_TOP_M - 0.004]));
    expect(failure.message).toContain('table');
    expect((await here.go(down([0.5, 0, 0.1]))).reached).toBe(true);
  });
});

describe('two arms', () => {
  const facing = tableWith();
  const both: Scene = {
    ...facing,
    arms: [
      LEFT_ARM,
      {
        side: 'right',
        worldFromBase: { position: [1.1, 0.05, 0], quatWxyz: quatFromAxisAngle([0, 0, 1], Math.PI) },
        startJointsRad: HOME_RAD,
      },
    ],
  };

  test('the other arm is an obstacle, and it is said whose part is meant', async () => {
    const here = drive(both);
    const other = here.world.tool(1).position;
    const failure = await refusal(here, down(add(other, [-0.02, 0, 0])));
    expect(failure.code).toBe('COLLISION_AT_GOAL');
    expect(failure.message).toMatch(/the left (hand|fingers|arm).*the right (hand|fingers|arm)|the right.*the left/);
  });

  test('each arm plans and moves in the same world frame', async () => {
    const here = drive(both);
    const goal = down([0.7, 0.2, 0.1]);
    for (const path of await here.scene.planMove('right', { kind: 'tool', pose: goal, approachM: 0.05 })) {
      const plan = await here.robot.plan({ paths: [path], speedScale: 1, toolSpeedMPerS: 1 });
      expect((await here.robot.execute(plan)).reached).toBe(true);
    }
    expect(distance(here.world.tool(1).position, goal.position)).toBeLessThan(0.002);
    expect(angleBetween(here.world.tool(1).quatWxyz, goal.quatWxyz)).toBeLessThan(0.01);
    expect((await here.go(down([0.45, -0.1, 0.1]))).reached).toBe(true);
  });

  test('an arm there is not cannot be planned for', async () => {
    const here = drive(tableWith());
    const ask = here.scene.planMove('right', { kind: 'tool', pose: down([0.5, 0, 0.1]), approachM: 0 });
    await expect(ask).rejects.toThrow('this robot has no right arm; nothing has moved');
  });
});

describe('planned motions in a furnished world', () => {
  test('of a hundred random goals every one that is planned is reached, and nothing is touched on the way', async () => {
    const counts = { planned: 0, refused: 0, stretches: 0 };
    for (let world = 0; world < 5; world++) {
      const random = createRandomStream(seed + world, 'goals');
      const here = drive(drawScene(loadTask('cube-stack'), seed + world));
      const props = here.world.props();
      for (let goal = 0; goal < 20; goal++) {
        const yaw = quatFromAxisAngle([0, 0, 1], random.uniform(-3.1, 3.1));
        const tilt = quatFromAxisAngle([random.uniform(-1, 1), random.uniform(-1, 1), 0.01], random.uniform(0, 0.5));
        const pose: Pose = {
          position: [random.uniform(0.25, 0.75), random.uniform(-0.4, 0.4), random.uniform(TABLE_TOP_M, 0.4)],
          quatWxyz: quatMultiply(quatMultiply(yaw, TOOL_DOWN), tilt),
        };
        const approachM = random.next() < 0.5 ? 0 : 0.1;
        try {
          const plans = await here.plans({ kind: 'tool', pose, approachM });
          counts.planned += 1;
          const touched = await touchedDuring(here, async () => {
            for (const plan of plans) {
              counts.stretches += 1;
              for (const { jointPositionsRad } of plan.arms) expectInsideLimits(jointPositionsRad);
              expect((await here.robot.execute(plan)).reason).toBe('reached');
            }
          });
          expect([...touched], `seed ${seed + world}, goal ${goal}`).toEqual([]);
          expect(distance(here.world.tool(0).position, pose.position)).toBeLessThan(0.002);
        } catch (error) {
          if (!(error instanceof PlanningFailure)) throw error;
          counts.refused += 1;
        }
      }
      here.world.props().forEach(({ pose }, index) => {
        expect(distance(pose.position, props[index].pose.position)).toBeLessThan(0.001);
      });
    }
    expect(counts.planned).toBeGreaterThan(50);
    expect(counts.stretches).toBeGreaterThan(counts.planned);
  });
});

function expectInsideLimits(samples: Float64Array): void {
  const { minRad, maxRad } = PANDA_JOINT_LIMITS;
  expect(samples.every((angle, i) => angle >= minRad[i % JOINT_COUNT] && angle <= maxRad[i % JOINT_COUNT])).toBe(true);
}
