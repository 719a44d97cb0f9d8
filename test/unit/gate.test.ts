import { describe, expect, test, vi } from 'vitest';
import { SESSION_BEAT, STOP_CHANNEL_ECHO, WINDOW_BEAT } from '../../drivers/gate/beats.ts';
import { PANDA_REAL_ENVELOPE } from '../../drivers/gate/envelope.ts';
import { createStand, MACHINE, refusalOf, settle } from './gate-stand.ts';

const OPERATOR = { source: 'operator', detail: 'pressed Stop' } as const;
const ALL_BEATS = [WINDOW_BEAT, SESSION_BEAT, STOP_CHANNEL_ECHO];

describe('An approved block', () => {
  test('moves, grips and waits, and every step of it is on record in order', async () => {
    const { begin, plan, events, kindsSent } = createStand();
    const permit = await begin();
    expect(await permit.execute(await plan(0.1))).toMatchObject({ reached: true });
    expect(await permit.moveGripper({ arm: 'left', widthM: 0.04, forceN: 20 })).toEqual({
      widthM: 0.04,
      holding: false,
    });
    await permit.advance(0.5);
    permit.end();
    expect(kindsSent()).toEqual(['execute', 'gripper', 'advance']);
    const one = ['command-sent', 'command-finished'];
    expect(events.map(({ kind }) => kind)).toEqual(['offered', 'approved', 'begun', ...one, ...one, ...one, 'ended']);
    expect(permit.usage.calls).toBe(3);
  });

  test('hands out the very source that was approved, frozen', async () => {
    const { begin } = createStand();
    const permit = await begin({ source: 'await sleep(1);' });
    expect(permit.claims.source).toBe('await sleep(1);');
    expect(Object.isFrozen(permit.claims) && Object.isFrozen(permit.claims.envelope)).toBe(true);
  });

  test('gets the result of a motion that fell short, and may go on', async () => {
    const { begin, plan, robot, gate } = createStand();
    const permit = await begin();
    for (const reason of ['not-reached', 'object-lost'] as const) {
      robot.failNext(reason);
      expect(await permit.execute(await plan(0.1))).toMatchObject({ reached: false, reason });
    }
    expect(gate.state().stops).toEqual([]);
    expect(await permit.execute(await plan(-0.05))).toMatchObject({ reached: true });
  });

  test('leaves exactly one answer of the robot on record for each command, whatever became of it', async () => {
    const { begin, plan, robot, events } = createStand();
    const permit = await begin();
    await permit.execute(await plan(0.1));
    robot.failNext('disconnect');
    await refusalOf(async () => permit.execute(await plan(0.1)));
    expect(events.filter(({ kind }) => kind === 'command-sent')).toHaveLength(2);
    expect(events.filter(({ kind }) => kind === 'command-finished')).toMatchObject([
      { commandId: 'offer-1/1', outcome: { kind: 'motion', result: { reached: true } } },
      { commandId: 'offer-1/2', outcome: { kind: 'error', code: 'DISCONNECTED' } },
    ]);
  });

  test('gets the refusal of a robot that did not move, without a stop', async () => {
    const { begin, plan, gate } = createStand();
    const permit = await begin();
    const copy = { ...(await plan(0.1)) };
    await expect(permit.execute(copy)).rejects.toMatchObject({ name: 'RobotError', code: 'UNKNOWN_PLAN' });
    expect(gate.state().stops).toEqual([]);
  });

  test('sends nothing more once it has ended', async () => {
    const { begin, plan, kindsSent } = createStand();
    const permit = await begin();
    permit.end();
    expect((await refusalOf(async () => permit.execute(await plan(0.1)))).code).toBe('BLOCK_ENDED');
    expect(kindsSent()).toEqual([]);
  });

  test('that ends in mid-motion stops the robot', async () => {
    const { begin, plan, kindsSent, gate } = createStand({ robot: { pace: 'stepped' } });
    const permit = await begin();
    const motion = permit.execute(await plan(0.1));
    await settle();
    permit.end();
    expect((await refusalOf(() => motion)).stage).toBe('stopped');
    expect(kindsSent()).toEqual(['execute', 'stop']);
    expect(gate.state().stops[0].cause.source).toBe('session');
  });

  test('shuts out every other block while it runs', async () => {
    const { begin } = createStand();
    const permit = await begin();
    expect((await refusalOf(() => begin())).code).toBe('BUSY');
    permit.end();
    await begin();
  });

  test('refuses a second command in the very turn in which it is given, and goes on with the first, every time', async () => {
    for (let round = 0; round < 40; round++) {
      const { begin, plan, robot, kindsSent } = createStand();
      // A robot whose measurements come early or late.
      const state = robot.state.bind(robot);
      robot.state = async () => {
        for (let turns = (round * 7) % 11; turns > 0; turns--) await undefined;
        return state();
      };
      const permit = await begin();
      const [first, second] = [await plan(0.1), await plan(0.05)];
      const order: string[] = [];
      const note = (what: string) => () => void order.push(what);
      const commands = [
        permit.execute(first).finally(note('first')),
        permit.execute(second).finally(note('second')),
        permit.advance(0.1).finally(note('third')),
      ];
      const [one, two, three] = await Promise.allSettled(commands);
      expect(one).toMatchObject({ status: 'fulfilled', value: { reached: true } });
      expect([two, three]).toMatchObject([
        { status: 'rejected', reason: { code: 'BUSY' } },
        { status: 'rejected', reason: { code: 'BUSY' } },
      ]);
      expect(order).toEqual(['second', 'third', 'first']);
      expect(kindsSent()).toEqual(['execute']);
      expect(await permit.execute(await plan(0.01))).toMatchObject({ reached: true });
    }
  });

  test('moves one thing at a time, but may grip meanwhile', async () => {
    const { begin, plan, robot } = createStand({ robot: { pace: 'stepped' } });
    const permit = await begin();
    const [first, second] = [await plan(0.1), await plan(0.05)];
    const motion = permit.execute(first);
    await settle();
    expect((await refusalOf(() => permit.execute(second))).code).toBe('BUSY');
    const grip = permit.moveGripper({ arm: 'left', widthM: 0, forceN: 20 });
    await settle();
    robot.proceed();
    await Promise.all([motion, grip]);
    const again = permit.execute(await plan(0.01));
    await settle();
    robot.proceed();
    expect(await again).toMatchObject({ reached: true });
  });
});

