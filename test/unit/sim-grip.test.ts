import { afterEach, describe, expect, test } from 'vitest';
import type { Scene } from '../../sim/scenes/scene.ts';
import { angleBetween, compose, distance, invert, NO_ROTATION, type Pose, type Vec3 } from '../../sim/spatial.ts';
import { Drive, mujoco } from './sim-drive.ts';
import { blockAt, boxAt, TABLE_TOP_M, tableWith } from './sim-scenes.ts';

const open: Drive[] = [];
function drive(scene: Scene = tableWith()): Drive {
  const made = new Drive(scene);
  open.push(made);
  return made;
}
afterEach(() => {
  for (const made of open.splice(0)) made.dispose();
});

/** Normal forces on both pads as the engine's contact solver has them, newtons. */
function padForcesN(here: Drive): [number, number] {
  const { model, data } = here.world.physics;
  const { padGeoms } = here.world.arms[0];
  const forces: [number, number] = [0, 0];
  const wrench = new mujoco.DoubleBuffer(6);
  const contacts = data.contact;
  for (let i = 0; i < data.ncon; i++) {
    const contact = contacts.get(i);
    if (contact === undefined) continue;
    const pad = padGeoms.findIndex((geom) => geom === contact.geom1 || geom === contact.geom2);
    contact.delete();
    if (pad < 0) continue;
    mujoco.mj_contactForce(model, data, i, wrench);
    forces[pad] += (wrench.GetView() as Float64Array)[0];
  }
  contacts.delete();
  wrench.delete();
  return forces;
}

const cubeOf = (here: Drive, name = 'red cube') => here.world.prop(name)?.pose as Pose;
const toolFromCube = (here: Drive) => compose(invert(here.world.tool(0)), cubeOf(here));

describe('the hand', () => {
  test.each([
    [0.04, 5],
    [0.04, 30],
    [0.04, 70],
    [0.01, 30],
    [0.01, 70],
    [0.07, 30],
  ])('on something %d m wide presses with %d N on either side, and never with more', async (width, forceN) => {
    const here = drive(tableWith(boxAt('red cube', [0.5, 0], [width, width, 0.04])));
    const pose = here.graspOf('red cube');
    await here.open();
    await here.go(pose, 0.1);
    let most = 0;
    here.world.onTick(() => {
      most = Math.max(most, ...padForcesN(here));
    });
    const start = here.world.timeS;
    const result = await here.robot.moveGripper({ arm: 'left', widthM: 0, forceN });
    expect(result.holding).toBe(true);
    expect(result.widthM).toBeGreaterThan(width - 0.002);
    expect(result.widthM).toBeLessThan(width + 0.001);
    for (const force of padForcesN(here)) expect(force / forceN).toBeCloseTo(1, 1);
    expect(most).toBeLessThan(forceN * 1.1 + 1);
    expect(here.world.timeS - start).toBeLessThan(0.8);
    // The servo goes on pulling beyond: still no more force.
    await here.robot.advance(1);
    for (const force of padForcesN(here)) expect(force / forceN).toBeCloseTo(1, 1);
    expect(most).toBeLessThan(forceN * 1.1 + 1);
  });

  test('closes on nothing in about half a second, opens again as fast, and holds nothing', async () => {
    const here = drive();
    const start = here.world.timeS;
    const closed = await here.robot.moveGripper({ arm: 'left', widthM: 0, forceN: 30 });
    const closing = here.world.timeS - start;
    expect(closed).toEqual({ widthM: expect.closeTo(0, 3), holding: false });
    const opened = await here.robot.moveGripper({ arm: 'left', widthM: 0.08, forceN: 30 });
    const opening = here.world.timeS - start - closing;
    expect(opened).toEqual({ widthM: expect.closeTo(0.08, 3), holding: false });
    for (const seconds of [closing, opening]) {
      expect(seconds).toBeGreaterThan(0.35);
      expect(seconds).toBeLessThan(0.8);
    }
  });

  test('goes to a width and stays there, both fingers alike', async () => {
    const here = drive();
    for (const widthM of [0.05, 0.01, 0.065]) {
      const result = await here.robot.moveGripper({ arm: 'left', widthM, forceN: 30 });
      expect(result.holding).toBe(false);
      expect(Math.abs(result.widthM - widthM)).toBeLessThan(0.001);
      await here.robot.advance(0.5);
      const { qpos } = here.world.physics.views;
      const [left, right] = here.world.arms[0].fingerQpos.map((at) => qpos[at]);
      expect(Math.abs(left - right)).toBeLessThan(2e-4);
    }
  });

  test('closing to a width that the object exceeds is a hold, too', async () => {
    const here = drive(tableWith(boxAt('red cube', [0.5, 0])));
    await here.open();
    await here.go(here.graspOf('red cube'), 0.1);
    expect((await here.robot.moveGripper({ arm: 'left', widthM: 0.03, forceN: 30 })).holding).toBe(true);
    expect(here.world.heldProp(0)).toBe('red cube');
    expect((await here.robot.moveGripper({ arm: 'left', widthM: 0.06, forceN: 30 })).holding).toBe(false);
    expect(here.world.heldProp(0)).toBeUndefined();
  });

  test('a second closing on the same thing still holds it', async () => {
    const here = drive(tableWith(boxAt('red cube', [0.5, 0])));
    await here.grasp('red cube');
    for (const forceN of [50, 10]) {
      expect((await here.robot.moveGripper({ arm: 'left', widthM: 0, forceN })).holding).toBe(true);
      await here.robot.advance(0.2);
      for (const force of padForcesN(here)) expect(force / forceN).toBeCloseTo(1, 1);
    }
  });

  test('what is taken out of the grip is no longer held', async () => {
    const here = drive(tableWith(boxAt('red cube', [0.5, 0])));
    await here.grasp('red cube');
    here.teleport('red cube', { position: [0.8, 0.3, TABLE_TOP_M + 0.021], quatWxyz: NO_ROTATION });
    await here.robot.advance(0.5);
    expect((await here.robot.state()).arms[0].holding).toBe(false);
    expect(here.world.heldProp(0)).toBeUndefined();
  });
});

