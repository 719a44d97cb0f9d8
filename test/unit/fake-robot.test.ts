import { describe, expect, test } from 'vitest';
import { FakeRobot } from '../../drivers/fake/fake-robot.ts';
import { READY_POSE_RAD } from '../../sim/robots/panda/kinematics.ts';

async function planTurn(robot: FakeRobot, turnRad: number) {
  const start = robot.jointsRad();
  const points = Float64Array.from([...start, ...start.map((rad, j) => (j === 0 ? rad + turnRad : rad))]);
  return robot.plan({ paths: [{ arm: 'left', kind: 'stops', points }], speedScale: 1, toolSpeedMPerS: 1 });
}

describe('The fake robot', () => {
  test('moves as far as the test says, when the test says so', async () => {
    const robot = new FakeRobot({ pace: 'stepped' });
    const motion = robot.execute(await planTurn(robot, 0.2));
    expect(robot.isBusy()).toBe(true);
    expect(robot.jointsRad()).toEqual(READY_POSE_RAD);
    robot.proceed(0.5);
    expect(robot.jointsRad()[0]).toBeCloseTo(0.1, 2);
    expect((await robot.state()).mode).toBe('moving');
    robot.proceed();
    expect(await motion).toMatchObject({ reached: true });
    expect(robot.jointsRad()[0]).toBeCloseTo(0.2, 12);
  });

  test('remembers every command in the order of arrival, refused ones too', async () => {
    const seen: string[] = [];
    const robot = new FakeRobot({ onCommand: ({ kind }) => seen.push(kind) });
    const plan = await planTurn(robot, 0.1);
    await robot.execute(plan);
    await robot.execute(plan).catch(() => undefined);
    await robot.stop('enough');
    await robot.advance(1).catch(() => undefined);
    await robot.clearStop();
    await robot.moveGripper({ arm: 'left', widthM: 0, forceN: 20 });
    expect(robot.commands().map(({ kind }) => kind)).toEqual(seen);
    expect(seen).toEqual(['execute', 'execute', 'stop', 'advance', 'clear-stop', 'gripper']);
  });

  test.each(['not-reached', 'object-lost', 'fault'] as const)(
    'ends the next motion half way with %s',
    async (reason) => {
      const robot = new FakeRobot();
      robot.failNext(reason);
      expect(await robot.execute(await planTurn(robot, 0.2))).toMatchObject({ reached: false, reason });
      expect(robot.jointsRad()[0]).toBeCloseTo(0.1, 2);
    },
  );

  test('can stop by itself, and then has to be cleared', async () => {
    const robot = new FakeRobot();
    robot.failNext('stops-itself');
    expect(await robot.execute(await planTurn(robot, 0.2))).toMatchObject({ reason: 'stopped' });
    expect((await robot.state()).mode).toBe('stopped');
    await robot.clearStop();
    expect(await robot.execute(await planTurn(robot, 0.1))).toMatchObject({ reached: true });
  });

  test('can break its connection in mid-motion, and be mended', async () => {
    const robot = new FakeRobot();
    robot.failNext('disconnect');
    await expect(robot.execute(await planTurn(robot, 0.2))).rejects.toMatchObject({ code: 'DISCONNECTED' });
    await expect(robot.state()).rejects.toMatchObject({ code: 'DISCONNECTED' });
    expect(await robot.stop('now')).toEqual({ sent: false, restConfirmed: false, stopDurationS: null });
    robot.reconnect();
    expect(await robot.execute(await planTurn(robot, 0.1))).toMatchObject({ reached: true });
  });

  test('closes on what stands between the pads, holds it, and loses it when told', async () => {
    const robot = new FakeRobot();
    robot.placeObject(0.04);
    expect(await robot.moveGripper({ arm: 'left', widthM: 0, forceN: 20 })).toEqual({ widthM: 0.04, holding: true });
    expect((await robot.state()).arms[0]).toMatchObject({ gripperWidthM: 0.04, holding: true });
    robot.failNext('object-lost');
    await robot.execute(await planTurn(robot, 0.1));
    expect((await robot.state()).arms[0].holding).toBe(false);
    expect(await robot.moveGripper({ arm: 'left', widthM: 0, forceN: 20 })).toEqual({ widthM: 0, holding: false });
  });

  test('answers stops as the test says', async () => {
    const robot = new FakeRobot();
    robot.answerStops('unconfirmed');
    expect(await robot.stop('one')).toMatchObject({ sent: true, restConfirmed: false });
    expect((await robot.state()).mode).toBe('stopping');
    robot.answerStops('silent');
    const silent = robot.stop('two');
    robot.confirmStops();
    expect(await silent).toMatchObject({ restConfirmed: true });
    expect((await robot.state()).mode).toBe('stopped');
    robot.answerStops('error');
    await expect(robot.stop('three')).rejects.toMatchObject({ code: 'FAULT' });
  });
});