describe('Caps of a block', () => {
  test('end it after so many commands', async () => {
    const { begin, kindsSent } = createStand({ envelope: { maxCalls: { hard: 3 } } });
    const permit = await begin();
    for (let call = 0; call < 3; call++) await permit.advance(0.1);
    const refusal = await refusalOf(() => permit.advance(0.1));
    expect(refusal).toMatchObject({ code: 'CALL_CAP', stage: 'limit', severity: 'hard' });
    expect(refusal.message).toContain('4 commands, limit 3');
    expect(kindsSent()).toHaveLength(3);
  });

  test('end it before it takes more robot time, counting what grips took as well', async () => {
    const { begin } = createStand({ envelope: { maxRobotTimeS: { hard: 1 } } });
    const permit = await begin();
    await permit.advance(0.8);
    await permit.moveGripper({ arm: 'left', widthM: 0, forceN: 20 });
    expect(permit.usage.robotTimeS).toBeCloseTo(0.9);
    const refusal = await refusalOf(() => permit.advance(0.2));
    expect(refusal).toMatchObject({ code: 'TIME_CAP', stage: 'timeout' });
    await permit.advance(0.0999);
  });

  test('never count the time that the operator takes', async () => {
    const { begin, clock } = createStand({ envelope: { maxRobotTimeS: { hard: 1 } } });
    const permit = await begin();
    clock.nowS += 3600;
    await permit.advance(1);
  });
});

describe('Soft limits', () => {
  const envelope = { toolSpeedMPerS: { hard: 1.7, soft: 0.1 }, gripForceN: { hard: 70, soft: 40 } };

  test('are passed only by a block whose approval names that very limit', async () => {
    const refused = createStand({ envelope });
    const permit = await refused.begin({ grants: ['gripForceN'] });
    const refusal = await refusalOf(async () => permit.execute(await refused.plan(0.2)));
    expect(refusal).toMatchObject({ code: 'TOOL_SPEED', severity: 'soft', stage: 'limit' });
    expect(refusal.message).toMatch(/toolSpeedMPerS is 0\.\d+, soft limit 0\.1\. Nothing was sent/);
    await permit.moveGripper({ arm: 'left', widthM: 0, forceN: 50 });

    const granted = createStand({ envelope });
    await (await granted.begin({ grants: ['toolSpeedMPerS'] })).execute(await granted.plan(0.2));
    expect(granted.kindsSent()).toEqual(['execute']);
  });

  test('are collected as facts in a preview, while hard limits still refuse', async () => {
    const { begin, plan, gate } = createStand({ envelope, gate: { softLimits: 'collect' } });
    const permit = await begin();
    await permit.execute(await plan(0.2));
    await permit.moveGripper({ arm: 'left', widthM: 0, forceN: 50 });
    expect(gate.collected().map(({ limit, commandId }) => [limit, commandId])).toEqual([
      ['toolSpeedMPerS', 'offer-1/1'],
      ['gripForceN', 'offer-1/2'],
    ]);
    const grip = { arm: 'left', widthM: 0, forceN: 71 } as const;
    expect((await refusalOf(() => permit.moveGripper(grip))).severity).toBe('hard');
  });

  test('are never collected on a real arm', async () => {
    const make = () =>
      createStand({ robot: { kind: 'real' }, gate: { requiredBeats: ALL_BEATS, softLimits: 'collect' } });
    expect((await refusalOf(make)).code).toBe('BAD_CONFIGURATION');
  });
});