describe('what is held', () => {
  test('does not slip at 30 N while it is carried about briskly', async () => {
    const here = drive(tableWith(boxAt('red cube', [0.5, 0])));
    const pose = await here.grasp('red cube');
    await here.go({ ...pose, position: [0.5, 0, 0.1] });
    const before = toolFromCube(here);
    for (const position of [
      [0.45, 0.3, 0.3],
      [0.6, -0.3, 0],
      [0.35, 0, 0.35],
      [0.5, 0, 0.1],
    ] as Vec3[]) {
      expect((await here.go({ ...pose, position })).reason).toBe('reached');
    }
    const after = toolFromCube(here);
    // Friction acts on velocities: on an arc of radius r the integration drifts by v^2 / r x 1 ms, half a millimetre in
    // each of these moves, whatever the grip. Slipping would be centimetres.
    expect(distance(before.position, after.position)).toBeLessThan(0.0025);
    expect(angleBetween(before.quatWxyz, after.quatWxyz)).toBeLessThan(0.01);
  });

  test('does not creep out of the grip in a minute', async () => {
    const here = drive(tableWith(boxAt('red cube', [0.5, 0])));
    const pose = await here.grasp('red cube');
    await here.go({ ...pose, position: [0.5, 0, 0.1] });
    const before = toolFromCube(here);
    await here.robot.advance(60);
    expect(distance(before.position, toolFromCube(here).position)).toBeLessThan(0.002);
    expect(here.world.heldProp(0)).toBe('red cube');
  });

  test('slides through when the grip is too weak for its weight', async () => {
    // 0.7 kg on two pads of friction 1.2: 2 x 1.2 x 2 N carries 4.8 N of 6.9 N.
    const here = drive(tableWith({ ...boxAt('lead cube', [0.5, 0]), density: 11_000 }));
    const pose = await here.grasp('lead cube', 2);
    expect((await here.go({ ...pose, position: [0.5, 0, 0.2] })).reason).toBe('object-lost');
    // 10 N carry it.
    const strong = drive(tableWith({ ...boxAt('lead cube', [0.5, 0]), density: 11_000 }));
    await strong.grasp('lead cube', 10);
    expect((await strong.go({ ...pose, position: [0.5, 0, 0.2] })).reason).toBe('reached');
  });
});

