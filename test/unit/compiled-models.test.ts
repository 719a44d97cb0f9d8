import { describe, expect, test } from 'vitest';
import { openTask, taskNames } from '../../electron/session/installation.ts';
import { PlanningScene } from '../../sim/control/planning-scene.ts';
import { compiledModel } from '../../sim/engine/compiled-models.ts';
import { Physics } from '../../sim/engine/physics.ts';
import { createRandomStream } from '../../sim/random.ts';
import { JOINT_COUNT } from '../../sim/robots/panda/limits.ts';
import { sceneMjcf, sceneModel } from '../../sim/scenes/scene.ts';
import { IDENTITY_POSE } from '../../sim/spatial.ts';
import { drawScene } from '../../sim/tasks/layout.ts';
import { STEPS_PER_TICK, TaskWorld } from '../../sim/tasks/task-world.ts';
import { loadTask, mujoco } from './sim-drive.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const TASKS = taskNames();

type Model = ReturnType<typeof compiledModel>;

/** The whole model as the engine would write it to a file: every array and option. */
function bytesOf(model: Model): Buffer {
  const buffer = new mujoco.Uint8Buffer(Number(mujoco.mj_sizeModel(model)));
  mujoco.mj_saveModel(model, null, buffer);
  const bytes = Buffer.from(buffer.GetView() as Uint8Array);
  buffer.delete();
  return bytes;
}

/** Trace hash of half a second of a world of a task in which the arm is swung and the hand closed. */
function hashOf({ name, worldSeed }: { readonly name: string; readonly worldSeed: number }): string {
  const world = new TaskWorld(mujoco, drawScene(loadTask(name), worldSeed));
  const planning = new PlanningScene(mujoco, world.scene);
  try {
    const [servo, hand] = [world.servos[0], world.hands[0]];
    const ticks = 50;
    const samples = new Float64Array(ticks * STEPS_PER_TICK * JOINT_COUNT);
    for (let k = 0; k < samples.length; k++) {
      samples[k] = servo.referenceRad[k % JOINT_COUNT] + 1e-3 * Math.floor(k / JOINT_COUNT);
    }
    servo.follow(samples);
    hand.move(0, 20);
    for (let tick = 0; tick < ticks; tick++) world.tick();
    planning.keepAway(0.01, []);
    return world.trace.digestHex();
  } finally {
    planning.dispose();
    world.dispose();
  }
}

/** Fills what is kept with other texts. */
function forgetAll(): void {
  for (let k = 0; k < 40; k++) {
    compiledModel(mujoco, `<mujoco model="${k}"><worldbody><geom size="1"/></worldbody></mujoco>`, []).delete();
  }
}

describe('a model that was not compiled anew', () => {
  test('is the one that compiling gives, to the last bit, for every task', () => {
    for (const name of TASKS) {
      const scene = drawScene(openTask(name).taskFor(seed).task, seed);
      for (const purpose of ['physics', 'planning'] as const) {
        const { mjcf, starts } = sceneModel(scene, purpose);
        const [placed, compiled] = [
          compiledModel(mujoco, mjcf, starts),
          mujoco.MjModel.from_xml_string(sceneMjcf(scene, purpose)),
        ];
        expect(bytesOf(placed).equals(bytesOf(compiled)), `${name}, seed ${seed}, ${purpose}`).toBe(true);
        placed.delete();
        compiled.delete();
      }
    }
  });

  test('is the same for a quaternion that is not of unit length, and for zeros of either sign', () => {
    const text = (place: string) =>
      `<mujoco><worldbody><body name="b" ${place}><freejoint name="b"/><geom size="0.1 0.2 0.3" type="box"/></body></worldbody></mujoco>`;
    for (const [position, quatWxyz] of [
      [
        [-0, 0.25, 1],
        [3, 0, -0, 4],
      ],
      [
        [0.1, -0.2, -0],
        [0.9, 0.1, -0.3, 0.2],
      ],
    ] as const) {
      const placed = compiledModel(mujoco, text(''), [{ name: 'b', pose: { position, quatWxyz } }]);
      const compiled = mujoco.MjModel.from_xml_string(text(`pos="${position.join(' ')}" quat="${quatWxyz.join(' ')}"`));
      expect(bytesOf(placed).equals(bytesOf(compiled))).toBe(true);
      placed.delete();
      compiled.delete();
    }
  });

  test('belongs to one world: what is written into it is in no other', () => {
    const { mjcf, starts } = sceneModel(drawScene(loadTask('cube-stack'), seed), 'physics');
    const [one, other] = [new Physics(mujoco, mjcf, starts), new Physics(mujoco, mjcf, starts)];
    const before = bytesOf(other.model);
    one.model.geom_friction.fill(0);
    one.views.actuatorForceRange.fill(1);
    const next = new Physics(mujoco, mjcf, starts);
    expect(bytesOf(other.model).equals(before)).toBe(true);
    expect(bytesOf(next.model).equals(before)).toBe(true);
    one.dispose();
    other.step();
    expect(bytesOf(other.model).equals(before)).toBe(true);
    for (const physics of [other, next]) physics.dispose();
  });

  test('refuses a place for what is no free body', () => {
    const { mjcf } = sceneModel(drawScene(loadTask('cube-stack'), seed), 'physics');
    const starts = [{ name: 'blue cube', pose: IDENTITY_POSE }];
    expect(() => compiledModel(mujoco, mjcf, starts)).toThrow('no free body named "blue cube"');
  });
});

test('worlds have the same traces whatever was kept when they were made, and in whatever order', () => {
  const random = createRandomStream(seed, 'order');
  const worlds = ['cube-lift', 'cube-stack', 'nut-assembly', 'two-arm-lift', 'spill-wipe'].flatMap((name) =>
    [0, 1].map((k) => ({ name, worldSeed: seed + k })),
  );
  const cold = worlds.map((world) => {
    forgetAll();
    return hashOf(world);
  });
  expect(new Set(cold).size).toBe(worlds.length);
  for (let round = 0; round < 2; round++) {
    const order = worlds.map((_, index) => index);
    for (let k = order.length - 1; k > 0; k--) {
      const swap = Math.floor(random.next() * (k + 1));
      [order[k], order[swap]] = [order[swap], order[k]];
    }
    for (const index of order) expect(hashOf(worlds[index])).toBe(cold[index]);
  }
});