describe('Step mode', () => {
  test('asks before each motion and grip, only about what would run, and looks again after the answer', async () => {
    const asked: string[] = [];
    let answer = () => {};
    const stand = createStand({
      gate: {
        awaitStep: ({ commandId, command }) => {
          asked.push(`${commandId} ${command.kind}`);
          return new Promise((resolve) => {
            answer = resolve;
          });
        },
      },
    });
    const permit = await stand.begin({ stepMode: 'each-motion' });
    const never = await stand.plan(0.1);
    never.arms[0].jointPositionsRad[3] = Number.NaN;
    expect((await refusalOf(() => permit.execute(never))).code).toBe('BAD_PLAN');
    expect(asked).toEqual([]);

    const plan = await stand.plan(0.1);
    const motion = permit.execute(plan);
    await settle();
    expect(asked).toEqual(['offer-1/2 motion']);
    expect(stand.kindsSent()).toEqual([]);
    answer();
    await motion;

    const changed = await stand.plan(0.1);
    const second = permit.execute(changed);
    await settle();
    changed.arms[0].jointPositionsRad[0] += 0.5; // altered while the operator thinks
    answer();
    expect((await refusalOf(() => second)).code).toBe('BAD_PLAN');
    await permit.advance(0.1);
    expect(stand.kindsSent()).toEqual(['execute', 'advance']);
  });

  test('sends nothing when the operator declines, and withdraws the question on a stop', async () => {
    const signals: AbortSignal[] = [];
    const decline = vi.fn().mockRejectedValueOnce(new Error('no'));
    decline.mockImplementation((_, signal: AbortSignal) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    const { begin, plan, gate, kindsSent } = createStand({ gate: { awaitStep: decline } });
    const permit = await begin({ stepMode: 'each-motion' });
    expect((await refusalOf(async () => permit.execute(await plan(0.1)))).code).toBe('INTERRUPTED');
    const motion = permit.execute(await plan(0.1));
    await settle();
    void gate.stop(OPERATOR);
    expect((await refusalOf(() => motion)).code).toBe('STOP_LATCHED');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(kindsSent()).toEqual(['stop']);
  });

  test('cannot be offered where nobody can step', async () => {
    const { gate, claims } = createStand();
    expect((await refusalOf(() => gate.offer(claims({ stepMode: 'each-motion' })))).code).toBe('APPROVAL_REFUSED');
  });
});

describe('A real arm', () => {
  const real = () =>
    createStand({ robot: { kind: 'real' }, gate: { requiredBeats: ALL_BEATS, envelope: PANDA_REAL_ENVELOPE } });
  const live = (stand: ReturnType<typeof real>) => {
    for (const source of ['window', 'session', 'stop-channel'] as const) stand.gate.beat(source);
    return stand;
  };

  test('moves for a person, slowly', async () => {
    const stand = live(real());
    const permit = await stand.begin();
    expect((await refusalOf(async () => permit.execute(await stand.plan(0.2, 0.45)))).severity).toBe('soft');
    const points = Float64Array.from([...stand.robot.jointsRad(), ...stand.robot.jointsRad()]);
    points[7] += 0.05;
    const path = { arm: 'left', kind: 'stops', points } as const;
    const plan = await stand.robot.plan({ paths: [path], speedScale: 0.05, toolSpeedMPerS: 0.2 });
    expect(await permit.execute(plan)).toMatchObject({ reached: true });
  });

  test('is approved and reset by nobody but a person, and never without a previewed start', async () => {
    const { gate, claims } = live(real());
    const offer = gate.offer(claims());
    expect((await refusalOf(() => gate.approve(offer.id, offer.digest, MACHINE))).code).toBe('APPROVAL_REFUSED');
    expect((await refusalOf(() => gate.offer(claims({ startJointsRad: null })))).code).toBe('APPROVAL_REFUSED');
    const { id } = await gate.stop(OPERATOR);
    expect((await refusalOf(() => gate.reset(id, MACHINE))).code).toBe('RESET_REFUSED');
  });

  test('does not start from where the preview did not', async () => {
    const stand = live(real());
    const [start] = stand.claims().startJointsRad ?? [];
    const moved = start.map((rad, joint) => (joint === 4 ? rad + 0.021 : rad));
    const refusal = await refusalOf(() => stand.begin({ startJointsRad: [moved] }));
    expect(refusal.code).toBe('START_MOVED');
    expect(refusal.message).toContain('Joint 5 of the left arm is 0.021 rad');
    const near = start.map((rad, joint) => (joint === 4 ? rad + 0.0199 : rad));
    await stand.begin({ startJointsRad: [near] });
  });
});

describe('A robot that is not ready', () => {
  test('starts no block', async () => {
    const { robot, begin } = createStand();
    await robot.stop('somebody else');
    expect((await refusalOf(() => begin())).message).toContain('"stopped"');
    await robot.close();
    expect((await refusalOf(() => begin())).code).toBe('NOT_STARTED');
  });
});
