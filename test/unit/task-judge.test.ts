import { afterEach, describe, expect, test } from 'vitest';
import type { Scene } from '../../sim/scenes/scene.ts';
import { add, mat3FromQuat, NO_ROTATION, type Pose, quatFromAxisAngle, type Vec3 } from '../../sim/spatial.ts';
import { describeGoal, type Goal } from '../../sim/tasks/goal.ts';
import { holds, judge } from '../../sim/tasks/judge.ts';
import type { PropState } from '../../sim/tasks/task-world.ts';
import { Drive, loadTask } from './sim-drive.ts';
import { blockAt, boxAt, TABLE_TOP_M, tableWith } from './sim-scenes.ts';

const LIFT = loadTask('cube-lift').goal;
const STACK = loadTask('cube-stack').goal;
const RESTACK = loadTask('cube-restack').goal;

const open: Drive[] = [];
function drive(scene: Scene): Drive {
  const made = new Drive(scene);
  open.push(made);
  return made;
}
afterEach(() => {
  for (const made of open.splice(0)) made.dispose();
});

const oneCube = () => drive(tableWith(boxAt('red cube', [0.5, 0])));
const twoCubes = () =>
  drive(tableWith(boxAt('red cube', [0.5, -0.1]), boxAt('green cube', [0.55, 0.1], [0.05, 0.05, 0.05])));
/** Centre of the red cube when it stands on the green one, and that much aside. */
const onGreen = (aside: Vec3 = [0, 0, 0]): Vec3 => add([0.55, 0.1, TABLE_TOP_M + 0.0705], aside);
const upright = (position: Vec3): Pose => ({ position, quatWxyz: NO_ROTATION });

describe('lifting', () => {
  test('counts while the cube is held up and still', async () => {
    const here = oneCube();
    const pose = await here.grasp('red cube');
    expect(judge(here.world, LIFT)).toMatchObject({ success: false, settled: true, progress: 0 });
    await here.go({ ...pose, position: add(pose.position, [0, 0, 0.1]) });
    expect(judge(here.world, LIFT)).toEqual({
      success: true,
      settled: true,
      progress: 1,
      parts: [{ text: 'red cube is more than 0.04 m above table', holds: true }],
    });
  });

  test.each([0.5, 1.0, 1.4, 2.5])('does not count for a cube thrown up at %d m/s through the height', async (speed) => {
    const here = oneCube();
    here.teleport('red cube', upright([0.5, -0.25, TABLE_TOP_M + 0.03]), [0, 0, speed, 0, 0, 0]);
    let passed = false;
    const stop = here.world.onTick(() => {
      passed ||= holds(here.world, LIFT);
    });
    expect(judge(here.world, LIFT).success).toBe(false);
    stop();
    expect(passed).toBe(true);
  });

  test('does not count for a cube at the top of its flight, where it stands still for an instant', async () => {
    const here = oneCube();
    here.teleport('red cube', upright([0.5, -0.25, TABLE_TOP_M + 0.3]));
    expect(here.world.propsRest).toBe(true);
    expect(holds(here.world, LIFT)).toBe(true);
    const verdict = judge(here.world, LIFT);
    expect(verdict).toMatchObject({ success: false, settled: true });
  });

  test('does not count for a cube that slips out of the grip', async () => {
    const here = drive(tableWith({ ...boxAt('red cube', [0.5, 0]), density: 11_000 }));
    const pose = await here.grasp('red cube', 40);
    await here.go({ ...pose, position: add(pose.position, [0, 0, 0.15]) });
    expect(holds(here.world, LIFT)).toBe(true);
    await here.robot.moveGripper({ arm: 'left', widthM: 0, forceN: 1 });
    expect(judge(here.world, LIFT).success).toBe(false);
  });
});

