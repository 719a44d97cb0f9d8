import { describe, expect, test } from 'vitest';
import { type ClosedLoopGrant, wholeRoomGrant } from '../../drivers/gate/closed-loop.ts';
import { PANDA_REAL_ENVELOPE, PANDA_SIMULATED_ENVELOPE } from '../../drivers/gate/envelope.ts';
import { toolForce, toolSpeed } from '../../drivers/gate/tool-motion.ts';
import type { ArmState, ServoCommand } from '../../drivers/robot.ts';
import {
  createLinkFrames,
  forwardKinematics,
  frameOrigin,
  READY_POSE_RAD,
  TOOL_FRAME,
} from '../../sim/robots/panda/kinematics.ts';
import { distance } from '../../sim/spatial.ts';
import { createStand, refusalOf, type Stand, settle } from './gate-stand.ts';

const GRANT: ClosedLoopGrant = { ...wholeRoomGrant(PANDA_SIMULATED_ENVELOPE), toolSpeedMPerS: 0.5, seconds: 2 };

function turned(fromRad: readonly number[], turnRad: number, joint = 0): number[] {
  return fromRad.map((rad, j) => (j === joint ? rad + turnRad : rad));
}

function towards(jointsRad: readonly number[], changes: Partial<ServoCommand> = {}): ServoCommand {
  return { arm: 'left', jointsRad, speedScale: 0.5, toolSpeedMPerS: 0.5, periodS: 0.02, leaseS: 0.1, ...changes };
}

/** Torques of one newton at the tool along x of the base, by differences, Nm. */
function pressTorques(jointsRad: readonly number[]): number[] {
  return jointsRad.map((_, joint) => {
    const at = (turnRad: number) => {
      const frames = createLinkFrames();
      forwardKinematics(turned(jointsRad, turnRad, joint), frames);
      return frameOrigin(frames, TOOL_FRAME)[0];
    };
    return (at(1e-6) - at(-1e-6)) / 2e-6;
  });
}

function commandsSent({ events }: Stand): number {
  return events.filter(({ kind }) => kind === 'command-sent').length;
}