describe('things on the table', () => {
  test('lie still, and sink in by less than half a millimetre', async () => {
    const here = drive(tableWith(boxAt('red cube', [0.5, 0.2]), boxAt('green cube', [0.6, -0.2], [0.05, 0.05, 0.05])));
    const before = ['red cube', 'green cube'].map((name) => cubeOf(here, name));
    await here.robot.advance(10);
    ['red cube', 'green cube'].forEach((name, index) => {
      const { position, quatWxyz } = cubeOf(here, name);
      expect(distance(position, before[index].position)).toBeLessThan(2e-4);
      expect(angleBetween(quatWxyz, before[index].quatWxyz)).toBeLessThan(1e-3);
      const sunk = TABLE_TOP_M + (index === 0 ? 0.02 : 0.025) - position[2];
      expect(sunk).toBeLessThan(0.0005);
      expect(sunk).toBeGreaterThan(-1e-4);
    });
  });

  test('slide as far as their friction lets them', async () => {
    const here = drive(tableWith(boxAt('tile', [0.5, 0.2], [0.08, 0.08, 0.02])));
    const start = cubeOf(here, 'tile');
    here.teleport('tile', start, [0.5, 0, 0, 0, 0, 0]);
    await here.robot.advance(1);
    // v^2 / (2 mu g) with friction 1 on both.
    const slid = cubeOf(here, 'tile').position[0] - start.position[0];
    expect(slid / (0.25 / (2 * 9.81))).toBeCloseTo(1, 0);
    expect(slid).toBeGreaterThan(0.009);
    expect(slid).toBeLessThan(0.017);
  });

  test('fall down from the edge, and nothing falls through', async () => {
    const here = drive(tableWith(blockAt('shelf', [0.5, 0.3], [0.1, 0.1, 0.2])));
    expect(here.world.propsRest).toBe(true);
    const dropped = drive(tableWith(boxAt('red cube', [0.5, 0.2])));
    dropped.teleport('red cube', { position: [0.5, 0.2, 0.3], quatWxyz: [0.9, 0.3, 0.2, 0.24] });
    await dropped.robot.advance(2);
    expect(cubeOf(dropped).position[2]).toBeGreaterThan(TABLE_TOP_M + 0.019);
    expect(cubeOf(dropped).position[2]).toBeLessThan(TABLE_TOP_M + 0.021);
    expect(dropped.world.propsRest).toBe(true);
    dropped.teleport('red cube', { position: [0.5, 0.45, TABLE_TOP_M + 0.1], quatWxyz: NO_ROTATION });
    await dropped.robot.advance(0.5);
    expect(cubeOf(dropped).position[2]).toBeLessThan(TABLE_TOP_M - 0.5);
    expect(dropped.world.propsRest).toBe(false);
  });

  test('a stack of two stands for a minute', async () => {
    const here = drive(tableWith(boxAt('red cube', [0.5, 0.2]), boxAt('green cube', [0.5, 0.2], [0.05, 0.05, 0.05])));
    here.teleport('red cube', { position: [0.505, 0.195, TABLE_TOP_M + 0.0705], quatWxyz: [0.98, 0, 0, 0.199] });
    await here.robot.advance(1);
    const before = cubeOf(here);
    await here.robot.advance(60);
    expect(distance(cubeOf(here).position, before.position)).toBeLessThan(1e-3);
    expect(cubeOf(here).position[2]).toBeGreaterThan(TABLE_TOP_M + 0.069);
  });
});