describe('stacking', () => {
  test('counts when the cube stands on the other and is let go', async () => {
    const here = twoCubes();
    expect(judge(here.world, STACK)).toMatchObject({ success: false, progress: 0.5 });
    const pose = await here.grasp('red cube');
    await here.go({ ...pose, position: add(pose.position, [0, 0, 0.2]) });
    const grasp = here.graspOf('green cube');
    await here.go({ position: onGreen([0, 0, 0.001]), quatWxyz: grasp.quatWxyz }, 0.1);
    await here.open();
    expect((await here.go({ position: onGreen([0, 0, 0.15]), quatWxyz: grasp.quatWxyz })).reached).toBe(true);
    expect(judge(here.world, STACK)).toEqual({
      success: true,
      settled: true,
      progress: 1,
      parts: [
        { text: 'red cube stands on green cube', holds: true },
        { text: 'red cube is released', holds: true },
      ],
    });
  });

  test('does not count while the cube on top is still held', async () => {
    const here = twoCubes();
    const pose = await here.grasp('red cube');
    await here.go({ ...pose, position: add(pose.position, [0, 0, 0.2]) });
    await here.go({ position: onGreen([0, 0, -0.001]), quatWxyz: here.graspOf('green cube').quatWxyz }, 0.1);
    const verdict = judge(here.world, STACK);
    expect(verdict.success).toBe(false);
    expect(verdict.parts[1]).toEqual({ text: 'red cube is released', holds: false });
  });

  test('does not count for a cube that totters over the edge and falls', async () => {
    for (const over of [0.026, 0.028, 0.032]) {
      const here = twoCubes();
      here.teleport('red cube', upright(onGreen([over, 0, 0])));
      expect(judge(here.world, STACK).success, `${over} m over the edge`).toBe(false);
    }
  });

  test('counts for a cube that overhangs but stands', async () => {
    const here = twoCubes();
    here.teleport('red cube', upright(onGreen([0.018, 0, 0])));
    expect(judge(here.world, STACK)).toMatchObject({ success: true, settled: true });
  });

  test('does not count for a cube balanced on its edge', async () => {
    for (const offBalance of [0.01, 0.03, 0.1]) {
      const here = twoCubes();
      const tilted = quatFromAxisAngle([1, 0, 0], Math.PI / 4 - offBalance);
      here.teleport('red cube', { position: onGreen([0, 0, 0.0082]), quatWxyz: tilted });
      const verdict = judge(here.world, STACK);
      // Either it was still falling when time was up, or it fell flat onto the other, which is fair.
      if (verdict.success) {
        const flat = mat3FromQuat((here.world.prop('red cube') as PropState).pose.quatWxyz)
          .slice(6)
          .map(Math.abs);
        expect(Math.max(...flat)).toBeGreaterThan(0.999);
      }
    }
  });

  test('does not count for a cube beside, below or inside the other', async () => {
    const beside: Vec3 = [0.55 + 0.046, 0.1, TABLE_TOP_M + 0.0205];
    for (const place of [beside, [0.3, 0.3, TABLE_TOP_M + 0.0205] as Vec3]) {
      const here = twoCubes();
      here.teleport('red cube', upright(place));
      expect(judge(here.world, STACK).success).toBe(false);
    }
    const swapped = twoCubes();
    swapped.teleport('green cube', upright([0.5, -0.1, TABLE_TOP_M + 0.0655]));
    expect(judge(swapped.world, STACK).parts[0].holds).toBe(false);
  });

  test('does not count for a cube that hovers close above the other', async () => {
    const here = twoCubes();
    const pose = await here.grasp('red cube');
    await here.go({ ...pose, position: add(pose.position, [0, 0, 0.2]) });
    await here.go({ position: onGreen([0, 0, 0.004]), quatWxyz: here.graspOf('green cube').quatWxyz }, 0.1);
    expect(judge(here.world, { on: { object: 'red cube', support: 'green cube' } })).toMatchObject({
      success: false,
      settled: true,
    });
  });

  test('does not count for a cube that stands on something else and only touches the other', async () => {
    const here = drive(
      tableWith(
        boxAt('red cube', [0.3, -0.3]),
        boxAt('green cube', [0.55, 0.1], [0.05, 0.05, 0.05]),
        blockAt('step', [0.55, 0.055], [0.05, 0.03, 0.05]),
      ),
    );
    here.teleport('red cube', upright(onGreen([0, -0.034, 0])));
    const touching = here.world.touching().some((pair) => pair.includes('red cube') && pair.includes('green cube'));
    await here.robot.advance(0.2);
    expect(touching || holds(here.world, { on: { object: 'red cube', support: 'step' } })).toBe(true);
    expect(judge(here.world, { on: { object: 'red cube', support: 'green cube' } })).toMatchObject({
      success: false,
      settled: true,
    });
  });

  test('does not count when the cube leans on the hand', async () => {
    const here = twoCubes();
    here.teleport('red cube', upright(onGreen([0, 0, 0])));
    // A closed hand that presses on it from above.
    await here.robot.moveGripper({ arm: 'left', widthM: 0, forceN: 30 });
    await here.go({ position: onGreen([0, 0, 0.045]), quatWxyz: here.graspOf('green cube').quatWxyz });
    const pressed = here.world.servos[0].referenceRad.slice();
    pressed[1] += 0.04;
    await here.robot.execute(await here.jointPlan([...pressed]));
    expect(
      here.world.touching().some((pair) => pair.includes('red cube') && pair.some((name) => name.includes('/'))),
    ).toBe(true);
    expect(judge(here.world, STACK).parts[1].holds).toBe(false);
  });

  test('is not confused by a prop whose name sounds like a finger', async () => {
    const here = drive(
      tableWith(boxAt('red cube', [0.5, -0.1]), boxAt('finger biscuit', [0.55, 0.1], [0.05, 0.05, 0.05])),
    );
    here.teleport('red cube', upright(onGreen()));
    const goal: Goal = {
      all: [{ on: { object: 'red cube', support: 'finger biscuit' } }, { released: { object: 'red cube' } }],
    };
    expect(judge(here.world, goal).success).toBe(true);
  });
});