describe('Closed-loop motion', () => {
  test('needs a bounded permit: without one it is refused, and nothing is sent', async () => {
    const { begin, robot, kindsSent } = createStand();
    const permit = await begin();
    const refused = await refusalOf(() => permit.servo(towards(turned(robot.jointsRad(), 0.1))));
    expect(refused).toMatchObject({ code: 'CLOSED_LOOP_NOT_GRANTED', stage: 'limit' });
    expect(refused.message).toContain('the arm did not move for this');
    expect(kindsSent()).toEqual([]);
  });

  test('goes from period to period without a rest, counts as one call, and is on record', async () => {
    const stand = createStand();
    const permit = await stand.begin({ closedLoop: GRANT });
    const goal = turned(stand.robot.jointsRad(), 0.1);
    for (let k = 0; k < 10; k++) {
      expect((await permit.servo(towards(goal))).reason).toBe('tracking');
    }
    expect(permit.usage.calls).toBe(1);
    expect(permit.usage.robotTimeS).toBeCloseTo(0.2, 6);
    expect(commandsSent(stand)).toBe(10);
    expect(stand.kindsSent()).toEqual(new Array(10).fill('servo'));
    await permit.advance(1); // the lease runs out
    await permit.servo(towards(goal));
    expect(permit.usage.calls).toBe(3);
  });

  test.each<[string, Partial<ServoCommand>]>([
    ['six joints', { jointsRad: READY_POSE_RAD.slice(0, 6) }],
    ['a joint that is no number', { jointsRad: READY_POSE_RAD.map(() => Number.NaN) }],
    ['no speed', { speedScale: 0 }],
    ['twice the speed', { speedScale: 2 }],
    ['no tool speed', { toolSpeedMPerS: Number.NaN }],
    ['a period below a tick', { periodS: 0.001 }],
    ['a lease below its period', { leaseS: 0.01 }],
    ['a lease of minutes', { leaseS: 60 }],
    ['an arm that is not there', { arm: 'right' }],
  ])('refuses %s as a command that makes no sense', async (_, change) => {
    const { begin, kindsSent } = createStand();
    const permit = await begin({ closedLoop: GRANT });
    const refused = await refusalOf(() => permit.servo(towards(turned(READY_POSE_RAD, 0.05), change)));
    expect(refused.code).toBe('BAD_COMMAND');
    expect(kindsSent()).toEqual([]);
  });

  test('refuses a target outside the workspace, in a keep-out, or at the end of a joint', async () => {
    const high = { name: 'shelf', layer: 'installation', min: [0.2, 0.2, 0], max: [0.6, 0.6, 0.9] } as const;
    const { begin } = createStand({ envelope: { keepOuts: [high], jointMarginRad: { hard: 0.1 } } });
    const permit = await begin({ closedLoop: GRANT });
    const code = async (jointsRad: readonly number[]) => (await refusalOf(() => permit.servo(towards(jointsRad)))).code;
    expect(await code(turned(READY_POSE_RAD, 0.8))).toBe('KEEP_OUT');
    expect(await code(turned(READY_POSE_RAD, 2.05, 6))).toBe('JOINT_MARGIN');
    // Free at both ends, but not on the way.
    expect(await code(turned(READY_POSE_RAD, 2.2))).toBe('KEEP_OUT');
    const room = { name: 'narrow room', min: [-0.5, -0.75, -0.112], max: [0.9, 0.15, 1.2] } as const;
    const narrow = await createStand({ envelope: { workspace: [room] } }).begin({ closedLoop: GRANT });
    expect((await refusalOf(() => narrow.servo(towards(turned(READY_POSE_RAD, 0.8))))).code).toBe('WORKSPACE');
  });

  test('refuses a target that the arm, as fast as it is, would come to past a keep-out', async () => {
    const { robot, begin } = createStand();
    const permit = await begin({ closedLoop: GRANT });
    const start = robot.jointsRad();
    for (let k = 0; k < 20; k++) await permit.servo(towards(turned(start, 0.6), { speedScale: 1 }));
    const fast = robot.jointsRad();
    const tool = (jointsRad: readonly number[]) => {
      const frames = createLinkFrames();
      forwardKinematics(jointsRad, frames);
      return frameOrigin(frames, TOOL_FRAME);
    };
    // A wall just ahead of where the tool is: standing there would be allowed, coming to rest would not.
    const ahead = tool(turned(fast, 0.01))[1] + 0.09;
    const other = createStand({
      envelope: { keepOuts: [{ name: 'wall', layer: 'installation', min: [-1, ahead, -1], max: [1, ahead + 1, 2] }] },
      robot: { startJointsRad: start },
    });
    const there = await other.begin({ closedLoop: GRANT });
    let refused: { code: string } | undefined;
    for (let k = 0; k < 20 && refused === undefined; k++) {
      const at = other.robot.jointsRad();
      refused = await there.servo(towards(turned(at, 0.03), { speedScale: 1 })).then(
        () => undefined,
        (error: { code: string }) => error,
      );
    }
    expect(refused?.code).toBe('KEEP_OUT');
    expect(tool(other.robot.jointsRad())[1]).toBeLessThan(ahead);
  });

  test('asks for the soft limits of speed, as plans do, and only hard ones are final', async () => {
    const { begin } = createStand({ envelope: { toolSpeedMPerS: { hard: 1, soft: 0.25 } } });
    const permit = await begin({ closedLoop: GRANT });
    const goal = turned(READY_POSE_RAD, 0.1);
    const soft = await refusalOf(() => permit.servo(towards(goal, { toolSpeedMPerS: 0.3 })));
    expect(soft).toMatchObject({ code: 'TOOL_SPEED', severity: 'soft' });
    const hard = await refusalOf(() => permit.servo(towards(goal, { toolSpeedMPerS: 1.1 })));
    expect(hard).toMatchObject({ code: 'TOOL_SPEED', severity: 'hard' });
    await permit.end();
    const granted = await begin({ closedLoop: GRANT, grants: ['toolSpeedMPerS'] });
    expect((await granted.servo(towards(goal, { toolSpeedMPerS: 0.3 }))).reason).toBe('tracking');
  });

  test('on a real arm needs grants for more than the quiet share of accelerations', async () => {
    const room = { workspace: [{ name: 'room', min: [-2, -2, -2] as const, max: [2, 2, 2] as const }] };
    const { begin } = createStand({
      robot: { kind: 'simulated' },
      envelope: { ...PANDA_REAL_ENVELOPE, ...room },
    });
    const permit = await begin({ closedLoop: { ...GRANT, toolSpeedMPerS: 0.25 } });
    const goal = turned(READY_POSE_RAD, 0.05);
    const slow = { toolSpeedMPerS: 0.1 };
    expect((await refusalOf(() => permit.servo(towards(goal, { ...slow, speedScale: 0.6 })))).severity).toBe('hard');
    expect((await refusalOf(() => permit.servo(towards(goal, { ...slow, speedScale: 0.2 })))).code).toBe('JOINT_JERK');
    expect((await permit.servo(towards(goal, { ...slow, speedScale: 0.1 }))).reason).toBe('tracking');
  });

  test('collects soft excesses as facts in a preview', async () => {
    const { gate, begin } = createStand({
      envelope: { toolSpeedMPerS: { hard: 1, soft: 0.25 } },
      gate: { softLimits: 'collect' },
    });
    const permit = await begin({ closedLoop: GRANT });
    await permit.servo(towards(turned(READY_POSE_RAD, 0.1), { toolSpeedMPerS: 0.3 }));
    expect(gate.collected()).toMatchObject([{ limit: 'toolSpeedMPerS', value: 0.3, soft: 0.25 }]);
  });
});

