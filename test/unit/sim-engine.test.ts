import { afterEach, describe, expect, test, vi } from 'vitest';
import { Physics, STEP_S } from '../../sim/engine/physics.ts';
import { PhysicsError } from '../../sim/engine/physics-error.ts';
import { createRandomStream } from '../../sim/random.ts';
import { sceneMjcf } from '../../sim/scenes/scene.ts';
import { drawScene } from '../../sim/tasks/layout.ts';
import { loadTask, mujoco } from './sim-drive.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const CUBES = sceneMjcf(drawScene(loadTask('cube-restack'), 0), 'physics');
const BALL =
  '<mujoco><option timestep="0.002"/><worldbody><geom type="plane" size="1 1 1"/><body name="ball" pos="0 0 1"><freejoint name="ball"/><geom name="ball" size="0.1"/></body></worldbody></mujoco>';

/** Gaps between blocks move the end of the memory in use a little: by a kilobyte or two, whatever the number of rounds. */
const SLACK_BYTES = 64 * 1024;

const open: Physics[] = [];
function make(mjcf = CUBES): Physics {
  const physics = new Physics(mujoco, mjcf);
  open.push(physics);
  return physics;
}
afterEach(() => {
  for (const physics of open.splice(0)) physics.dispose();
});

/** Bytes of the engine's memory. It never shrinks, so a leak shows as growth. */
function engineMemoryBytes(): number {
  const buffer = new mujoco.DoubleBuffer(1);
  const view: Float64Array = buffer.GetView();
  const bytes = view.buffer.byteLength;
  buffer.delete();
  return bytes;
}

/**
 * Where a block of 32 MB finds room, in bytes: behind everything in use, as no gap is that large. It moves up with
 * every kilobyte that is never given back.
 */
function endOfMemoryInUse(): number {
  const buffer = new mujoco.DoubleBuffer(4_000_000);
  const view: Float64Array = buffer.GetView();
  const at = view.byteOffset;
  buffer.delete();
  return at;
}

/** Steps with arbitrary but repeatable commands: the arm swings and hits table and cubes. */
function swing(physics: Physics, steps: number, streamSeed: number): string[] {
  const random = createRandomStream(streamSeed, 'swing');
  const trace: string[] = [];
  for (let k = 0; k < steps; k++) {
    const { ctrl } = physics.views;
    for (let i = 0; i < 7; i++) ctrl[i] += random.uniform(-0.05, 0.05);
    physics.step();
    const { qpos, qvel } = physics.views;
    trace.push([...qpos, ...qvel].join());
  }
  return trace;
}

