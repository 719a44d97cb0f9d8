import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { BelievedWorld, MOST_BOXES } from '../../drivers/simulated/believed-scene.ts';
import { armsOf } from '../../drivers/simulated/simulated-scene.ts';
import type { BelievedBox } from '../../sim/control/box-slots.ts';
import { PlanningScene } from '../../sim/control/planning-scene.ts';
import { createRandomStream, type RandomStream } from '../../sim/random.ts';
import { toolPose } from '../../sim/robots/panda/kinematics.ts';
import { PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
import type { Scene } from '../../sim/scenes/scene.ts';
import { compose, NO_ROTATION, type Pose, quatNormalize, TOOL_DOWN, type Vec3 } from '../../sim/spatial.ts';
import { Drive, mujoco } from './sim-drive.ts';
import { boxAt, HOME_RAD, LEFT_ARM, TABLE_TOP_M, tableWith } from './sim-scenes.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const NONE: ReadonlyMap<string, Pose> = new Map();
const { minRad, maxRad } = PANDA_JOINT_LIMITS;

const down = (position: Vec3): Pose => ({ position, quatWxyz: TOOL_DOWN });
const upright = (position: Vec3): Pose => ({ position, quatWxyz: NO_ROTATION });
const boxOn = (name: string, [x, y]: readonly [number, number], size: Vec3): BelievedBox => ({
  name,
  pose: upright([x, y, TABLE_TOP_M + size[2] / 2 + 0.0005]),
  size,
});

function randomBoxes(random: RandomStream, count: number): BelievedBox[] {
  return Array.from({ length: count }, (_, k) => ({
    name: `box ${k}`,
    size: [random.uniform(0.005, 0.5), random.uniform(0.005, 0.3), random.uniform(0.005, 0.6)],
    pose: {
      position: [random.uniform(-0.3, 0.9), random.uniform(-0.7, 0.7), random.uniform(-0.2, 0.9)],
      quatWxyz: quatNormalize([
        random.uniform(0.1, 1),
        random.uniform(-1, 1),
        random.uniform(-1, 1),
        random.uniform(-1, 1),
      ]),
    },
  }));
}

describe('boxes whose size is set while the model runs', () => {
  const slots = new PlanningScene(mujoco, tableWith(), { believedBoxes: 16 });
  afterAll(() => slots.dispose());

  test('collide exactly as props compiled with that size, in hundreds of random postures', () => {
    let hits = 0;
    for (let world = 0; world < 8; world++) {
      const random = createRandomStream(seed + world, 'boxes');
      const boxes = randomBoxes(random, 1 + random.integer(12));
      const props = boxes.map(({ name, size }) => ({ ...boxAt(name, [0, 0], size) }));
      const compiled = new PlanningScene(mujoco, tableWith(...props));
      const arms = [{ jointsRad: HOME_RAD, widthM: 0.08 }];
      const held =
        world % 2 === 0 ? [] : [{ side: 'left' as const, prop: 'box 0', toolFromProp: upright([0, 0, 0.02]) }];
      slots.update({ arms, props: NONE, held, boxes });
      compiled.update({ arms, props: new Map(boxes.map(({ name, pose }) => [name, pose])), held });
      for (let k = 0; k < 150; k++) {
        const joints = minRad.map((low, j) => random.uniform(low, maxRad[j]));
        const collision = slots.collisionAt([joints]);
        expect(collision).toEqual(compiled.collisionAt([joints]));
        if (collision !== undefined && [collision.one, collision.other].some((name) => name.startsWith('box')))
          hits += 1;
      }
      compiled.dispose();
    }
    expect(hits).toBeGreaterThan(100);
  });

  test('are gone when they are not believed any more', () => {
    const arms = [{ jointsRad: HOME_RAD, widthM: 0.08 }];
    const inTheHand = boxOn('crate', [0.46, 0], [0.2, 0.2, 0.4]);
    slots.update({
      arms: [{ jointsRad: HOME_RAD.map((angle, j) => (j === 0 ? 1.5 : angle)), widthM: 0.08 }],
      props: NONE,
      held: [],
      boxes: [inTheHand],
    });
    expect(slots.collisionAt([HOME_RAD])?.other).toBe('crate');
    slots.update({ arms, props: NONE, held: [], boxes: [] });
    expect(slots.collisionAt([HOME_RAD])).toBeUndefined();
  });

  test('more than there is room for are refused', () => {
    const arms = [{ jointsRad: HOME_RAD, widthM: 0.08 }];
    const boxes = randomBoxes(createRandomStream(seed, 'many'), 17);
    expect(() => slots.update({ arms, props: NONE, held: [], boxes })).toThrow('room for 16 boxes, not for 17');
  });
});

describe('a believed world', () => {
  const open: { dispose(): void }[] = [];
  afterEach(() => {
    for (const one of open.splice(0)) one.dispose();
  });

  /** A true world, and a planner that knows its arms and fixtures only. */
  function believed(scene: Scene): { here: Drive; planner: BelievedWorld } {
    const here = new Drive(scene);
    const planner = new BelievedWorld(mujoco, { arms: () => armsOf(here.world) }, scene.fixtures);
    open.push(here, planner);
    return { here, planner };
  }

  const questions = async (planner: BelievedWorld) => [
    await planner.planMove('left', { kind: 'tool', pose: down([0.6, 0.2, 0]), approachM: 0.05 }),
    await planner.solveIk('left', down([0.5, 0.1, TABLE_TOP_M + 0.03])),
    await planner.isFree('left', down([0.5, 0.1, TABLE_TOP_M + 0.03])),
  ];

  test('answers the same wherever the true things are, and whatever they are called', async () => {
    const cubes = [boxAt('red cube', [0.5, 0.1]), boxAt('green cube', [0.6, -0.1]), boxAt('blue cube', [0.4, -0.2])];
    const boxes = [boxOn('seen', [0.55, 0.1], [0.05, 0.05, 0.12])];
    const { here, planner } = believed(tableWith(...cubes));
    planner.setBoxes(boxes);
    const answers = await questions(planner);
    for (const [k, { name }] of cubes.entries())
      here.teleport(name, upright([0.5 + 0.05 * k, 0.1, TABLE_TOP_M + 0.02]));
    expect(await questions(planner)).toEqual(answers);
    const shuffled = cubes.map((cube, k) => ({ ...cube, name: cubes[(k + 1) % 3].name }));
    const other = believed(tableWith(...shuffled.reverse()));
    other.planner.setBoxes(boxes);
    expect(await questions(other.planner)).toEqual(answers);
  });

  test('goes around what was seen, and through what was not', async () => {
    const { planner } = believed(tableWith(boxAt('red cube', [0.5, 0.1])));
    const onIt = down([0.5, 0.1, TABLE_TOP_M + 0.02 + 0.025]);
    expect(await planner.isFree('left', onIt)).toBe(true);
    planner.setBoxes([boxOn('something red', [0.5, 0.1], [0.09, 0.09, 0.05])]);
    expect(await planner.isFree('left', onIt)).toBe(false);
    await expect(planner.planMove('left', { kind: 'tool', pose: onIt, approachM: 0 })).rejects.toThrow(/something red/);
    expect((await planner.solveIk('left', onIt)).collision).toMatch(/the (hand|fingers) would .* something red/);
  });

  test('a box in the hand goes where the hand goes, and stays where it is let go', async () => {
    const { here, planner } = believed(tableWith());
    const size: Vec3 = [0.04, 0.04, 0.04];
    const tool = toolPose(here.world.servos[0].referenceRad);
    planner.setBoxes([
      { name: 'cube', pose: upright(tool.position), size },
      boxOn('stone', [0.6, 0.2], [0.05, 0.05, 0.05]),
    ]);
    planner.attach('left', 'cube');
    const low = down([0.6, 0.2, TABLE_TOP_M + 0.05]);
    await expect(planner.planMove('left', { kind: 'tool', pose: low, approachM: 0 })).rejects.toMatchObject({
      code: 'COLLISION_AT_GOAL',
    });
    // Where the hand has gone with it, it is.
    const paths = await planner.planMove('left', { kind: 'tool', pose: down([0.5, -0.2, 0]), approachM: 0 });
    for (const path of paths) {
      const plan = await here.robot.plan({ paths: [path], speedScale: 1, toolSpeedMPerS: 1 });
      await here.robot.execute(plan);
    }
    const place = (name: string) => planner.boxes().find((box) => box.name === name)?.pose.position as Vec3;
    expect(Math.hypot(...place('cube').map((value, k) => value - [0.5, -0.2, 0][k]))).toBeLessThan(0.001);
    planner.attach('left', null);
    await here.go(down([0.5, 0.2, 0.1]));
    expect(Math.hypot(...place('cube').map((value, k) => value - [0.5, -0.2, 0][k]))).toBeLessThan(0.001);
    expect(place('stone')).toEqual(boxOn('stone', [0.6, 0.2], [0.05, 0.05, 0.05]).pose.position);
  });

  test('seen anew, a box in the hand takes its new place; not seen, it is kept', async () => {
    const { here, planner } = believed(tableWith());
    const tool = toolPose(here.world.servos[0].referenceRad);
    const cube = { name: 'cube', pose: upright(tool.position), size: [0.04, 0.04, 0.04] as Vec3 };
    planner.setBoxes([cube]);
    planner.attach('left', 'cube');
    planner.setBoxes([]);
    expect(planner.boxes().map(({ name }) => name)).toEqual(['cube']);
    const lower = compose(tool, upright([0, 0, 0.01]));
    planner.setBoxes([{ ...cube, pose: lower }]);
    expect(planner.boxes()[0].pose.position[2]).toBeCloseTo(tool.position[2] - 0.01, 9);
  });

  test('what is no box, has a name twice or is too much is refused, and nothing is forgotten', () => {
    const { planner } = believed(tableWith());
    const stone = boxOn('stone', [0.6, 0.2], [0.05, 0.05, 0.05]);
    planner.setBoxes([stone]);
    expect(() => planner.setBoxes([stone, stone])).toThrow('two boxes are called "stone"');
    expect(() => planner.setBoxes([{ ...stone, size: [0.1, 0, 0.1] }])).toThrow('"stone" is no box');
    expect(() => planner.setBoxes([{ ...stone, pose: upright([Number.NaN, 0, 0]) }])).toThrow('"stone" is no box');
    const many = Array.from({ length: MOST_BOXES + 1 }, (_, k) => ({ ...stone, name: `stone ${k}` }));
    expect(() => planner.setBoxes(many)).toThrow(`room for ${MOST_BOXES} boxes`);
    expect(() => planner.attach('left', 'pebble')).toThrow('no box is called "pebble"; known: stone');
    expect(planner.boxes()).toEqual([stone]);
  });
});

describe('what one hand holds', () => {
  const both: Scene = {
    ...tableWith(),
    arms: [
      LEFT_ARM,
      { side: 'right', worldFromBase: { position: [1.1, 0, 0], quatWxyz: [0, 0, 0, 1] }, startJointsRad: HOME_RAD },
    ],
  };
  const scene = new PlanningScene(mujoco, both, { believedBoxes: 4 });
  afterAll(() => scene.dispose());
  const stick = (length: number): BelievedBox => ({
    name: 'stick',
    pose: upright([0, 0, 0.3]),
    size: [length, 0.02, 0.02],
  });
  const hands = [
    { jointsRad: HOME_RAD, widthM: 0.02 },
    { jointsRad: HOME_RAD, widthM: 0.02 },
  ];
  const inLeft = { side: 'left' as const, prop: 'stick', toolFromProp: upright([0, 0, 0]) };
  const aside = HOME_RAD.map((angle, j) => (j === 0 ? angle + 0.9 : angle));

  function touched(length: number, held: Parameters<PlanningScene['update']>[0]['held'], others: BelievedBox[] = []) {
    // At the start both arms are turned away, so that nothing that touches later touched from the start.
    scene.update({
      arms: [
        { ...hands[0], jointsRad: aside },
        { ...hands[1], jointsRad: aside },
      ],
      props: NONE,
      held,
      boxes: [stick(length), ...others],
    });
    return scene.collisionAt([HOME_RAD, HOME_RAD]);
  }

  test('meets the other arm', () => {
    // Between the hands there are 24 cm.
    expect(touched(0.1, [inLeft])).toBeUndefined();
    const hit = touched(0.5, [inLeft]);
    expect([hit?.one, hit?.other].sort()).toEqual(['stick', expect.stringMatching(/^the right (fingers|hand|arm)/)]);
  });

  test('does not meet the hand that holds it, nor either of two that do', () => {
    const inRight = { ...inLeft, side: 'right' as const, toolFromProp: upright([0, 0, 0]) };
    expect(touched(0.5, [inLeft, inRight])).toBeUndefined();
  });

  test('meets its own arm, away from the hand', () => {
    // It stands behind the hand, and reaches up to where the forearm comes to with the wrist bent.
    const behind = {
      ...inLeft,
      toolFromProp: { position: [-0.25, 0, -0.2] as Vec3, quatWxyz: quatNormalize([1, 0, 1, 0]) },
    };
    const bent = HOME_RAD.map((angle, j) => (j === 5 ? angle - 0.8 : angle));
    scene.update({
      arms: [{ ...hands[0], jointsRad: aside }, hands[1]],
      props: NONE,
      held: [behind],
      boxes: [stick(0.3)],
    });
    const hit = scene.collisionAt([bent, HOME_RAD]);
    expect([hit?.one, hit?.other]).toContainEqual(expect.stringMatching(/^the left arm/));
    expect([hit?.one, hit?.other]).toContain('stick');
  });

  test('meets what the other hand holds', () => {
    const bar = { ...stick(0.1), name: 'bar', size: [0.12, 0.02, 0.02] as Vec3 };
    const inRight = { side: 'right' as const, prop: 'bar', toolFromProp: upright([0, 0, 0]) };
    expect(touched(0.12, [inLeft, inRight], [bar])).toBeUndefined();
    const hit = touched(0.4, [inLeft, inRight], [bar]);
    expect([hit?.one, hit?.other].sort()).toEqual(['bar', 'stick']);
  });
});