describe('A bounded permit', () => {
  const start = READY_POSE_RAD;
  const [x, y, z] = [0.3069, 0, 0.4869]; // tool of the ready pose
  const box: ClosedLoopGrant = {
    ...GRANT,
    volume: { min: [x - 0.05, -0.03, z - 0.05], max: [x + 0.05, 0.03, z + 0.05] },
  };

  test('bounds the volume: a target outside brings the arm to rest, and says where it would have gone', async () => {
    const { begin, robot, kindsSent, gate } = createStand();
    const permit = await begin({ closedLoop: box });
    for (let k = 0; k < 4; k++) await permit.servo(towards(turned(start, 0.08)));
    const refused = await refusalOf(() => permit.servo(towards(turned(start, 0.2))));
    expect(refused).toMatchObject({ code: 'CLOSED_LOOP_VOLUME', stage: 'limit' });
    expect(refused.message).toMatch(/is at 0\.30\d*, 0\.06\d*, 0\.48\d*, outside the volume of its permit/);
    expect(kindsSent()).toEqual(['servo', 'servo', 'servo', 'servo', 'rest']);
    expect((await robot.state()).mode).toBe('idle');
    expect(gate.state().stops).toEqual([]);
    expect(y).toBe(0);
    expect((await permit.servo(towards(turned(start, 0.05)))).reason).toBe('tracking');
  });

  test('has to be entered by a planned motion', async () => {
    const { begin, robot } = createStand({ robot: { startJointsRad: turned(start, 0.3) } });
    const permit = await begin({ closedLoop: box });
    expect((await refusalOf(() => permit.servo(towards(start)))).code).toBe('CLOSED_LOOP_VOLUME');
    expect(robot.commands().map(({ kind }) => kind)).toEqual([]);
  });

  test('bounds the speed that may be asked for', async () => {
    const { begin } = createStand();
    const permit = await begin({ closedLoop: box });
    const refused = await refusalOf(() => permit.servo(towards(turned(start, 0.05), { toolSpeedMPerS: 0.51 })));
    expect(refused.code).toBe('CLOSED_LOOP_SPEED');
  });

  test('bounds the time under leases to the hundredth, however it is spent', async () => {
    const { begin, robot } = createStand();
    const permit = await begin({ closedLoop: { ...box, seconds: 0.5 } });
    const goal = turned(start, 0.05);
    let calls = 0;
    const refused = await refusalOf(async () => {
      for (; calls < 100; calls++) await permit.servo(towards(goal));
    });
    expect(refused).toMatchObject({ code: 'CLOSED_LOOP_TIME', stage: 'timeout' });
    // The last lease of 0.1 s may still run: 0.5 s hold 21 periods that begin no later than 0.4 s.
    expect(calls).toBe(21);
    expect((await robot.state()).mode).toBe('idle');
    const again = await begin({ closedLoop: { ...box, seconds: 0.5 } }).catch((error: { code: string }) => error);
    expect(again).toMatchObject({ code: 'BUSY' });
  });

  test('counts time that passes under a lease otherwise, and not time without one', async () => {
    const { begin } = createStand();
    const permit = await begin({ closedLoop: { ...box, seconds: 0.5 } });
    const goal = turned(start, 0.05);
    await permit.servo(towards(goal));
    await permit.advance(10);
    await permit.servo(towards(goal, { leaseS: 0.3 }));
    await permit.advance(0.2);
    expect((await refusalOf(() => permit.servo(towards(goal, { leaseS: 0.3 })))).code).toBe('CLOSED_LOOP_TIME');
  });

  test('bounds the force: pressing too hard ends at rest, and with the grant where contact ends it', async () => {
    for (const stopCondition of ['none', 'contact'] as const) {
      const { begin, robot, gate } = createStand();
      const permit = await begin({ closedLoop: { ...GRANT, forceN: 25, stopCondition } });
      // A press of the tip along x, as a robot would measure it.
      let pressN = 10;
      const servo = robot.servo.bind(robot);
      robot.servo = async (command) => {
        const report = await servo(command);
        const externalTorquesNm = pressTorques(report.state.jointPositionsRad).map((nmPerN) => nmPerN * pressN);
        return { ...report, state: { ...report.state, externalTorquesNm } };
      };
      const goal = turned(start, 0.1);
      expect((await permit.servo(towards(goal))).reason).toBe('tracking');
      pressN = 30;
      const refused = await refusalOf(() => permit.servo(towards(goal)));
      expect(refused).toMatchObject({ code: 'CLOSED_LOOP_FORCE', stage: 'limit' });
      expect(refused.message).toMatch(/felt (29|30)\.?\d* N; granted are 25 N\. The arm was brought to rest\./);
      expect((await robot.state()).mode).toBe('idle');
      expect(gate.state().stops).toEqual([]);
      pressN = 0;
      const after = permit.servo(towards(goal)).catch((error: { code: string }) => error);
      expect(await after).toMatchObject(
        stopCondition === 'none' ? { reason: 'tracking' } : { code: 'CLOSED_LOOP_OVER' },
      );
    }
  });

  test.each<[string, Partial<ClosedLoopGrant>]>([
    ['no volume', { volume: { min: [0, 0, 0], max: [0, 1, 1] } }],
    ['a volume without end', { volume: { min: [0, 0, 0], max: [1, 1, Number.MAX_VALUE * 2] } }],
    ['no speed', { toolSpeedMPerS: 0 }],
    ['more speed than the hard limit', { toolSpeedMPerS: 1.8 }],
    ['the force of a press', { forceN: 141 }],
    ['no time', { seconds: 0 }],
    ['more time than a block has', { seconds: 601 }],
    ['a condition that nobody knows', { stopCondition: 'whenever' as 'none' }],
  ])('cannot grant %s', async (_, change) => {
    const { gate, claims } = createStand();
    const refused = await refusalOf(() => gate.offer(claims({ closedLoop: { ...GRANT, ...change } })));
    expect(refused.code).toBe('APPROVAL_REFUSED');
  });

  test('is used up with its approval', async () => {
    const { begin, gate, claims } = createStand();
    const permit = await begin({ closedLoop: GRANT });
    await permit.end();
    expect((await refusalOf(() => permit.servo(towards(turned(start, 0.05))))).code).toBe('BLOCK_ENDED');
    expect((await refusalOf(() => gate.begin(permit.offerId, claims({ closedLoop: GRANT })))).code).toBe(
      'APPROVAL_USED',
    );
  });

  test('ends with what the hand held, when that is its stop condition', async () => {
    const { begin, robot } = createStand();
    const permit = await begin({ closedLoop: { ...GRANT, stopCondition: 'object-lost' } });
    robot.placeObject(0.04);
    await permit.moveGripper({ arm: 'left', widthM: 0, forceN: 20 });
    robot.failNext('object-lost');
    expect((await permit.servo(towards(turned(start, 0.05)))).reason).toBe('object-lost');
    const refused = await refusalOf(() => permit.servo(towards(turned(start, 0.05))));
    expect(refused.code).toBe('CLOSED_LOOP_OVER');
    expect(refused.message).toContain('the hand lost what it held');
  });
});

