import { describe, expect, test, vi } from 'vitest';
import { SESSION_BEAT, STOP_CHANNEL_ECHO, WINDOW_BEAT } from '../../drivers/gate/beats.ts';
import { createStand, PERSON, refusalOf, settle } from './gate-stand.ts';

const OPERATOR = { source: 'operator', detail: 'pressed Stop' } as const;
const ALL_BEATS = [WINDOW_BEAT, SESSION_BEAT, STOP_CHANNEL_ECHO];

describe('A stop', () => {
  test('is latched, told to the robot and answered to whoever waits before the call returns', async () => {
    const { begin, plan, gate, kindsSent } = createStand({ robot: { pace: 'stepped' } });
    const permit = await begin();
    const motion = permit.execute(await plan(0.1));
    await settle();
    const stop = gate.stop(OPERATOR);
    expect(gate.state().stops).toHaveLength(1);
    expect(gate.state().running).toBeNull();
    expect(kindsSent()).toEqual(['execute', 'stop']);
    const refusal = await refusalOf(() => motion);
    expect(refusal).toMatchObject({ code: 'STOP_LATCHED', stage: 'stopped', severity: 'hard' });
    expect(refusal.message).toContain('operator: pressed Stop');
    expect(await stop).toEqual({ id: 'stop-1', sent: true, restConfirmed: true, stopDurationS: 0.1 });
  });

  test('tells what the robot did with the motion it cut short', async () => {
    const { begin, plan, gate, events } = createStand({ robot: { pace: 'stepped' } });
    const permit = await begin();
    const motion = permit.execute(await plan(0.1)).catch(() => undefined);
    await settle();
    await gate.stop(OPERATOR);
    await motion;
    const finished = events.find((event) => event.kind === 'command-finished');
    expect(finished).toMatchObject({ outcome: { kind: 'motion', result: { reached: false, reason: 'stopped' } } });
  });

  test('voids permit, approvals and offers for good: a reset brings none of them back', async () => {
    const { begin, plan, gate, claims, kindsSent } = createStand();
    const permit = await begin();
    const waiting = gate.offer(claims({ source: 'later' }));
    gate.approve(waiting.id, waiting.digest, PERSON);
    const { id } = await gate.stop(OPERATOR);
    expect((await refusalOf(() => gate.begin(waiting.id, waiting.claims))).code).toBe('STOP_LATCHED');
    await gate.reset(id, PERSON);
    expect((await refusalOf(() => gate.begin(waiting.id, waiting.claims))).code).toBe('STALE_EPOCH');
    expect((await refusalOf(async () => permit.execute(await plan(0.1)))).code).toBe('STALE_EPOCH');
    expect(kindsSent()).toEqual(['stop', 'clear-stop']);
  });

  test('cannot be talked past: nothing is approved before it is reset', async () => {
    const { gate, claims } = createStand();
    await gate.stop(OPERATOR);
    const offer = gate.offer(claims());
    expect((await refusalOf(() => gate.approve(offer.id, offer.digest, PERSON))).code).toBe('STOP_LATCHED');
  });

  test('of each kind needs its own reset, by its own name, and only the last clears the robot', async () => {
    const { gate, begin, kindsSent } = createStand();
    const first = await gate.stop(OPERATOR);
    const second = await gate.stop({ source: 'hardware-button', detail: 'open' });
    expect((await refusalOf(() => gate.reset('stop-7', PERSON))).code).toBe('STOP_UNKNOWN');
    await gate.reset(first.id, PERSON);
    expect(kindsSent()).toEqual(['stop', 'stop']);
    expect((await refusalOf(() => begin())).message).toContain('hardware-button: open');
    await gate.reset(second.id, PERSON);
    expect(kindsSent()).toEqual(['stop', 'stop', 'clear-stop']);
    await begin();
  });

  test('is not reset before the robot has answered it', async () => {
    const { gate, robot } = createStand();
    robot.answerStops('silent');
    const stop = gate.stop(OPERATOR);
    expect(await refusalOf(() => gate.reset('stop-1', PERSON))).toMatchObject({
      code: 'STOP_UNDER_WAY',
      retryable: true,
    });
    robot.confirmStops();
    await gate.reset((await stop).id, PERSON);
  });

  test('is reported as it was: not sent to a robot that is gone, not confirmed by one that did not say', async () => {
    const { gate, robot } = createStand();
    robot.answerStops('unconfirmed');
    expect(await gate.stop(OPERATOR)).toMatchObject({ sent: true, restConfirmed: false, stopDurationS: null });
    robot.answerStops('error');
    expect(await gate.stop(OPERATOR)).toMatchObject({ sent: false, restConfirmed: false });
    await robot.close();
    expect(await gate.stop(OPERATOR)).toMatchObject({ sent: false, restConfirmed: false });
  });

  test('stays when the robot does not clear its own latch', async () => {
    const { gate, robot } = createStand();
    const { id } = await gate.stop(OPERATOR);
    await robot.close();
    expect((await refusalOf(() => gate.reset(id, PERSON))).code).toBe('RESET_FAILED');
    expect(gate.state().stops).toHaveLength(1);
    robot.reconnect();
    await gate.reset(id, PERSON);
  });

  test('ends a command that still waits for its measurement, unsent', async () => {
    const { begin, plan, gate, kindsSent } = createStand();
    const permit = await begin();
    const good = await plan(0.1);
    const motion = permit.execute(good);
    void gate.stop(OPERATOR);
    expect((await refusalOf(() => motion)).code).toBe('STOP_LATCHED');
    await settle();
    expect(kindsSent()).toEqual(['stop']);
  });

  test('is what an abort of a command under way amounts to; an earlier abort only withdraws the command', async () => {
    const { begin, plan, gate, kindsSent } = createStand({ robot: { pace: 'stepped' } });
    const permit = await begin();
    const first = new AbortController();
    const early = permit.execute(await plan(0.1), first.signal);
    first.abort();
    expect((await refusalOf(() => early)).code).toBe('INTERRUPTED');
    expect(kindsSent()).toEqual([]);
    const second = new AbortController();
    const late = permit.execute(await plan(0.1), second.signal);
    await settle();
    second.abort();
    expect((await refusalOf(() => late)).code).toBe('STOP_LATCHED');
    expect(kindsSent()).toEqual(['execute', 'stop']);
    expect(gate.state().stops).toHaveLength(1);
  });

  test('takes no second reset when the program it stopped is given up afterwards', async () => {
    const { begin, plan, gate } = createStand({ robot: { pace: 'stepped' } });
    const permit = await begin();
    const program = new AbortController();
    const motion = permit.execute(await plan(0.1), program.signal);
    await settle();
    const stop = gate.stop(OPERATOR);
    program.abort();
    permit.end();
    await refusalOf(() => motion);
    await stop;
    expect(gate.state().stops.map(({ cause }) => cause)).toEqual([OPERATOR]);
  });

  test.each([
    ['a fault', 'fault'],
    ['a stop of its own', 'stops-itself'],
    ['a broken connection', 'disconnect'],
  ] as const)('follows from %s of the robot', async (_, fault) => {
    const { begin, plan, robot, gate } = createStand();
    const permit = await begin();
    robot.failNext(fault);
    const refusal = await refusalOf(async () => permit.execute(await plan(0.1)));
    expect(refusal).toMatchObject({ code: 'STOP_LATCHED', stage: 'stopped' });
    expect(refusal.cause).toBeInstanceOf(Error);
    expect(gate.state().stops.map(({ cause }) => cause.source)).toEqual(['robot']);
  });

  test('follows from a recorder that fails while a block runs: nothing moves unrecorded', async () => {
    const onEvent = vi.fn();
    const { begin, plan, gate, kindsSent } = createStand({ gate: { onEvent } });
    const permit = await begin();
    onEvent.mockImplementation(() => {
      throw new Error('disk full');
    });
    expect((await refusalOf(async () => permit.execute(await plan(0.1)))).code).toBe('STOP_LATCHED');
    expect(gate.state().stops[0].cause).toEqual({ source: 'process', detail: 'the recorder failed: disk full' });
    expect(kindsSent()).toEqual(['execute', 'stop']);
  });

  test('follows from a new epoch of the robot while a block runs; at rest it only voids what was approved', async () => {
    const { begin, gate, claims } = createStand();
    const offer = gate.offer(claims());
    gate.bumpEpoch('the bridge came back');
    expect(gate.state().stops).toEqual([]);
    expect((await refusalOf(() => gate.approve(offer.id, offer.digest, PERSON))).code).toBe('STALE_EPOCH');
    await begin();
    gate.bumpEpoch('the bridge came back');
    expect(gate.state().stops[0].cause).toEqual({ source: 'robot', detail: 'the bridge came back' });
  });
});

