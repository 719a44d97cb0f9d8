// Owns the contract of the Robot port as tests: whatever stands behind the port must pass them unchanged. Must never use
// anything that the port does not have, and never needs more room than a tenth of a radian around the start.
//
// The robots to test start at rest, not stopped, with nothing between the pads of any gripper and nothing within 0.1 m
// of the arm.

import { describe, expect, onTestFinished, test } from 'vitest';
import type { ArmSide, JointPath, Plan, PlanRequest, Robot, ServoCommand } from '../../drivers/robot.ts';
import { createLinkFrames, forwardKinematics, frameOrigin, TOOL_FRAME } from '../../sim/robots/panda/kinematics.ts';
import { JOINT_COUNT, PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
import { distance } from '../../sim/spatial.ts';

/** How far the motions of these tests turn a joint, radians. */
const TURN_RAD = 0.1;
/** Robot time between two commands of a closed loop, seconds. */
const PERIOD_S = 0.02;
/** A joint this close to where it should be is there, radians. */
const THERE_RAD = 0.02;

export function describeRobotContract(name: string, makeRobot: () => Robot | Promise<Robot>): void {
  const open = async () => {
    const robot = await makeRobot();
    onTestFinished(() => robot.close());
    return robot;
  };

  describe(`${name} as a Robot: its state`, () => {
    test('names every arm it has, with seven joints each and a unit quaternion for the tool', async () => {
      const robot = await open();
      const state = await robot.state();
      expect(robot.identity.id).not.toBe('');
      expect(state.arms).toHaveLength(robot.identity.arms);
      expect(state.mode).toBe('idle');
      for (const arm of state.arms) {
        for (const row of [arm.jointPositionsRad, arm.jointVelocitiesRadPerS, arm.commandedPositionsRad]) {
          expect(row).toHaveLength(JOINT_COUNT);
          expect(row.every(Number.isFinite)).toBe(true);
        }
        expect(arm.externalTorquesNm).toHaveLength(JOINT_COUNT);
        expect(arm.tool.quatWxyz.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 6);
        expect(arm.gripperWidthM).toBeGreaterThanOrEqual(-0.001);
        expect(arm.gripperWidthM).toBeLessThanOrEqual(0.081);
      }
    });

    test('gives the tool of the left arm where the published kinematics put it for the measured joints', async () => {
      const robot = await open();
      const [left] = (await robot.state()).arms;
      const frames = createLinkFrames();
      forwardKinematics(left.jointPositionsRad, frames);
      expect(distance(frameOrigin(frames, TOOL_FRAME), left.tool.position)).toBeLessThan(0.002);
    });
  });

  describe(`${name} as a Robot: planning`, () => {
    test('moves nothing', async () => {
      const robot = await open();
      const before = await joints(robot);
      await robot.plan(await turnRequest(robot, 'left', [TURN_RAD]));
      expect(farthest(await joints(robot), before)).toBeLessThan(1e-3);
    });

    test.each(['stops', 'smooth'] as const)(
      'samples a path of kind "%s" from its first to its last point',
      async (kind) => {
        const robot = await open();
        const request = await turnRequest(robot, 'left', [TURN_RAD / 2, TURN_RAD], { kind });
        const plan = await robot.plan(request);
        expect(plan.arms.map(({ arm }) => arm)).toEqual(['left']);
        expect(plan.durationS).toBeCloseTo((plan.sampleCount - 1) * plan.periodS, 6);
        const rad = plan.arms[0].jointPositionsRad;
        expect(rad).toHaveLength(plan.sampleCount * JOINT_COUNT);
        expect(rad.every(Number.isFinite)).toBe(true);
        const { points } = request.paths[0];
        expect(farthest([...rad.subarray(0, JOINT_COUNT)], [...points.subarray(0, JOINT_COUNT)])).toBeLessThan(1e-6);
        expect(farthest(lastRow(plan), [...points.subarray(points.length - JOINT_COUNT)])).toBeLessThan(1e-6);
        for (let point = 0; point < points.length; point += JOINT_COUNT) {
          expect(nearestRow(rad, points.subarray(point, point + JOINT_COUNT))).toBeLessThan(1e-3);
        }
      },
    );

    test('keeps the published limits, the share of speed and the ceiling of the tool', async () => {
      const robot = await open();
      const scaled = await robot.plan({ ...(await turnRequest(robot, 'left', [TURN_RAD])), speedScale: 0.5 });
      const full = await robot.plan(await turnRequest(robot, 'left', [TURN_RAD]));
      const capped = await robot.plan({ ...(await turnRequest(robot, 'left', [TURN_RAD])), toolSpeedMPerS: 0.05 });
      expect(topSpeedShare(full)).toBeLessThanOrEqual(1.0001);
      expect(topSpeedShare(scaled)).toBeLessThanOrEqual(0.5001);
      expect(scaled.durationS).toBeGreaterThan(full.durationS);
      expect(topToolSpeed(capped)).toBeLessThanOrEqual(0.0501);
    });

    test('begins and ends at rest', async () => {
      const robot = await open();
      const plan = await robot.plan(await turnRequest(robot, 'left', [TURN_RAD]));
      const rad = plan.arms[0].jointPositionsRad;
      const last = rad.length - JOINT_COUNT;
      for (let j = 0; j < JOINT_COUNT; j++) {
        expect(Math.abs(rad[JOINT_COUNT + j] - rad[j]) / plan.periodS).toBeLessThan(0.04);
        expect(Math.abs(rad[last + j] - rad[last - JOINT_COUNT + j]) / plan.periodS).toBeLessThan(0.04);
      }
    });

    test('refuses what cannot be: out of range, not a number, not seven joints, no speed', async () => {
      const robot = await open();
      const good = await turnRequest(robot, 'left', [TURN_RAD]);
      const withPoints = (points: Float64Array): PlanRequest => ({ ...good, paths: [{ ...good.paths[0], points }] });
      const changed = (value: number) => {
        const points = good.paths[0].points.slice();
        points[JOINT_COUNT] = value;
        return withPoints(points);
      };
      const bad: PlanRequest[] = [
        changed(PANDA_JOINT_LIMITS.maxRad[0] + 0.05),
        changed(Number.NaN),
        withPoints(good.paths[0].points.slice(0, JOINT_COUNT + 3)),
        { ...good, speedScale: 0 },
        { ...good, speedScale: 1.5 },
      ];
      for (const request of bad) await expectRobotError(robot.plan(request));
    });
  });

  describe(`${name} as a Robot: moving`, () => {
    test('ends where the samples end, and says so', async () => {
      const robot = await open();
      const before = await robot.state();
      const plan = await robot.plan(await turnRequest(robot, 'left', [TURN_RAD]));
      const result = await robot.execute(plan);
      expect(result).toMatchObject({ reached: true, reason: 'reached' });
      expect(result.positionErrorM).toBeLessThan(0.005);
      expect(result.rotationErrorRad).toBeLessThan(0.03);
      const after = await robot.state();
      expect(farthest(after.arms[0].jointPositionsRad, lastRow(plan))).toBeLessThan(THERE_RAD);
      expect(after.mode).toBe('idle');
      expect(after.timeS - before.timeS).toBeGreaterThanOrEqual(plan.durationS - 0.02);
    });

    test('goes there and back again', async () => {
      const robot = await open();
      const start = await joints(robot);
      await robot.execute(await robot.plan(await turnRequest(robot, 'left', [TURN_RAD])));
      await robot.execute(await robot.plan(await turnRequest(robot, 'left', [-TURN_RAD])));
      expect(farthest(await joints(robot), start)).toBeLessThan(THERE_RAD);
    });

    test('moves all its arms in step', async () => {
      const robot = await open();
      const sides = (['left', 'right'] as const).slice(0, robot.identity.arms);
      const paths = await Promise.all(sides.map((side) => turnPath(robot, side, [TURN_RAD])));
      const plan = await robot.plan({ paths, speedScale: 1, toolSpeedMPerS: 1.7 });
      expect(plan.arms.map(({ arm }) => arm)).toEqual(sides);
      expect(await robot.execute(plan)).toMatchObject({ reached: true });
    });

    test('refuses a plan of another robot, a changed copy, and a plan that has run, without moving', async () => {
      const robot = await open();
      const other = await open();
      const plan = await robot.plan(await turnRequest(robot, 'left', [TURN_RAD]));
      const foreign = await other.plan(await turnRequest(other, 'left', [TURN_RAD / 2]));
      const arms = plan.arms.map((arm) => ({ ...arm, jointPositionsRad: arm.jointPositionsRad.slice() }));
      const before = await joints(robot);
      await expectRobotError(robot.execute(foreign));
      await expectRobotError(robot.execute({ ...plan, arms }));
      expect(farthest(await joints(robot), before)).toBeLessThan(1e-3);
      await robot.execute(plan);
      await robot.execute(await robot.plan(await turnRequest(robot, 'left', [-TURN_RAD])));
      await expectRobotError(robot.execute(plan));
    });

    test('refuses to start from where the arm is not', async () => {
      const robot = await open();
      const plan = await robot.plan(await turnRequest(robot, 'left', [-TURN_RAD]));
      await robot.execute(await robot.plan(await turnRequest(robot, 'left', [TURN_RAD])));
      const before = await joints(robot);
      await expectRobotError(robot.execute(plan), 'START_MISMATCH');
      expect(farthest(await joints(robot), before)).toBeLessThan(1e-3);
    });

    test('refuses a second motion while the first is under way, and finishes the first', async () => {
      const robot = await open();
      const [one, two] = [
        await robot.plan(await turnRequest(robot, 'left', [TURN_RAD])),
        await robot.plan(await turnRequest(robot, 'left', [TURN_RAD / 2])),
      ];
      const first = robot.execute(one);
      await expectRobotError(robot.execute(two), 'BUSY');
      expect(await first).toMatchObject({ reached: true });
    });

    test('lets robot time pass at rest', async () => {
      const robot = await open();
      const before = await robot.state();
      await robot.advance(0.2);
      const after = await robot.state();
      expect(after.timeS - before.timeS).toBeGreaterThan(0.18);
      expect(after.timeS - before.timeS).toBeLessThan(0.5);
      expect(farthest(after.arms[0].jointPositionsRad, before.arms[0].jointPositionsRad)).toBeLessThan(2e-3);
    });
  });

  describe(`${name} as a Robot: following a target under a lease`, () => {
    test('goes on from call to call without a rest, inside its limits, and arrives', async () => {
      const robot = await open();
      const start = await joints(robot);
      const goal = turned(start, TURN_RAD);
      const seen: number[][] = [[...start]];
      const reasons: string[] = [];
      const before = (await robot.state()).timeS;
      while (reasons.at(-1) !== 'arrived' && reasons.length < 100) {
        const { reason, state } = await robot.servo(servoTo(goal));
        reasons.push(reason);
        seen.push([...state.commandedPositionsRad]);
      }
      expect(reasons.at(-1)).toBe('arrived');
      expect(new Set(reasons.slice(0, -1))).toEqual(new Set(['tracking']));
      expect((await robot.state()).timeS - before).toBeCloseTo(reasons.length * PERIOD_S, 6);
      expect(farthest(await joints(robot), goal)).toBeLessThan(THERE_RAD);
      const there = seen.findIndex((row) => farthest(row, goal) < 1e-3);
      expect(there).toBeGreaterThan(3);
      for (let k = 1; k < seen.length; k++) {
        // Joints 1 and 6 go the whole way, in step; the other ones stay.
        if (k < there) expect(seen[k][0]).toBeGreaterThan(seen[k - 1][0] + 1e-6);
        expect(seen[k][5] - start[5]).toBeCloseTo(seen[k][0] - start[0], 6);
        expect(Math.abs(seen[k][1] - start[1])).toBeLessThan(1e-6);
      }
      expectPublishedLimits(seen, PERIOD_S);
    });

    test('follows a target that moves, turns round in mid-motion, and keeps its limits', async () => {
      const robot = await open();
      const start = await joints(robot);
      const seen: number[][] = [[...start], [...start]];
      for (let k = 0; k < 90; k++) {
        const turn = k < 30 ? 0.003 * k : k < 60 ? -TURN_RAD / 2 : TURN_RAD / 2;
        const { state } = await robot.servo(servoTo(turned(start, turn)));
        seen.push([...state.commandedPositionsRad]);
      }
      expectPublishedLimits(seen, PERIOD_S);
      const turns = seen.map((row) => row[0] - start[0]);
      expect(Math.max(...turns.slice(0, 60))).toBeGreaterThan(0.03);
      expect(Math.min(...turns)).toBeLessThan(-0.03);
      expect(turns.at(-1)).toBeGreaterThan(0.04);
      expect(Math.max(...turns.map(Math.abs))).toBeLessThan(2 * TURN_RAD);
    });

    test('keeps the ceiling of the tool and the share of speed', async () => {
      const robot = await open();
      const start = await joints(robot);
      const toolSpeedMPerS = 0.03;
      let last = (await robot.state()).arms[0].commandedPositionsRad;
      let moved = 0;
      for (let k = 0; k < 50; k++) {
        const { state } = await robot.servo({ ...servoTo(turned(start, TURN_RAD)), toolSpeedMPerS });
        const step = toolDistance(last, state.commandedPositionsRad);
        expect(step / PERIOD_S).toBeLessThanOrEqual(1.01 * toolSpeedMPerS);
        last = state.commandedPositionsRad;
        moved += step;
      }
      expect(moved).toBeGreaterThan(0.5 * toolSpeedMPerS * 50 * PERIOD_S);
    });

    test('comes to rest by itself when the lease runs out, short of the target, and says so at the next call', async () => {
      const robot = await open();
      const start = await joints(robot);
      const goal = turned(start, TURN_RAD);
      const slow = { ...servoTo(goal), speedScale: 0.1, leaseS: 0.1 };
      for (let k = 0; k < 6; k++) await robot.servo(slow);
      const atTheEnd = await joints(robot);
      await robot.advance(1.5);
      const state = await robot.state();
      expect(state.mode).toBe('idle');
      expect(Math.max(...state.arms[0].jointVelocitiesRadPerS.map(Math.abs))).toBeLessThan(0.03);
      expect(farthest(state.arms[0].jointPositionsRad, goal)).toBeGreaterThan(TURN_RAD / 5);
      expect(farthest(state.arms[0].jointPositionsRad, start)).toBeGreaterThan(0.001);
      expect(farthest(state.arms[0].jointPositionsRad, atTheEnd)).toBeGreaterThan(1e-4);
      await robot.advance(0.3);
      expect(farthest(await joints(robot), state.arms[0].jointPositionsRad)).toBeLessThan(1e-3);
      expect((await robot.servo(slow)).reason).toBe('expired');
      expect((await robot.servo(slow)).reason).toBe('tracking');
    });

    test('a lease goes on while time passes otherwise, and one that is renewed in its last moment has not run out', async () => {
      const robot = await open();
      const start = await joints(robot);
      const goal = turned(start, TURN_RAD);
      const once = { ...servoTo(goal), speedScale: 0.1, leaseS: 1 };
      await robot.servo(once);
      const early = await joints(robot);
      await robot.advance(0.4);
      expect((await robot.state()).mode).toBe('moving');
      expect((await joints(robot))[0] - early[0]).toBeGreaterThan(0.002);
      const short = { ...once, leaseS: PERIOD_S };
      for (let k = 0; k < 5; k++) expect((await robot.servo(short)).reason).toBe('tracking');
    });

    test('another command first brings the arm to rest, and then does as it is told', async () => {
      const robot = await open();
      const start = await joints(robot);
      const swing = { ...servoTo(turned(start, TURN_RAD)), leaseS: 1 };
      for (let k = 0; k < 5; k++) await robot.servo(swing);
      const grip = await robot.moveGripper({ arm: 'left', widthM: 0.04, forceN: 20 });
      expect(Math.abs(grip.widthM - 0.04)).toBeLessThan(0.003);
      const still = await joints(robot);
      await robot.advance(0.5);
      expect(farthest(await joints(robot), still)).toBeLessThan(2e-3);
      expect(farthest(still, turned(start, TURN_RAD))).toBeGreaterThan(0.02);
      for (let k = 0; k < 3; k++) await robot.servo({ ...swing, jointsRad: start });
      await robot.rest();
      expect((await robot.state()).mode).toBe('idle');
      const plan = await robot.plan(await turnRequest(robot, 'left', [TURN_RAD / 2]));
      for (let k = 0; k < 2; k++) await robot.servo({ ...swing, speedScale: 0.01 });
      expect(await robot.execute(plan)).toMatchObject({ reached: true });
    });

    test('to rest, when nothing moves, takes no time', async () => {
      const robot = await open();
      const before = await robot.state();
      await robot.rest();
      expect(await robot.state()).toEqual(before);
    });

    test('a stop between two calls voids the lease at once, and every later call is refused', async () => {
      const robot = await open();
      const start = await joints(robot);
      const swing = { ...servoTo(turned(start, TURN_RAD)), leaseS: 2 };
      for (let k = 0; k < 4; k++) await robot.servo(swing);
      const report = await robot.stop('contract test');
      expect(report).toMatchObject({ sent: true, restConfirmed: true });
      const still = await joints(robot);
      await expectRobotError(robot.servo(swing), 'STOPPED');
      await robot.clearStop();
      await robot.advance(0.5);
      expect(farthest(await joints(robot), still)).toBeLessThan(2e-3);
      expect(farthest(still, turned(start, TURN_RAD))).toBeGreaterThan(0.02);
      expect((await robot.servo(swing)).reason).toBe('tracking');
    });

    test('a stop in mid-call ends the call at rest, and it says that it was stopped', async () => {
      const robot = await open();
      const start = await joints(robot);
      const swing = { ...servoTo(turned(start, TURN_RAD)), periodS: 0.4, leaseS: 2 };
      const call = robot.servo(swing);
      await robot.stop('contract test');
      const { reason, state } = await call;
      expect(reason).toBe('stopped');
      expect(Math.max(...state.jointVelocitiesRadPerS.map(Math.abs))).toBeLessThan(0.03);
      expect((await robot.state()).mode).toBe('stopped');
      expect(farthest(await joints(robot), turned(start, TURN_RAD))).toBeGreaterThan(0.02);
    });

    test('a signal ends the call at rest without a latch; a signal that has fired begins nothing', async () => {
      const robot = await open();
      const start = await joints(robot);
      const swing = { ...servoTo(turned(start, TURN_RAD)), periodS: 0.4, leaseS: 2 };
      await expect(robot.servo(swing, AbortSignal.abort())).rejects.toThrow();
      expect(farthest(await joints(robot), start)).toBeLessThan(1e-3);
      const abort = new AbortController();
      const call = robot.servo(swing, abort.signal);
      abort.abort();
      expect((await call).reason).toBe('stopped');
      const state = await robot.state();
      expect(state.mode).toBe('idle');
      await robot.advance(0.5);
      expect(farthest(await joints(robot), state.arms[0].jointPositionsRad)).toBeLessThan(2e-3);
    });

    test('refuses what makes no sense, and does not move for it', async () => {
      const robot = await open();
      const start = await joints(robot);
      const good = servoTo(turned(start, TURN_RAD));
      const bad: ServoCommand[] = [
        { ...good, jointsRad: start.slice(0, 6) },
        { ...good, jointsRad: [...start.slice(0, 6), Number.NaN] },
        { ...good, jointsRad: [PANDA_JOINT_LIMITS.maxRad[0] + 0.01, ...start.slice(1)] },
        { ...good, speedScale: 0 },
        { ...good, speedScale: 1.01 },
        { ...good, toolSpeedMPerS: Number.NaN },
        { ...good, periodS: 0.005, leaseS: 1 },
        { ...good, periodS: 0.6, leaseS: 1 },
        { ...good, periodS: Number.NaN },
        { ...good, leaseS: PERIOD_S / 2 },
        { ...good, leaseS: 2.1 },
        { ...good, leaseS: Number.NaN },
        ...(robot.identity.arms === 1 ? [{ ...good, arm: 'right' as const }] : []),
      ];
      for (const command of bad) await expectRobotError(robot.servo(command));
      expect(farthest(await joints(robot), start)).toBeLessThan(1e-3);
      expect((await robot.state()).mode).toBe('idle');
    });

    test('refuses a second command while a call is under way, and finishes the first', async () => {
      const robot = await open();
      const start = await joints(robot);
      const first = robot.servo({ ...servoTo(turned(start, TURN_RAD)), periodS: 0.2, leaseS: 1 });
      await expectRobotError(robot.servo(servoTo(start)), 'BUSY');
      expect((await first).reason).toBe('tracking');
    });

    test('each arm has a lease of its own', async () => {
      const robot = await open();
      if (robot.identity.arms === 1) return;
      const start = (await robot.state()).arms.map(({ jointPositionsRad }) => jointPositionsRad);
      const goals = start.map((row) => turned(row, TURN_RAD));
      for (let k = 0; k < 60; k++) {
        await robot.servo({ ...servoTo(goals[0]), leaseS: 0.3 });
        await robot.servo({ ...servoTo(goals[1]), arm: 'right', leaseS: 0.3 });
      }
      const { arms } = await robot.state();
      arms.forEach((arm, k) => {
        expect(farthest(arm.jointPositionsRad, goals[k])).toBeLessThan(THERE_RAD);
      });
    });
  });

  describe(`${name} as a Robot: gripping`, () => {
    test('opens and closes to a width, and holds nothing where there is nothing', async () => {
      const robot = await open();
      for (const widthM of [0.08, 0.03, 0]) {
        const result = await robot.moveGripper({ arm: 'left', widthM, forceN: 20 });
        expect(Math.abs(result.widthM - widthM)).toBeLessThan(0.003);
        expect(result.holding).toBe(false);
        const [left] = (await robot.state()).arms;
        expect(Math.abs(left.gripperWidthM - widthM)).toBeLessThan(0.003);
      }
    });

    test('refuses widths and forces that the hand does not have', async () => {
      const robot = await open();
      await expectRobotError(robot.moveGripper({ arm: 'left', widthM: 0.2, forceN: 20 }));
      await expectRobotError(robot.moveGripper({ arm: 'left', widthM: Number.NaN, forceN: 20 }));
      await expectRobotError(robot.moveGripper({ arm: 'left', widthM: 0.04, forceN: 500 }));
    });
  });

  describe(`${name} as a Robot: stopping`, () => {
    test('ends a running motion early, at rest, and the motion says that it was stopped', async () => {
      const robot = await open();
      const plan = await robot.plan({ ...(await turnRequest(robot, 'left', [TURN_RAD])), speedScale: 0.1 });
      const motion = robot.execute(plan);
      const report = await robot.stop('contract test');
      expect(await motion).toMatchObject({ reached: false, reason: 'stopped' });
      expect(report).toMatchObject({ sent: true, restConfirmed: true });
      expect(report.stopDurationS).toBeLessThan(2);
      const state = await robot.state();
      expect(state.mode).toBe('stopped');
      expect(Math.max(...state.arms[0].jointVelocitiesRadPerS.map(Math.abs))).toBeLessThan(0.03);
      expect(farthest(state.arms[0].jointPositionsRad, lastRow(plan))).toBeGreaterThan(TURN_RAD / 20);
    });

    test('ends a running wait', async () => {
      const robot = await open();
      const before = await robot.state();
      const wait = robot.advance(30).catch(() => 'cut short');
      await robot.stop('contract test');
      await wait;
      expect((await robot.state()).timeS - before.timeS).toBeLessThan(5);
    });

    test('stays latched: every motion is refused until the stop is cleared, and clearing moves nothing', async () => {
      const robot = await open();
      const plan = await robot.plan(await turnRequest(robot, 'left', [TURN_RAD]));
      const before = await joints(robot);
      await robot.stop('contract test');
      await expectRobotError(robot.execute(plan), 'STOPPED');
      await expectRobotError(robot.moveGripper({ arm: 'left', widthM: 0.02, forceN: 20 }), 'STOPPED');
      await robot.clearStop();
      const state = await robot.state();
      expect(state.mode).toBe('idle');
      expect(farthest(state.arms[0].jointPositionsRad, before)).toBeLessThan(2e-3);
      const fresh = await robot.plan(await turnRequest(robot, 'left', [TURN_RAD]));
      expect(await robot.execute(fresh)).toMatchObject({ reached: true });
    });

    test('may be asked for again and again, also at rest and all at once', async () => {
      const robot = await open();
      const reports = await Promise.all([robot.stop('one'), robot.stop('two')]);
      reports.push(await robot.stop('three'));
      for (const report of reports) expect(report.sent).toBe(true);
      await robot.clearStop();
      await robot.clearStop();
      expect((await robot.state()).mode).toBe('idle');
    });
  });
}

async function joints(robot: Robot): Promise<readonly number[]> {
  return (await robot.state()).arms[0].jointPositionsRad;
}

/** Joints 1 and 6 turned away from a posture, radians. */
function turned(fromRad: readonly number[], turnRad: number): number[] {
  return fromRad.map((rad, joint) => rad + (joint === 0 || joint === 5 ? turnRad : 0));
}

function servoTo(jointsRad: readonly number[]): ServoCommand {
  return { arm: 'left', jointsRad, speedScale: 1, toolSpeedMPerS: 1.7, periodS: PERIOD_S, leaseS: 0.1 };
}

/** Rows of joints at a fixed period: no mean speed and no mean acceleration over a period is beyond the published. */
function expectPublishedLimits(rows: readonly (readonly number[])[], periodS: number): void {
  const { speedRadPerS, accelerationRadPerS2 } = PANDA_JOINT_LIMITS;
  for (let k = 2; k < rows.length; k++) {
    for (let j = 0; j < JOINT_COUNT; j++) {
      const speed = (rows[k][j] - rows[k - 1][j]) / periodS;
      const bend = (rows[k][j] - 2 * rows[k - 1][j] + rows[k - 2][j]) / (periodS * periodS);
      expect(Math.abs(speed)).toBeLessThanOrEqual(speedRadPerS[j]);
      expect(Math.abs(bend)).toBeLessThanOrEqual(accelerationRadPerS2[j]);
    }
  }
}

/** Way of the fingertip between two postures, metres. */
function toolDistance(a: readonly number[], b: readonly number[]): number {
  const [one, other] = [createLinkFrames(), createLinkFrames()];
  forwardKinematics(a, one);
  forwardKinematics(b, other);
  return distance(frameOrigin(one, TOOL_FRAME), frameOrigin(other, TOOL_FRAME));
}

/** A path that turns joints 1 and 6 of one arm, way point by way point, from where they are measured. */
async function turnPath(
  robot: Robot,
  arm: ArmSide,
  turnsRad: readonly number[],
  kind: JointPath['kind'] = 'stops',
): Promise<JointPath> {
  const start = (await robot.state()).arms[arm === 'left' ? 0 : 1].jointPositionsRad;
  const rows = [0, ...turnsRad].map((turn) => start.map((rad, joint) => rad + (joint === 0 || joint === 5 ? turn : 0)));
  return { arm, kind, points: Float64Array.from(rows.flat()) };
}

async function turnRequest(
  robot: Robot,
  arm: ArmSide,
  turnsRad: readonly number[],
  options: { kind?: JointPath['kind'] } = {},
): Promise<PlanRequest> {
  return { paths: [await turnPath(robot, arm, turnsRad, options.kind)], speedScale: 1, toolSpeedMPerS: 1.7 };
}

function lastRow(plan: Plan): readonly number[] {
  const rad = plan.arms[0].jointPositionsRad;
  return [...rad.subarray(rad.length - JOINT_COUNT)];
}

function farthest(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, i) => Math.abs(value - b[i])));
}