function errorOf(work: () => unknown): PhysicsError {
  try {
    work();
  } catch (error) {
    if (error instanceof PhysicsError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('stepping', () => {
  test('a step takes 2 ms, and a ball falls as Galileo says', () => {
    const physics = make(BALL);
    physics.step(100);
    expect(physics.timeS).toBeCloseTo(100 * STEP_S, 12);
    // Semi-implicit Euler falls g t (t + h) / 2.
    expect(1 - physics.views.qpos[2]).toBeCloseTo((9.81 * 0.2 * (0.2 + STEP_S)) / 2, 9);
  });

  test('contacts name the geoms that touch and how deep', () => {
    const physics = make(BALL);
    expect(physics.contacts()).toEqual([]);
    physics.views.qpos[2] = 0.098;
    expect(physics.detectContacts()).toBe(1);
    const [contact] = physics.contacts();
    expect(physics.nameOf('geom', contact.geomB)).toBe('ball');
    expect(contact.distanceM).toBeCloseTo(-0.002, 9);
    expect(contact.position[2]).toBeCloseTo(-0.001, 9);
  });

  test('an unknown name is refused by name', () => {
    const physics = make(BALL);
    expect(() => physics.id('body', 'cup')).toThrow('the model has no body named "cup"');
    expect(physics.nameOf('body', physics.id('body', 'ball'))).toBe('ball');
    expect(physics.jointAddress('ball')).toEqual({ qpos: 0, qvel: 0 });
  });
});

describe('snapshots', () => {
  test('restoring in the middle of a collision goes on bit for bit as if nothing had happened', () => {
    const physics = make();
    swing(physics, 150, seed);
    const snapshot = physics.snapshot();
    const untouched = swing(physics, 200, seed + 1);
    // A detour through contacts, so that warm start, contacts and caches hold something else.
    swing(physics, 77, seed + 2);
    physics.restore(snapshot);
    expect(physics.snapshot()).toEqual(snapshot);
    expect(swing(physics, 200, seed + 1)).toEqual(untouched);
  });

  test('a snapshot goes on bit for bit in another world of the same scene', () => {
    const physics = make();
    swing(physics, 150, seed);
    const snapshot = physics.snapshot();
    const untouched = swing(physics, 200, seed + 1);
    const twin = make();
    swing(twin, 31, seed + 3);
    twin.restore(snapshot);
    expect(swing(twin, 200, seed + 1)).toEqual(untouched);
  });

  test('a snapshot is a copy: stepping on does not change it', () => {
    const physics = make();
    const snapshot = physics.snapshot();
    const before = Float64Array.from(snapshot);
    swing(physics, 20, seed);
    expect(snapshot).toEqual(before);
    physics.restore(snapshot);
    swing(physics, 20, seed);
    expect(snapshot).toEqual(before);
  });

  test('restoring brings the derived values along', () => {
    const physics = make(BALL);
    const snapshot = physics.snapshot();
    const height = physics.views.xpos[5];
    physics.step(200);
    expect(physics.views.xpos[5]).not.toBe(height);
    physics.restore(snapshot);
    expect(physics.views.xpos[5]).toBe(height);
    expect(physics.timeS).toBe(0);
  });

  test('a snapshot of another scene is refused and changes nothing', () => {
    const physics = make();
    const before = physics.snapshot();
    const error = errorOf(() => physics.restore(make(BALL).snapshot()));
    expect(error.code).toBe('SNAPSHOT_MISMATCH');
    expect(error.message).toContain('nothing was changed');
    expect(physics.snapshot()).toEqual(before);
  });

  test('reset gives the state of the first moment, and the same run after it', () => {
    const physics = make();
    const first = physics.snapshot();
    const run = swing(physics, 120, seed);
    physics.reset();
    expect(physics.snapshot()).toEqual(first);
    expect(swing(physics, 120, seed)).toEqual(run);
  });
});

describe('errors', () => {
  test.each([
    ['text that is not XML', 'hello'],
    ['an unknown element', '<mujoco><worldbody><table/></worldbody></mujoco>'],
    ['a body without mass', '<mujoco><worldbody><body><freejoint/></body></worldbody></mujoco>'],
    ['a size of zero', '<mujoco><worldbody><geom type="box" size="0 1 1"/></worldbody></mujoco>'],
    [
      'a name given twice',
      '<mujoco><worldbody><geom name="a" size="1"/><geom name="a" size="1"/></worldbody></mujoco>',
    ],
  ])("%s is refused as an invalid model, in one line, with the engine's reason", (_what, mjcf) => {
    const error = errorOf(() => make(mjcf));
    expect(error.code).toBe('INVALID_MODEL');
    expect(error.message).toMatch(/^MuJoCo refused the scene: .{10,}/);
    expect(error.message).not.toContain('\n');
    expect(error.hint).not.toBe('');
    expect(error.cause).toBeDefined();
  });

  test.each([
    ['a huge velocity', 1e12],
    ['a velocity that is no number', Number.NaN],
    ['an infinite velocity', Number.POSITIVE_INFINITY],
  ])('%s is reported as divergence, and a restored snapshot runs on as before', (_what, velocity) => {
    const silent = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const physics = make();
    const snapshot = physics.snapshot();
    const untouched = swing(physics, 60, seed);
    physics.restore(snapshot);
    physics.views.qvel[3] = velocity;
    physics.step(5);
    const error = errorOf(() => physics.assertFinite());
    expect(error.code).toBe('DIVERGED');
    expect(error.message).toMatch(/^the simulation diverged at 0\.\d{3} s/);
    physics.restore(snapshot);
    physics.assertFinite();
    expect(swing(physics, 60, seed)).toEqual(untouched);
    physics.views.qvel[3] = velocity;
    physics.step(5);
    physics.reset();
    physics.step(5);
    physics.assertFinite();
    silent.mockRestore();
  });

  test('a fast but sane motion is no divergence', () => {
    const physics = make(BALL);
    physics.views.qvel[0] = 50;
    physics.step(5);
    physics.assertFinite();
  });
});

describe('memory', () => {
  test('a disposed world refuses everything, and disposing twice is safe', () => {
    const physics = new Physics(mujoco, BALL);
    const snapshot = physics.snapshot();
    physics.dispose();
    physics.dispose();
    for (const work of [
      () => physics.step(),
      () => physics.views,
      () => physics.snapshot(),
      () => physics.restore(snapshot),
      () => physics.reset(),
      () => physics.assertFinite(),
    ]) {
      expect(errorOf(work).code).toBe('DISPOSED');
    }
  });

  test("views stay usable when other worlds make the engine's memory grow", () => {
    const first = make();
    const untouched = swing(first, 60, seed);
    first.reset();
    const before = engineMemoryBytes();
    const others: Physics[] = [];
    while (engineMemoryBytes() === before || others.length < 4) {
      others.push(make());
      expect(others.length).toBeLessThan(200);
    }
    expect(first.views.qpos.length).toBe(first.model.nq);
    expect(swing(first, 60, seed)).toEqual(untouched);
    // Jacobians and snapshots have views of their own.
    expect(first.siteJacobian(first.id('site', 'left/tool')).position.length).toBe(3 * first.model.nv);
    first.restore(first.snapshot());
    expect(swing(others[0], 60, seed)).toEqual(untouched);
  });

  test("three hundred worlds made and disposed do not make the engine's memory grow", () => {
    // The engine keeps some room free: let it settle first.
    for (let k = 0; k < 20; k++) new Physics(mujoco, CUBES).dispose();
    const before = endOfMemoryInUse();
    for (let k = 0; k < 300; k++) {
      const physics = new Physics(mujoco, CUBES);
      physics.step();
      physics.contacts();
      physics.restore(physics.snapshot());
      physics.dispose();
    }
    expect(endOfMemoryInUse() - before).toBeLessThan(SLACK_BYTES);
  });

  test("resets, snapshots and contact lists do not make the engine's memory grow", () => {
    const physics = make();
    swing(physics, 100, seed);
    const snapshot = physics.snapshot();
    const before = endOfMemoryInUse();
    for (let k = 0; k < 300; k++) physics.reset();
    for (let k = 0; k < 2000; k++) {
      physics.restore(snapshot);
      physics.snapshot();
    }
    physics.detectContacts();
    expect(physics.contacts().length).toBeGreaterThan(0);
    for (let k = 0; k < 10_000; k++) physics.contacts();
    expect(endOfMemoryInUse() - before).toBeLessThan(SLACK_BYTES);
  });

  test("refused models make the engine's memory grow by next to nothing", () => {
    const before = endOfMemoryInUse();
    for (let k = 0; k < 500; k++)
      errorOf(() => new Physics(mujoco, '<mujoco><worldbody><table/></worldbody></mujoco>'));
    // The engine itself leaves some 350 bytes behind for each model that it refuses.
    expect(endOfMemoryInUse() - before).toBeLessThan(500 * 1024);
  });
});