describe('restacking', () => {
  test('does not count with both cubes in the air', async () => {
    const here = drive(tableWith(boxAt('green cube', [0.5, 0]), boxAt('red cube', [0.6, 0.25])));
    const pose = await here.grasp('green cube');
    await here.go({ ...pose, position: add(pose.position, [0, 0, 0.1]) });
    // Under the palm, on top of the cube that is held.
    here.teleport('red cube', { position: add(pose.position, [0, 0, 0.1402]), quatWxyz: pose.quatWxyz });
    await here.robot.advance(0.1);
    const verdict = judge(here.world, RESTACK);
    expect(verdict.success).toBe(false);
    expect(verdict.parts).toMatchObject([
      { text: 'red cube stands on green cube', holds: true },
      { text: 'green cube stands on table', holds: false },
      { text: 'red cube is released' },
    ]);
  });

  test('does not count for the stack as it was at the start', async () => {
    const here = Drive.of('cube-restack', 0);
    open.push(here);
    expect(judge(here.world, RESTACK)).toMatchObject({ success: false, settled: true });
  });
});

describe('the verdict', () => {
  test('never counts while something still moves, however good it looks', async () => {
    const here = twoCubes();
    here.teleport('red cube', upright([0.5, 0.7, 0]));
    const goal: Goal = { on: { object: 'green cube', support: 'table' } };
    const before = here.world.timeS;
    const verdict = judge(here.world, goal);
    expect(verdict).toMatchObject({ success: false, settled: false, progress: 1 });
    expect(here.world.timeS - before).toBeLessThan(3.6);
  });

  test('never counts for a goal that held only in between', async () => {
    const here = oneCube();
    const goal: Goal = { above: { object: 'red cube', reference: 'table', heightM: 0.1 } };
    // Rests in the air for the first moments of the judging, then falls.
    let ticks = 0;
    const stop = here.world.onTick(() => {
      ticks += 1;
      if (ticks < 25) here.teleport('red cube', upright([0.5, -0.25, 0.2]));
    });
    const verdict = judge(here.world, goal);
    stop();
    expect(verdict.success).toBe(false);
    expect(verdict.parts[0].holds).toBe(false);
  });

  test('never counts for a goal that came true only at the end', async () => {
    const here = twoCubes();
    let ticks = 0;
    const stop = here.world.onTick(() => {
      ticks += 1;
      // Set down so gently that nothing moves noticeably.
      if (ticks === 40) here.teleport('red cube', upright(onGreen([0, 0, -0.0006])));
    });
    const verdict = judge(here.world, { on: { object: 'red cube', support: 'green cube' } });
    stop();
    expect(holds(here.world, { on: { object: 'red cube', support: 'green cube' } })).toBe(true);
    expect(verdict).toMatchObject({ success: false, settled: true, progress: 0 });
  });

  test('takes at least six tenths of a second of a world at rest', async () => {
    const here = oneCube();
    judge(here.world, LIFT);
    expect(here.world.timeS).toBeCloseTo(0.6, 9);
  });

  test('knows any, not and held, and says everything in words', async () => {
    const here = twoCubes();
    const goal: Goal = {
      any: [{ held: { object: 'red cube' } }, { not: { on: { object: 'red cube', support: 'table' } } }],
    };
    expect(describeGoal(goal)).toBe('red cube is held or not (red cube stands on table)');
    expect(judge(here.world, goal)).toMatchObject({ success: false, progress: 0 });
    await here.grasp('red cube');
    expect(judge(here.world, goal)).toMatchObject({ success: true, progress: 1 });
    expect(judge(here.world, { not: goal }).success).toBe(false);
  });

  test('a goal about a thing that is not there does not hold', () => {
    const here = oneCube();
    for (const goal of [
      { on: { object: 'blue cube', support: 'table' } },
      { on: { object: 'red cube', support: 'shelf' } },
      { above: { object: 'blue cube', reference: 'table', heightM: 0.01 } },
      { held: { object: 'blue cube' } },
    ] satisfies Goal[]) {
      expect(holds(here.world, goal)).toBe(false);
    }
  });
});