function nearestRow(rad: Float64Array, point: Float64Array): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let at = 0; at < rad.length; at += JOINT_COUNT) {
    nearest = Math.min(nearest, farthest([...point], [...rad.subarray(at, at + JOINT_COUNT)]));
  }
  return nearest;
}

function topSpeedShare(plan: Plan): number {
  const rad = plan.arms[0].jointPositionsRad;
  let top = 0;
  for (let i = JOINT_COUNT; i < rad.length; i++) {
    const speed = Math.abs(rad[i] - rad[i - JOINT_COUNT]) / plan.periodS;
    top = Math.max(top, speed / PANDA_JOINT_LIMITS.speedRadPerS[i % JOINT_COUNT]);
  }
  return top;
}

function topToolSpeed(plan: Plan): number {
  const rad = plan.arms[0].jointPositionsRad;
  const frames = createLinkFrames();
  let top = 0;
  let before: ReturnType<typeof frameOrigin> | undefined;
  for (let at = 0; at < rad.length; at += JOINT_COUNT) {
    forwardKinematics(rad, frames, at);
    const here = frameOrigin(frames, TOOL_FRAME);
    if (before !== undefined) top = Math.max(top, distance(here, before) / plan.periodS);
    before = here;
  }
  return top;
}

async function expectRobotError(promise: Promise<unknown>, code?: string): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject(code === undefined ? { name: 'RobotError' } : { name: 'RobotError', code });
}
