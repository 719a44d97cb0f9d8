import { describe, expect, test } from 'vitest';
import { fastPacer, realTimePacer } from '../../drivers/simulated/pacer.ts';
import { PhysicsError } from '../../sim/engine/physics-error.ts';
import { add, distance, NO_ROTATION, type Pose } from '../../sim/spatial.ts';
import { drawScene } from '../../sim/tasks/layout.ts';
import { TICK_S } from '../../sim/tasks/task-world.ts';
import { Drive, loadTask, TASK_NAMES, withDrive } from './sim-drive.ts';
import { boxAt, LEFT_ARM, TABLE_TOP_M, tableWith } from './sim-scenes.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);

/** What a program of the task would do first: fetch a cube, carry it aside, let go; a call after every step. */
async function* work(here: Drive): AsyncGenerator<string> {
  const [{ name }] = here.world.props().slice(-1);
  const pose = await here.grasp(name);
  yield here.world.trace.digestHex();
  await here.go({ ...pose, position: add(pose.position, [0, 0, 0.15]) });
  yield here.world.trace.digestHex();
  await here.go({ ...pose, position: [0.4, 0.25, TABLE_TOP_M + 0.03] }, 0.08);
  yield here.world.trace.digestHex();
  await here.open();
  await here.robot.advance(0.3);
  yield here.world.trace.digestHex();
}

async function all(steps: AsyncGenerator<string>): Promise<string[]> {
  const digests: string[] = [];
  for await (const digest of steps) digests.push(digest);
  return digests;
}

describe('one seed', () => {
  test.each(TASK_NAMES)('of %s moves bit for bit alike in two worlds that take turns, and alone', async (name) => {
    const [one, other] = [Drive.of(name, seed), Drive.of(name, seed)];
    const [oneSteps, otherSteps] = [work(one), work(other)];
    const pairs: string[][] = [];
    for (;;) {
      const [a, b] = [await oneSteps.next(), await otherSteps.next()];
      if (a.done || b.done) break;
      pairs.push([a.value, b.value]);
    }
    one.dispose();
    other.dispose();
    expect(pairs.length).toBe(4);
    for (const [a, b] of pairs) expect(a).toBe(b);
    const alone = Drive.of(name, seed);
    expect(await all(work(alone))).toEqual(pairs.map(([a]) => a));
    alone.dispose();
  });

  test('moves alike at once, interleaved tick by tick, and at any pace', async () => {
    const drives = [fastPacer(), realTimePacer(100), fastPacer()].map((pace) => Drive.of('cube-stack', seed, pace));
    const digests = await Promise.all(drives.map((here) => all(work(here))));
    for (const here of drives) here.dispose();
    expect(digests[1]).toEqual(digests[0]);
    expect(digests[2]).toEqual(digests[0]);
  });

  test('another seed moves differently', async () => {
    const digests = await Promise.all([0, 1].map((k) => withDrive('cube-lift', seed + k, (here) => all(work(here)))));
    expect(digests[0][0]).not.toBe(digests[1][0]);
  });

  test('looking at the world changes nothing', async () => {
    const plain = await withDrive('cube-lift', seed, (here) => all(work(here)));
    const watched = await withDrive('cube-lift', seed, async (here) => {
      here.world.onTick(() => {
        here.world.props();
        here.world.bodyPoses();
        here.world.touching();
        here.world.heldProp(0);
        here.world.snapshot();
        void here.robot.state();
        void here.world.propsRest;
      });
      return all(work(here));
    });
    expect(watched).toEqual(plain);
  });
});

describe('a twin', () => {
  test('made from a snapshot sees, plans and moves bit for bit as the world it copies', async () => {
    const scene = drawScene(loadTask('cube-stack'), seed);
    const [live, twin] = [new Drive(scene), new Drive(scene)];
    const pose = await live.grasp('red cube');
    await live.go({ ...pose, position: add(pose.position, [0, 0, 0.12]) });
    twin.world.restore(live.world.snapshot());
    expect(twin.world.timeS).toBe(live.world.timeS);
    expect(twin.world.props()).toEqual(live.world.props());
    expect(twin.world.heldProp(0)).toBe('red cube');
    expect((await twin.robot.state()).arms).toEqual((await live.robot.state()).arms);
    const goal = { ...pose, position: add(pose.position, [0.05, 0.1, 0.1]) };
    const ask = { kind: 'tool', pose: goal, approachM: 0.05 } as const;
    expect(await twin.scene.planMove('left', ask)).toEqual(await live.scene.planMove('left', ask));
    for (const here of [twin, live]) {
      await here.go(goal, 0.05);
      await here.open();
      await here.robot.advance(0.5);
    }
    expect(twin.world.physics.snapshot()).toEqual(live.world.physics.snapshot());
    expect(twin.world.props()).toEqual(live.world.props());
    live.dispose();
    twin.dispose();
  });

  test('of a moving world holds still where the arm was told to be', async () => {
    const scene = drawScene(loadTask('cube-lift'), seed);
    const [live, twin] = [new Drive(scene), new Drive(scene)];
    const start = live.world.tool(0).position;
    const [plan] = await live.plans({
      kind: 'tool',
      pose: { position: add(start, [0, 0, 0.2]), quatWxyz: [0, 1, 0, 0] },
      approachM: 0,
    });
    let ticks = 0;
    const stop = live.world.onTick(() => {
      ticks += 1;
      if (ticks === 20) twin.world.restore(live.world.snapshot());
    });
    await live.robot.execute(plan);
    stop();
    await twin.robot.advance(1);
    expect((await twin.robot.state()).mode).toBe('idle');
    const height = twin.world.tool(0).position[2] - start[2];
    expect(height).toBeGreaterThan(0.005);
    expect(height).toBeLessThan(0.15);
    live.dispose();
    twin.dispose();
  });

  test('cannot be made from a world of another scene', () => {
    const one = new Drive(tableWith(boxAt('red cube', [0.5, 0])));
    const none = new Drive(tableWith());
    const noArm = new Drive({
      ...tableWith(),
      arms: [
        LEFT_ARM,
        { ...LEFT_ARM, side: 'right', worldFromBase: { position: [1.2, 0, 0], quatWxyz: [0, 0, 0, 1] } },
      ],
    });
    const before = none.world.physics.snapshot();
    for (const other of [one, noArm]) {
      try {
        none.world.restore(other.world.snapshot());
        expect.unreachable();
      } catch (error) {
        expect(error).toBeInstanceOf(PhysicsError);
        expect(error).toMatchObject({
          code: 'SNAPSHOT_MISMATCH',
          message: expect.stringContaining('nothing was changed'),
        });
      }
    }
    expect(none.world.physics.snapshot()).toEqual(before);
    for (const here of [one, none, noArm]) here.dispose();
  });
});

