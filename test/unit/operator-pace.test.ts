// How an operator holds a program back: nothing goes on without a word, and a stop ends every wait.

import { describe, expect, test } from 'vitest';
import { OperatorPace } from '../../electron/robot-host/operator-pace.ts';

const RUN = { mode: 'run', pauseAtLines: [] } as const;
const never = new AbortController().signal;

/** Whether a promise has settled by now. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  const mark = () => {
    done = true;
  };
  promise.then(mark, mark);
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  return done;
}

describe('a program', () => {
  test('goes on by itself as long as nobody holds it back', async () => {
    const pace = new OperatorPace(() => undefined);
    await pace.begin(RUN, never);
    await pace.beforeCall({ name: 'gotoPose', line: 3 }, never);
    expect(pace.view()).toEqual({ mode: 'run', pausing: false, waiting: null });
  });

  test('pauses before its next call, and stays paused until it may go on', async () => {
    const views: unknown[] = [];
    const pace = new OperatorPace(() => views.push(pace.view()));
    await pace.begin(RUN, never);
    pace.pause('ada paused it');
    expect(pace.view().pausing).toBe(true);
    const call = pace.beforeCall({ name: 'gotoPose', line: 3 }, never);
    expect(await settled(call)).toBe(false);
    expect(pace.isPaused).toBe(true);
    expect(pace.view().waiting).toEqual({
      kind: 'pause',
      what: 'ada paused it',
      commandId: null,
      call: 'gotoPose',
      line: 3,
    });
    pace.goOn();
    await call;
    await pace.beforeCall({ name: 'gotoPose', line: 4 }, never);
    expect(pace.isPaused).toBe(false);
    expect(views.at(-1)).toEqual({ mode: 'run', pausing: false, waiting: null });
  });

  test('need not pause when the pause was taken back before it began', async () => {
    const pace = new OperatorPace(() => undefined);
    await pace.begin(RUN, never);
    pace.pause('ada');
    pace.goOn();
    await pace.beforeCall({ name: 'homePose' }, never);
  });

  test('pauses once at each line whose outcome nobody knew', async () => {
    const pace = new OperatorPace(() => undefined);
    await pace.begin({ mode: 'run', pauseAtLines: [4] }, never);
    await pace.beforeCall({ name: 'gotoPose', line: 3 }, never);
    const call = pace.beforeCall({ name: 'gotoPose', line: 4 }, never);
    expect(await settled(call)).toBe(false);
    pace.goOn();
    await call;
    // A loop comes by again: it has been looked at.
    await pace.beforeCall({ name: 'gotoPose', line: 4 }, never);
  });

  test('takes each step only after the word for that very step', async () => {
    const pace = new OperatorPace(() => undefined);
    await pace.begin({ mode: 'step', pauseAtLines: [] }, never);
    const command = { kind: 'gripper', command: { arm: 'left', widthM: 0.08, forceN: 20 } } as const;
    const step = pace.awaitStep({ commandId: 'offer-1/2', command }, never);
    expect(pace.view().waiting?.what).toBe('the left gripper to 80 mm with up to 20 N');
    expect(() => pace.step('offer-1/1')).toThrow(/Another command waits now. Nothing was done/);
    expect(() => pace.goOn()).toThrow(/not paused/);
    expect(await settled(step)).toBe(false);
    pace.step('offer-1/2');
    await step;
    expect(() => pace.step('offer-1/2')).toThrow(/No command waits/);
  });

  test('in hold mode begins with the hand on the switch', async () => {
    const pace = new OperatorPace(() => undefined);
    const begun = pace.begin({ mode: 'hold', pauseAtLines: [] }, never);
    expect(await settled(begun)).toBe(false);
    expect(() => pace.goOn()).toThrow();
    pace.held();
    await begun;
  });

  test('waits no more after a stop, whatever it waits for', async () => {
    for (const wait of ['pause', 'step', 'hold'] as const) {
      const pace = new OperatorPace(() => undefined);
      const stop = new AbortController();
      const begun = pace.begin({ mode: wait === 'hold' ? 'hold' : 'run', pauseAtLines: [1] }, stop.signal);
      const waits =
        wait === 'hold'
          ? begun
          : wait === 'pause'
            ? pace.beforeCall({ name: 'gotoPose', line: 1 }, stop.signal)
            : pace.awaitStep({ commandId: 'a', command: { kind: 'wait', seconds: 1 } }, stop.signal);
      stop.abort(new Error('stopped'));
      await expect(waits).rejects.toThrow('stopped');
      expect(pace.view().waiting).toBeNull();
    }
  });

  test('cannot be paused when none runs', async () => {
    const pace = new OperatorPace(() => undefined);
    expect(() => pace.pause('ada')).toThrow(/No program runs. Nothing was done/);
    expect(() => pace.goOn()).toThrow(/No program runs/);
    await pace.begin(RUN, never);
    pace.end();
    expect(() => pace.pause('ada')).toThrow(/No program runs/);
  });
});