describe('A closed loop and everything else', () => {
  test('a stop voids the lease at once; after the reset the permit is void too', async () => {
    const { begin, robot, gate } = createStand();
    const permit = await begin({ closedLoop: GRANT });
    const goal = turned(READY_POSE_RAD, 0.3);
    for (let k = 0; k < 8; k++) await permit.servo(towards(goal, { leaseS: 1 }));
    const { id, restConfirmed } = await gate.stop({ source: 'operator', detail: 'pressed Stop' });
    expect(restConfirmed).toBe(true);
    const still = robot.jointsRad();
    await gate.reset(id, { kind: 'person', name: 'Ada' });
    expect((await refusalOf(() => permit.servo(towards(goal)))).code).toBe('STALE_EPOCH');
    expect(robot.jointsRad()).toEqual(still);
  });

  test('a stop in mid-period refuses the call, and the arm rests', async () => {
    const { begin, robot, gate } = createStand({ robot: { pace: 'stepped' } });
    const permit = await begin({ closedLoop: GRANT });
    const call = permit.servo(towards(turned(READY_POSE_RAD, 0.3), { periodS: 0.5, leaseS: 1 }));
    await settle();
    robot.proceed(0.5);
    void gate.stop({ source: 'operator', detail: 'pressed Stop' });
    expect((await refusalOf(() => call)).code).toBe('STOP_LATCHED');
    expect((await robot.state()).mode).toBe('stopped');
  });

  test('a motion after it starts from rest', async () => {
    const { begin, robot, plan, kindsSent } = createStand();
    const permit = await begin({ closedLoop: GRANT });
    for (let k = 0; k < 8; k++) await permit.servo(towards(turned(READY_POSE_RAD, 0.3), { leaseS: 1 }));
    await permit.rest();
    expect((await robot.state()).mode).toBe('idle');
    expect(await permit.execute(await plan(0.05))).toMatchObject({ reached: true });
    expect(kindsSent().slice(-2)).toEqual(['rest', 'execute']);
  });

  test('the end of the block brings the arm to rest without a stop, and the next block may begin', async () => {
    const { begin, robot, gate, kindsSent } = createStand();
    const permit = await begin({ closedLoop: GRANT });
    for (let k = 0; k < 8; k++) await permit.servo(towards(turned(READY_POSE_RAD, 0.3), { leaseS: 1 }));
    await permit.end();
    expect((await robot.state()).mode).toBe('idle');
    expect(kindsSent().at(-1)).toBe('rest');
    expect(gate.state().stops).toEqual([]);
    await begin({ startJointsRad: null });
  });

  test('in step mode the operator lets a loop begin, not each of its periods', async () => {
    let asked = 0;
    const { begin } = createStand({
      gate: {
        awaitStep: async () => {
          asked += 1;
        },
      },
    });
    const permit = await begin({ closedLoop: GRANT, stepMode: 'each-motion' });
    for (let k = 0; k < 5; k++) await permit.servo(towards(turned(READY_POSE_RAD, 0.1)));
    expect(asked).toBe(1);
  });
});