describe('the clock', () => {
  test('goes by ticks of ten milliseconds, and only when told to', async () => {
    await withDrive('cube-lift', 0, async (here) => {
      expect(here.world.timeS).toBe(0);
      let calls = 0;
      const stop = here.world.onTick(() => {
        calls += 1;
      });
      for (let k = 0; k < 5; k++) here.world.tick();
      expect(calls).toBe(5);
      expect(here.world.timeS).toBeCloseTo(5 * TICK_S, 12);
      stop();
      here.world.tick();
      expect(calls).toBe(5);
      await here.robot.advance(0.37);
      expect(here.world.timeS).toBeCloseTo(0.06 + 0.37, 9);
    });
  });

  test('every tick is in the trace, and so is every number of it', async () => {
    const digest = (spoil: (here: Drive) => void) =>
      withDrive('cube-lift', 0, (here) => {
        here.world.tick();
        spoil(here);
        here.world.tick();
        return here.world.trace.digestHex();
      });
    const plain = await digest(() => undefined);
    expect(await digest(() => undefined)).toBe(plain);
    expect(await digest((here) => here.world.tick())).not.toBe(plain);
    expect(
      await digest((here) => {
        here.world.physics.views.qpos[0] += 1e-15;
      }),
    ).not.toBe(plain);
  });
});

describe('the true state', () => {
  test('names every prop, and nothing else', async () => {
    await withDrive('cube-stack', 0, (here) => {
      expect(here.world.props().map(({ name }) => name)).toEqual(['red cube', 'green cube']);
      expect(here.world.prop('table')).toBeUndefined();
      expect(here.world.prop('left/hand')).toBeUndefined();
    });
  });

  test('is of this very moment, not of the step before', async () => {
    await withDrive('cube-lift', 0, (here) => {
      here.teleport('red cube', { position: [0.5, -0.2, 0.5], quatWxyz: NO_ROTATION }, [1, 0, 0, 0, 0, 0]);
      here.world.tick();
      const pose = here.world.prop('red cube')?.pose as Pose;
      expect(pose.position[0]).toBeCloseTo(0.5 + 1 * TICK_S, 6);
    });
  });

  test('gives what is seen for every moving body', async () => {
    await withDrive('cube-stack', 0, (here) => {
      const poses = new Map(here.world.bodyPoses().map(({ name, pose }) => [name, pose]));
      for (const name of ['left/link0', 'left/link7', 'left/hand', 'left/left_finger', 'red cube', 'green cube']) {
        expect(poses.has(name), name).toBe(true);
      }
      const red = poses.get('red cube') as Pose;
      expect(distance(red.position, here.world.prop('red cube')?.pose.position ?? [9, 9, 9])).toBeLessThan(1e-6);
    });
  });

  test('knows which prop is held, among several that touch', async () => {
    const here = new Drive(tableWith(boxAt('green cube', [0.6, 0.2]), boxAt('red cube', [0.5, 0])));
    expect(here.world.heldProp(0)).toBeUndefined();
    const pose = await here.grasp('red cube');
    expect(here.world.heldProp(0)).toBe('red cube');
    // Another one that only leans on a finger from outside is not held. A pad is 12 mm thick.
    here.teleport('green cube', { position: add(pose.position, [0, 0.0515, 0]), quatWxyz: NO_ROTATION });
    const onPad = here.world.touching().some((pair) => pair.includes('green cube') && pair.join().includes('pad'));
    expect(onPad).toBe(true);
    expect(here.world.heldProp(0)).toBe('red cube');
    here.teleport('green cube', { position: [0.6, 0.2, TABLE_TOP_M + 0.02], quatWxyz: NO_ROTATION });
    await here.open();
    expect(here.world.heldProp(0)).toBeUndefined();
    here.dispose();
  });
});
