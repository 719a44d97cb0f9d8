// An operator at a window holds programs back and drives the arm by hand, on a real robot host: what was approved never
// moves faster than the hand allows, and letting go is a stop.

import { afterEach, describe, expect, test } from 'vitest';
import { HAND_BEAT_MS } from '../../electron/ipc/operator-pace.ts';
import { type CellStand, openCell } from './cell-stand.ts';

let stand: CellStand | undefined;
afterEach(async () => {
  await stand?.close();
  stand = undefined;
});

const TWO_MOVES = `
await gotoPose([0.45, 0.1, 0.3], [0, 1, 0, 0]);
await gotoPose([0.45, -0.1, 0.3], [0, 1, 0, 0]);
`;
const LONG = `
for (let i = 0; i < 30; i++) {
  await gotoPose([0.45, 0.2, 0.3], [0, 1, 0, 0], { speedScale: 0.4 });
  await gotoPose([0.45, -0.2, 0.3], [0, 1, 0, 0], { speedScale: 0.4 });
}
`;

async function held() {
  const opened = await openCell();
  stand = opened;
  const window = await opened.window();
  await window.takeControl();
  return { opened, window };
}

describe('An operator at the window', () => {
  test('lets each motion happen by itself in step mode', async () => {
    const { opened, window } = await held();
    const running = opened.start(TWO_MOVES, {
      settings: { stepMode: 'each-motion' },
      pace: { mode: 'step', pauseAtLines: [] },
    });
    for (const line of [2, 3]) {
      const { pace, driver, robotTimeS } = await window.until((status) => status.pace.waiting?.line === line);
      expect(pace.waiting).toMatchObject({ kind: 'step', call: 'gotoPose' });
      expect(driver).toBe('nobody');
      await expect(window.control.request('step', { commandId: 'another' })).rejects.toThrow(/Another command waits/);
      // It stands until it is let go on: no time passes for the robot.
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(window.status?.robotTimeS).toBeCloseTo(robotTimeS, 3);
      await window.control.request('step', { commandId: pace.waiting?.commandId ?? '' });
    }
    expect((await running).status).toBe('finished');
  });

  test('pauses, drives by hand, and hands the arm back at the next line', async () => {
    const { opened, window } = await held();
    const reader = await opened.reader();
    const running = opened.start(TWO_MOVES);
    await window.until((status) => status.running !== null);
    await expect(window.control.request('jog', { arm: 'left', linear: [0, 0, 1], angular: [0, 0, 0] })).rejects.toThrow(
      /The program drives the arm/,
    );
    await window.control.request('pause', {});
    await window.until(({ pace }) => pace.waiting?.kind === 'pause');
    const before = await opened.session.posture();
    for (let word = 0; word < 8; word++) {
      await window.control.request('jog', { arm: 'left', linear: [0, 0, 1], angular: [0, 0, 0] });
      await new Promise((resolve) => setTimeout(resolve, HAND_BEAT_MS));
    }
    await window.until(({ driver }) => driver === 'operator');
    await expect(window.control.request('goOn', {})).rejects.toThrow(/still driving/);
    await window.until(({ driver }) => driver === 'nobody');
    const after = await opened.session.posture();
    expect(after.armsRad).not.toEqual(before.armsRad);
    await window.control.request('goOn', {});
    expect((await running).status).toBe('finished');
    const drivers = reader.messages.filter(({ topic }) => topic === '/driver');
    expect(drivers.map(({ message }) => (message as { driver: string }).driver)).toEqual(['operator', 'program']);
  });

  test('ends a paused program where it stands, and the next one may come', async () => {
    const { opened, window } = await held();
    const running = opened.start(LONG);
    await window.until((status) => status.running !== null);
    await expect(window.control.request('endProgram', {})).rejects.toThrow(/not paused/);
    await window.control.request('pause', {});
    await window.until(({ pace }) => pace.waiting?.kind === 'pause');
    await window.control.request('endProgram', {});
    expect((await running).status).toBe('failed');
    const status = await window.until(({ running: runs }) => runs === null);
    expect(status.stops).toEqual([]);
    expect((await opened.start(TWO_MOVES)).status).toBe('finished');
  });

  test('moves the arm by the switch of hold-to-run, and stops it by letting go', async () => {
    const { opened, window } = await held();
    const running = opened.start(LONG, { pace: { mode: 'hold', pauseAtLines: [] } });
    await window.until(({ pace }) => pace.waiting?.kind === 'hold');
    expect(window.status?.running).toBeNull();
    const keyDown = setInterval(() => window.control.notify('hold', { down: true }), HAND_BEAT_MS);
    await window.until((status) => status.running !== null && status.driver === 'program');
    clearInterval(keyDown);
    window.control.notify('hold', { down: false });
    expect((await running).failure?.stage).toBe('stopped');
    const { stops } = await window.until((status) => status.stops[0]?.restConfirmed === true);
    expect(stops[0]).toMatchObject({ source: 'operator', detail: 'Ada let the hold-to-run switch go' });
  });

  test('stops it as well by saying nothing more: a hung window holds no switch', async () => {
    const { opened, window } = await held();
    const running = opened.start(LONG, { pace: { mode: 'hold', pauseAtLines: [] } });
    await window.until(({ pace }) => pace.waiting?.kind === 'hold');
    const keyDown = setInterval(() => window.control.notify('hold', { down: true }), HAND_BEAT_MS);
    await window.until((status) => status.driver === 'program');
    clearInterval(keyDown);
    expect((await running).failure?.stage).toBe('stopped');
    const { stops } = await window.until((status) => status.stops.length > 0);
    expect(stops[0].detail).toBe('the hold-to-run switch was not held');
  });

  test('drives by hand while no program runs, within the envelope, and an observer does not', async () => {
    const { opened, window } = await held();
    const observer = await opened.window();
    const up = { arm: 'left', linear: [0, 0, -1], angular: [0, 0, 0] } as const;
    await expect(observer.control.request('jog', up)).rejects.toThrow(/holds control/);
    // Down into the table: the gate lets the arm come as far as it may and no further.
    for (let word = 0; word < 60; word++) {
      await window.control.request('jog', up).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, HAND_BEAT_MS));
    }
    const { stops } = await window.until(({ driver }) => driver === 'nobody');
    expect(stops).toEqual([]);
    const { armsRad } = await opened.session.posture();
    expect(armsRad[0].every(Number.isFinite)).toBe(true);
    expect((await opened.start(TWO_MOVES)).status).toBe('finished');
  });
});