describe('What is felt at the tool', () => {
  const state = (torques: readonly number[], velocities: readonly number[] = new Array(7).fill(0)): ArmState => ({
    jointPositionsRad: READY_POSE_RAD,
    jointVelocitiesRadPerS: velocities,
    commandedPositionsRad: READY_POSE_RAD,
    externalTorquesNm: torques,
    tool: { position: [0, 0, 0], quatWxyz: [1, 0, 0, 0] },
    gripperWidthM: 0,
    holding: false,
  });
  /** Derivative of the tool's position with respect to each joint, by differences: 3 x 7. */
  const jacobian = Array.from({ length: 7 }, (_, joint) => {
    const at = (turnRad: number) => {
      const frames = createLinkFrames();
      forwardKinematics(turned(READY_POSE_RAD, turnRad, joint), frames);
      return frameOrigin(frames, TOOL_FRAME);
    };
    const [ahead, behind] = [at(1e-6), at(-1e-6)];
    return ahead.map((value, axis) => (value - behind[axis]) / 2e-6);
  });

  test('is the force that the torques of all joints tell, whatever its direction', () => {
    for (const force of [
      [0, 0, -20],
      [15, 0, 0],
      [0, 8, 0],
      [3, -4, 12],
    ] as const) {
      const torques = jacobian.map((column) => column.reduce((sum, value, axis) => sum + value * force[axis], 0));
      const size = distance(force, [0, 0, 0]);
      expect(toolForce(state(torques))).toBeGreaterThan(0.98 * size);
      expect(toolForce(state(torques))).toBeLessThan(1.02 * size);
    }
  });

  test('is not known where a robot reports no torques', () => {
    expect(toolForce(state(new Array(7).fill(0)))).toBeNull();
  });

  test('moves as fast as the joints turn it', () => {
    const speeds = [0.3, -0.2, 0.1, 0.4, 0, -0.5, 0.2];
    const wanted = [0, 1, 2].map((axis) => jacobian.reduce((sum, column, j) => sum + column[axis] * speeds[j], 0));
    expect(toolSpeed(state(new Array(7).fill(0), speeds))).toBeCloseTo(
      distance([wanted[0], wanted[1], wanted[2]], [0, 0, 0]),
      6,
    );
  });
});