describe('Beats', () => {
  test('of everybody are needed to begin, none older than a second', async () => {
    const { begin, gate, clock } = createStand({ gate: { requiredBeats: ALL_BEATS } });
    expect((await refusalOf(() => begin())).message).toContain('no beat from the window ever');
    gate.beat('window');
    gate.beat('stop-channel');
    clock.nowS += 0.9;
    gate.beat('session');
    await begin();
    clock.nowS += 0.2;
    expect(gate.state().beats).toEqual([
      { source: 'window', ageS: expect.closeTo(1.1) },
      { source: 'session', ageS: expect.closeTo(0.2) },
      { source: 'stop-channel', ageS: expect.closeTo(1.1) },
    ]);
  });

  test('that fall silent stop a running block, by the timer and by the next command alike', async () => {
    for (const how of ['timer', 'command'] as const) {
      const { begin, plan, gate, clock, kindsSent } = createStand({ gate: { requiredBeats: [SESSION_BEAT] } });
      gate.beat('session');
      const permit = await begin();
      clock.nowS += 0.25;
      gate.tick();
      expect(gate.state().stops).toEqual([]);
      clock.nowS += 0.01;
      if (how === 'timer') gate.tick();
      else expect((await refusalOf(async () => permit.execute(await plan(0.1)))).code).toBe('STOP_LATCHED');
      expect(gate.state().stops[0].cause).toEqual({
        source: 'watchdog',
        detail: 'no beat from the session for 0.26 s',
      });
      expect(kindsSent()).toEqual(['stop']);
      gate.tick();
      expect(gate.state().stops).toHaveLength(1);
    }
  });

  test('that fall silent while no block runs stop nothing', async () => {
    const { gate, clock } = createStand({ gate: { requiredBeats: [SESSION_BEAT] } });
    clock.nowS += 100;
    gate.tick();
    expect(gate.state().stops).toEqual([]);
  });

  test('count as silent when the clock runs backwards or is broken', async () => {
    for (const nowS of [5, Number.NaN]) {
      const { begin, gate, clock } = createStand({ gate: { requiredBeats: [SESSION_BEAT] } });
      gate.beat('session');
      clock.nowS = nowS;
      expect((await refusalOf(() => begin())).code).toBe('NO_BEAT');
    }
  });

  test('cannot be done without on a real arm', async () => {
    const stand = (requiredBeats: readonly (typeof WINDOW_BEAT)[]) => () =>
      createStand({ robot: { kind: 'real' }, gate: { requiredBeats } });
    expect(await refusalOf(stand([]))).toMatchObject({ code: 'BAD_CONFIGURATION' });
    expect((await refusalOf(stand([SESSION_BEAT, STOP_CHANNEL_ECHO]))).message).toContain('window');
    expect(await refusalOf(stand([...ALL_BEATS, SESSION_BEAT]))).toMatchObject({ code: 'BAD_CONFIGURATION' });
    const slow = { ...WINDOW_BEAT, toRunS: 5 };
    expect((await refusalOf(stand([slow, SESSION_BEAT, STOP_CHANNEL_ECHO]))).message).toContain('0.15 s and 1 s');
    const unwatched = { ...WINDOW_BEAT, toRunS: 'any' as const };
    expect(await refusalOf(stand([unwatched, SESSION_BEAT, STOP_CHANNEL_ECHO]))).toMatchObject({ severity: 'hard' });
    expect(stand(ALL_BEATS)).not.toThrow();
  });
});
