import { afterEach, describe, expect, test } from 'vitest';
import { type Plan, RobotError } from '../../drivers/robot.ts';
import { fastPacer, realTimePacer } from '../../drivers/simulated/pacer.ts';
import { STEP_S } from '../../sim/engine/physics.ts';
import { createRandomStream } from '../../sim/random.ts';
import { toolPose } from '../../sim/robots/panda/kinematics.ts';
import { JOINT_COUNT, PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
import type { Scene } from '../../sim/scenes/scene.ts';
import { distance, NO_ROTATION, type Pose, TOOL_DOWN, type Vec3 } from '../../sim/spatial.ts';
import { STEPS_PER_TICK, TICK_S } from '../../sim/tasks/task-world.ts';
import { Drive } from './sim-drive.ts';
import { blockAt, boxAt, HOME_RAD, TABLE_TOP_M, tableWith } from './sim-scenes.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);

const open: Drive[] = [];
function drive(scene: Scene = tableWith(), ...rest: [] | [ReturnType<typeof fastPacer>]): Drive {
  const made = new Drive(scene, ...rest);
  open.push(made);
  return made;
}
afterEach(() => {
  for (const made of open.splice(0)) made.dispose();
});

const down = (position: Vec3): Pose => ({ position, quatWxyz: TOOL_DOWN });
const TURNED = HOME_RAD.map((value, j) => value + (j === 0 ? 0.8 : 0));

/** Joint targets after every tick from now on. */
function commandedTrace(here: Drive): number[][] {
  const trace: number[][] = [];
  here.world.onTick(() => trace.push([...here.world.servos[0].referenceRad]));
  return trace;
}

/** Waits until the world has ticked `count` times more, then acts inside that very tick. */
function afterTicks(here: Drive, count: number, act: () => void): void {
  let left = count;
  const stop = here.world.onTick(() => {
    left -= 1;
    if (left > 0) return;
    stop();
    act();
  });
}

async function errorOf(promise: Promise<unknown>): Promise<RobotError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof RobotError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('carrying out a plan', () => {
  test('runs exactly the planned samples, one per physics step', async () => {
    const here = drive();
    const plan = await here.jointPlan(TURNED);
    const trace = commandedTrace(here);
    const result = await here.robot.execute(plan);
    expect(result.reached).toBe(true);
    const { jointPositionsRad } = plan.arms[0];
    trace.forEach((reference, tick) => {
      const row = Math.min((tick + 1) * STEPS_PER_TICK, plan.sampleCount - 1);
      const wanted = jointPositionsRad.subarray(row * JOINT_COUNT, (row + 1) * JOINT_COUNT);
      for (let j = 0; j < JOINT_COUNT; j++) expect(Math.abs(reference[j] - wanted[j])).toBeLessThan(1e-12);
    });
    expect(trace.length * TICK_S).toBeGreaterThanOrEqual(plan.durationS - TICK_S);
    expect(plan.periodS).toBe(STEP_S);
  });

  test('follows closely: within 4 mm on the way, within 1 mm at the end, within half a second of the planned time', async () => {
    const here = drive();
    const random = createRandomStream(seed, 'tracking');
    let [onTheWay, atTheEnd, late] = [0, 0, 0];
    here.world.onTick(() => {
      const wanted = toolPose(here.world.servos[0].referenceRad).position;
      onTheWay = Math.max(onTheWay, distance(wanted, here.world.tool(0).position));
    });
    for (let k = 0; k < 12; k++) {
      const plan = await here.jointPlan(HOME_RAD.map((value) => value + random.uniform(-0.3, 0.3)));
      const result = await here.robot.execute(plan);
      expect(result.reason).toBe('reached');
      atTheEnd = Math.max(atTheEnd, result.positionErrorM);
      late = Math.max(late, result.durationS - plan.durationS);
    }
    expect(onTheWay).toBeLessThan(0.004);
    expect(atTheEnd).toBeLessThan(0.001);
    expect(late).toBeLessThan(0.5);
  });

  test('measured joints stay inside the published speeds, and inside the limits', async () => {
    const here = drive();
    const { speedRadPerS } = PANDA_JOINT_LIMITS;
    let top = 0;
    here.world.onTick(() => {
      const { qvel } = here.world.physics.views;
      for (let j = 0; j < JOINT_COUNT; j++) top = Math.max(top, Math.abs(qvel[j]) / speedRadPerS[j]);
    });
    for (const joints of [TURNED, HOME_RAD.map((value, j) => value + (j === 6 ? -1.5 : 0)), HOME_RAD]) {
      await here.robot.execute(await here.jointPlan(joints));
    }
    expect(top).toBeLessThan(1);
    expect(top).toBeGreaterThan(0.4);
  });

  test('a plan that goes nowhere is reached at once', async () => {
    const here = drive();
    const plan = await here.jointPlan([...here.world.servos[0].referenceRad]);
    expect(plan.sampleCount).toBe(1);
    const result = await here.robot.execute(plan);
    expect(result.reached).toBe(true);
    expect(result.durationS).toBeLessThan(0.1);
  });

  test('runs slower when asked to', async () => {
    const here = drive();
    const fast = await here.jointPlan(TURNED, 1);
    const slow = await here.jointPlan(TURNED, 0.5);
    expect(slow.durationS / fast.durationS).toBeGreaterThan(1.4);
    expect((await here.robot.execute(slow)).reached).toBe(true);
  });

  test.each<[string, (plan: Plan) => Plan]>([
    [
      'a plan whose samples were changed',
      (plan) => {
        plan.arms[0].jointPositionsRad[40 * JOINT_COUNT] += 0.01;
        return plan;
      },
    ],
    ['a copy of a plan', (plan) => ({ ...plan })],
    ['a plan of no robot', (plan) => ({ ...plan, id: 'plan-99' })],
  ])('%s is unknown, and moves nothing', async (_what, spoil) => {
    const here = drive();
    const before = here.world.physics.snapshot();
    const error = await errorOf(here.robot.execute(spoil(await here.jointPlan(TURNED))));
    expect(error.code).toBe('UNKNOWN_PLAN');
    expect(error.message).toContain('the arm is still');
    expect(here.world.physics.snapshot()).toEqual(before);
  });

  test('samples changed after the start do not change the motion', async () => {
    const here = drive();
    const plan = await here.jointPlan(TURNED);
    afterTicks(here, 5, () => plan.arms[0].jointPositionsRad.fill(0));
    expect((await here.robot.execute(plan)).reached).toBe(true);
    expect(here.world.servos[0].referenceRad[0]).toBeCloseTo(TURNED[0], 9);
  });

  test('a plan from elsewhere is a start mismatch that names the joint', async () => {
    const here = drive();
    const plan = await here.jointPlan(HOME_RAD);
    await here.robot.execute(await here.jointPlan(TURNED));
    const error = await errorOf(here.robot.execute(plan));
    expect(error.code).toBe('START_MISMATCH');
    expect(error.message).toMatch(/0\.[78]\d+ rad away from joint 1 of the left arm; the arm is still/);
  });

  test('only the newest plans are kept', async () => {
    const here = drive();
    const first = await here.jointPlan(TURNED);
    for (let k = 0; k < 64; k++) await here.jointPlan(TURNED);
    expect((await errorOf(here.robot.execute(first))).code).toBe('UNKNOWN_PLAN');
  });
});

describe('refusing', () => {
  test.each<[string, (here: Drive) => Promise<unknown>, RegExp]>([
    ['a joint outside its limits', (here) => here.jointPlan([0, 0, 0, 0, 0, 1, 0]), /joint 4 at 0 rad is outside/],
    ['a joint that is no number', (here) => here.jointPlan([0, 0, Number.NaN, -1, 0, 1, 0]), /joint 3 at NaN rad/],
    ['six joints', (here) => here.jointPlan([0, 0, 0, -1, 0, 1]), /rows of 7 angles, not 13 numbers/],
    ['no path', (here) => here.robot.plan({ paths: [], speedScale: 1, toolSpeedMPerS: 1 }), /at least one arm/],
    [
      'an arm it has not',
      (here) =>
        here.robot.plan({
          paths: [{ arm: 'right', kind: 'stops', points: new Float64Array(7) }],
          speedScale: 1,
          toolSpeedMPerS: 1,
        }),
      /no right arm/,
    ],
    [
      'two paths for one arm',
      (here) => {
        const path = { arm: 'left', kind: 'stops', points: Float64Array.from(HOME_RAD) } as const;
        return here.robot.plan({ paths: [path, path], speedScale: 1, toolSpeedMPerS: 1 });
      },
      /the left arm has two paths/,
    ],
    ['no speed', (here) => here.jointPlan(TURNED, 0), /speedScale 0 is outside/],
    ['twice the speed', (here) => here.jointPlan(TURNED, 2), /speedScale 2 is outside/],
    ['a speed that is no number', (here) => here.jointPlan(TURNED, Number.NaN), /speedScale NaN/],
    ['a speed that takes hours', (here) => here.jointPlan(TURNED, 1e-5), /more than 600 s/],
    [
      'a gripper wider than it opens',
      (here) => here.robot.moveGripper({ arm: 'left', widthM: 0.09, forceN: 30 }),
      /0\.09 m is outside 0\.\.0\.08/,
    ],
    ['a force it has not', (here) => here.robot.moveGripper({ arm: 'left', widthM: 0, forceN: 71 }), /71 N is outside/],
    ['no force', (here) => here.robot.moveGripper({ arm: 'left', widthM: 0, forceN: 0 }), /0 N is outside/],
    ['to wait backwards', (here) => here.robot.advance(-1), /wait -1 s/],
    ['to wait for ever', (here) => here.robot.advance(Number.POSITIVE_INFINITY), /wait Infinity s/],
  ])('%s: says why, and that the arm is still', async (_what, ask, words) => {
    const here = drive();
    const before = here.world.physics.snapshot();
    const error = await errorOf(ask(here));
    expect(error.code).toBe('INVALID_PLAN');
    expect(error.message).toMatch(words);
    expect(error.message).toContain('the arm is still');
    expect(error.hint).not.toBe('');
    expect(here.world.physics.snapshot()).toEqual(before);
  });

  test('a second command while one is under way is busy, whatever it is', async () => {
    const here = drive();
    const motion = here.robot.execute(await here.jointPlan(TURNED));
    for (const second of [
      here.robot.advance(0.1),
      here.robot.moveGripper({ arm: 'left', widthM: 0.02, forceN: 30 }),
      here.robot.execute(await here.jointPlan(HOME_RAD)),
    ]) {
      expect((await errorOf(second)).code).toBe('BUSY');
    }
    expect((await motion).reached).toBe(true);
  });

  test('a command from inside a tick of another is busy, too', async () => {
    const here = drive();
    const inner: Promise<RobotError>[] = [];
    afterTicks(here, 1, () => inner.push(errorOf(here.robot.advance(0.1))));
    await here.robot.advance(0.05);
    expect((await inner[0]).code).toBe('BUSY');
  });
});

describe('stopping', () => {
  test('in mid-motion brings the arm to rest on its path, inside the published accelerations', async () => {
    const { accelerationRadPerS2 } = PANDA_JOINT_LIMITS;
    for (const ticks of [3, 12, 25, 45, 70]) {
      const here = drive();
      const plan = await here.jointPlan([1.2, 0.4, 0.2, -2.2, -0.3, 2.4, 0.2]);
      const steps: number[][] = [];
      const stepping = here.world.servos[0];
      const original = stepping.step.bind(stepping);
      stepping.step = () => {
        original();
        steps.push([...stepping.referenceRad]);
      };
      const motion = here.robot.execute(plan);
      const reports: Promise<unknown>[] = [];
      afterTicks(here, ticks, () => reports.push(here.robot.stop('test')));
      const result = await motion;
      expect(result).toMatchObject({ reached: false, reason: 'stopped' });
      expect(await reports[0]).toMatchObject({ sent: true, restConfirmed: true });
      let top = 0;
      for (let k = 2; k < steps.length; k++) {
        for (let j = 0; j < JOINT_COUNT; j++) {
          const bend = Math.abs(steps[k][j] - 2 * steps[k - 1][j] + steps[k - 2][j]) / (STEP_S * STEP_S);
          top = Math.max(top, bend / accelerationRadPerS2[j]);
        }
      }
      expect(top, `stopped after ${ticks} ticks`).toBeLessThanOrEqual(1);
      // It never left the planned way: every target lies between two planned samples.
      for (const reference of steps) expect(distanceFromPath(reference, plan)).toBeLessThan(1e-9);
      const { mode, arms } = await here.robot.state();
      expect(mode).toBe('stopped');
      expect(Math.max(...arms[0].jointVelocitiesRadPerS.map(Math.abs))).toBeLessThan(0.02);
      here.world.tick();
      here.dispose();
      open.splice(0);
    }
  });

  test('takes less than half a second from any speed, and says how long it took', async () => {
    const here = drive();
    const motion = here.robot.execute(await here.jointPlan(TURNED));
    let asked = 0;
    let report: Promise<{ stopDurationS: number | null }> | undefined;
    afterTicks(here, 40, () => {
      asked = here.world.timeS;
      report = here.robot.stop('test');
    });
    await motion;
    const took = (await report)?.stopDurationS ?? Number.NaN;
    expect(took).toBeGreaterThan(0.02);
    expect(took).toBeLessThan(0.7);
    expect(here.world.timeS - asked).toBeGreaterThanOrEqual(took - 1e-9);
  });

  test('latches: nothing runs until it is cleared, and what was cut cannot be run again', async () => {
    const here = drive();
    const [cut, spare] = [await here.jointPlan(TURNED), await here.jointPlan(TURNED)];
    const motion = here.robot.execute(cut);
    afterTicks(here, 20, () => void here.robot.stop('test'));
    await motion;
    await here.robot.stop('test');
    const still = here.world.physics.snapshot();
    for (const refused of [
      here.robot.execute(spare),
      here.robot.moveGripper({ arm: 'left', widthM: 0.02, forceN: 30 }),
      here.robot.advance(0.1),
    ]) {
      expect((await errorOf(refused)).code).toBe('STOPPED');
    }
    expect(here.world.physics.snapshot()).toEqual(still);
    await here.robot.clearStop();
    expect(here.world.physics.snapshot()).toEqual(still);
    for (const plan of [cut, spare]) expect((await errorOf(here.robot.execute(plan))).code).toBe('UNKNOWN_PLAN');
    expect((await here.robot.execute(await here.jointPlan(TURNED))).reached).toBe(true);
  });

  test('clearing while it still brakes waits for rest, and the motion ends as stopped', async () => {
    const here = drive();
    const motion = here.robot.execute(await here.jointPlan(TURNED));
    let cleared: Promise<void> | undefined;
    afterTicks(here, 40, () => {
      void here.robot.stop('test');
      cleared = here.robot.clearStop();
    });
    expect((await motion).reason).toBe('stopped');
    await cleared;
    expect((await here.robot.state()).mode).toBe('idle');
  });

  test('twice at once, and at rest, gives the same calm answer', async () => {
    const here = drive();
    const motion = here.robot.execute(await here.jointPlan(TURNED));
    const reports: Promise<unknown>[] = [];
    afterTicks(here, 30, () => reports.push(here.robot.stop('one'), here.robot.stop('two')));
    await motion;
    const [one, two] = await Promise.all(reports);
    expect(one).toMatchObject({ sent: true, restConfirmed: true });
    expect(two).toEqual(one);
    expect(await here.robot.stop('three')).toEqual({ sent: true, restConfirmed: true, stopDurationS: 0 });
  });

  test('a stop from inside the very first tick of a motion is a stop', async () => {
    const here = drive();
    let report: Promise<unknown> | undefined;
    afterTicks(here, 1, () => {
      report = here.robot.stop('test');
    });
    expect((await here.robot.execute(await here.jointPlan(TURNED))).reason).toBe('stopped');
    expect(await report).toMatchObject({ restConfirmed: true });
  });

  test('while the gripper opens or closes, the fingers stay where they are', async () => {
    for (const widthM of [0, 0.08]) {
      const here = drive();
      await here.robot.moveGripper({ arm: 'left', widthM: 0.04, forceN: 30 });
      const moving = errorOf(here.robot.moveGripper({ arm: 'left', widthM, forceN: 30 }));
      let at = 0;
      let mode: string | undefined;
      afterTicks(here, 8, () => {
        at = here.world.widthM(0);
        void here.robot.state().then((state) => {
          mode = state.mode;
        });
        void here.robot.stop('test');
      });
      expect((await moving).code).toBe('STOPPED');
      expect(mode).toBe('moving');
      await here.robot.stop('test');
      await here.robot.clearStop();
      await here.robot.advance(0.5);
      // The command runs a little ahead of the fingers.
      expect(Math.abs(here.world.widthM(0) - at)).toBeLessThan(0.008);
      expect(Math.abs(here.world.widthM(0) - 0.04)).toBeGreaterThan(0.005);
      expect(Math.abs(here.world.widthM(0) - widthM)).toBeGreaterThan(0.02);
      expect((await here.robot.state()).arms[0].holding).toBe(false);
    }
  });

  test('while carrying something, it is not dropped', async () => {
    const here = drive(tableWith(boxAt('red cube', [0.5, 0])));
    const pose = await here.grasp('red cube');
    const [plan] = await here.plans({ kind: 'tool', pose: { ...pose, position: [0.5, 0, 0.2] }, approachM: 0 });
    const motion = here.robot.execute(plan);
    afterTicks(here, 30, () => void here.robot.stop('test'));
    expect((await motion).reason).toBe('stopped');
    await here.robot.clearStop();
    await here.robot.advance(1);
    expect(here.world.heldProp(0)).toBe('red cube');
    expect((await here.go({ ...pose, position: [0.5, 0.1, 0.2] })).reached).toBe(true);
  });

  test('after closing, nothing is sent any more and nothing moves', async () => {
    const here = drive();
    const motion = here.robot.execute(await here.jointPlan(TURNED));
    afterTicks(here, 20, () => void here.robot.close());
    expect((await motion).reason).toBe('stopped');
    await here.robot.close();
    const still = here.world.physics.snapshot();
    expect(await here.robot.stop('test')).toEqual({ sent: false, restConfirmed: false, stopDurationS: null });
    await here.robot.clearStop();
    expect((await errorOf(here.jointPlan(TURNED))).code).toBe('DISCONNECTED');
    expect((await errorOf(here.robot.advance(1))).code).toBe('DISCONNECTED');
    expect(here.world.physics.snapshot()).toEqual(still);
  });
});

describe('giving up by a signal', () => {
  test('before the start, nothing begins', async () => {
    const here = drive();
    const plan = await here.jointPlan(TURNED);
    const before = here.world.physics.snapshot();
    const gone = AbortSignal.abort();
    await expect(here.robot.execute(plan, gone)).rejects.toThrow();
    await expect(here.robot.moveGripper({ arm: 'left', widthM: 0, forceN: 30 }, gone)).rejects.toThrow();
    await expect(here.robot.advance(1, gone)).rejects.toThrow();
    expect(here.world.physics.snapshot()).toEqual(before);
    expect(here.world.timeS).toBe(0);
  });

  test('in mid-motion the arm comes to rest and the motion says stopped, without a latch', async () => {
    const here = drive();
    const abort = new AbortController();
    afterTicks(here, 30, () => abort.abort());
    const result = await here.robot.execute(await here.jointPlan(TURNED), abort.signal);
    expect(result).toMatchObject({ reached: false, reason: 'stopped' });
    expect((await here.robot.state()).mode).toBe('idle');
    expect((await here.robot.execute(await here.jointPlan(TURNED))).reached).toBe(true);
  });

  test('in a wait or a grip it ends', async () => {
    const here = drive();
    for (const command of [
      (signal: AbortSignal) => here.robot.advance(100, signal),
      (signal: AbortSignal) => here.robot.moveGripper({ arm: 'left', widthM: 0, forceN: 30 }, signal),
    ]) {
      const abort = new AbortController();
      afterTicks(here, 10, () => abort.abort());
      expect((await errorOf(command(abort.signal))).code).toBe('STOPPED');
    }
    expect(here.world.timeS).toBeLessThan(1);
  });

  test('an opening that was never begun keeps what is held', async () => {
    const here = drive(tableWith(boxAt('red cube', [0.5, 0])));
    await here.grasp('red cube');
    await expect(
      here.robot.moveGripper({ arm: 'left', widthM: 0.08, forceN: 30 }, AbortSignal.abort()),
    ).rejects.toThrow();
    expect(here.world.heldProp(0)).toBe('red cube');
  });
});

describe('what goes wrong on the way', () => {
  test('an object taken out of the grip is reported as lost, and the arm stops', async () => {
    const here = drive(tableWith(boxAt('red cube', [0.5, 0])));
    const pose = await here.grasp('red cube');
    await here.go({ ...pose, position: [0.5, 0, 0.15] });
    afterTicks(here, 20, () =>
      here.teleport('red cube', { position: [0.8, 0.3, TABLE_TOP_M + 0.021], quatWxyz: NO_ROTATION }),
    );
    const result = await here.go({ ...pose, position: [0.5, 0.3, 0.15] });
    expect(result).toMatchObject({ reached: false, reason: 'object-lost' });
    expect((await here.robot.state()).arms[0].holding).toBe(false);
    expect(here.world.tool(0).position[1]).toBeLessThan(0.25);
    expect((await here.go({ ...pose, position: [0.5, 0, 0.15] })).reached).toBe(true);
  });

  test('a grip too weak to carry loses its object, and says so', async () => {
    const heavy = { ...boxAt('lead cube', [0.5, 0]), density: 11_000 };
    const here = drive(tableWith(heavy));
    const pose = await here.grasp('lead cube', 1);
    const result = await here.go({ ...pose, position: [0.5, 0, 0.2] });
    expect(result.reason).toBe('object-lost');
    expect(here.world.prop('lead cube')?.pose.position[2]).toBeLessThan(0);
  });

  test('an arm that runs into furniture is reported, does not hang, stops pushing, and can be moved again', async () => {
    const here = drive(tableWith(blockAt('wall', [0.45, 0.3], [0.3, 0.04, 0.4])));
    // Past the planner: a joint plan straight through the wall.
    const plan = await here.jointPlan([1.2, ...HOME_RAD.slice(1)]);
    const result = await here.robot.execute(plan);
    expect(result).toMatchObject({ reached: false, reason: 'not-reached' });
    expect(result.positionErrorM).toBeGreaterThan(0.1);
    expect(result.durationS).toBeLessThan(plan.durationS + 2);
    const { arms, mode } = await here.robot.state();
    expect(mode).toBe('idle');
    for (let j = 0; j < JOINT_COUNT; j++) {
      expect(Math.abs(arms[0].jointPositionsRad[j] - arms[0].commandedPositionsRad[j])).toBeLessThan(0.01);
    }
    expect((await here.robot.execute(await here.jointPlan(HOME_RAD))).reached).toBe(true);
    expect((await here.go(down([0.5, 0, 0.1]))).reached).toBe(true);
  });

  test('an arm held up at the very end of its way is not reached either', async () => {
    const here = drive();
    await here.go(down([0.5, 0, TABLE_TOP_M + 0.02]));
    const lower = [...here.world.servos[0].referenceRad];
    lower[1] += 0.06;
    const result = await here.robot.execute(await here.jointPlan(lower));
    expect(result).toMatchObject({ reached: false, reason: 'not-reached' });
    expect((await here.go(down([0.5, 0, 0.1]))).reached).toBe(true);
  });

  test('a world that falls apart is a fault of every command from then on, and never a silence', async () => {
    const here = drive();
    const plan = await here.jointPlan(TURNED);
    afterTicks(here, 5, () => {
      here.world.physics.views.qvel[2] = Number.NaN;
    });
    const error = await errorOf(here.robot.execute(plan));
    expect(error.code).toBe('PHYSICS_DIVERGED');
    expect(error.hint).toContain('reset');
    expect((await here.robot.state()).mode).toBe('fault');
    expect((await errorOf(here.robot.advance(1))).code).toBe('PHYSICS_DIVERGED');
    expect(await here.robot.stop('test')).toEqual({ sent: false, restConfirmed: false, stopDurationS: null });
  });
});

describe('pacing', () => {
  test('changes nothing but the time it takes', async () => {
    const run = async (pace: ReturnType<typeof fastPacer>) => {
      const here = drive(tableWith(boxAt('red cube', [0.5, 0])), pace);
      await here.robot.execute(await here.jointPlan(TURNED));
      await here.robot.moveGripper({ arm: 'left', widthM: 0.03, forceN: 30 });
      return here.world.trace.digestHex();
    };
    expect(await run(realTimePacer(50))).toBe(await run(fastPacer()));
  });

  test('at real time a second of robot time takes a second', async () => {
    const here = drive(tableWith(), realTimePacer(4));
    const start = performance.now();
    await here.robot.advance(1);
    const tookMs = performance.now() - start;
    expect(tookMs).toBeGreaterThan(200);
    expect(tookMs).toBeLessThan(5000);
  });

  test('a fast world still lets the event loop have its turn', async () => {
    const here = drive();
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    await here.robot.advance(20);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
  });
});

/** How far a posture is from the polyline through the samples of a plan: the largest joint distance. */
function distanceFromPath(posture: readonly number[], plan: Plan): number {
  const { jointPositionsRad: rows } = plan.arms[0];
  let nearest = Number.POSITIVE_INFINITY;
  for (let k = 0; k + 1 < plan.sampleCount; k++) {
    let [along, whole] = [0, 0];
    for (let j = 0; j < JOINT_COUNT; j++) {
      const step = rows[(k + 1) * JOINT_COUNT + j] - rows[k * JOINT_COUNT + j];
      along += (posture[j] - rows[k * JOINT_COUNT + j]) * step;
      whole += step * step;
    }
    const t = whole === 0 ? 0 : Math.min(Math.max(along / whole, 0), 1);
    let off = 0;
    for (let j = 0; j < JOINT_COUNT; j++) {
      const here = rows[k * JOINT_COUNT + j] + t * (rows[(k + 1) * JOINT_COUNT + j] - rows[k * JOINT_COUNT + j]);
      off = Math.max(off, Math.abs(posture[j] - here));
    }
    nearest = Math.min(nearest, off);
  }
  return nearest;
}
