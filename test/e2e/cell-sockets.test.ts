import { afterEach, describe, expect, test } from 'vitest';
import { type CellStand, openCell } from './cell-stand.ts';

let stand: CellStand | undefined;
afterEach(async () => {
  await stand?.close();
  stand = undefined;
});

const LONG_MOTION =
  'await homePose();\nfor (let i = 0; i < 20; i++) {\n  await gotoPose([0.4, 0.2, 0.3], [0, 1, 0, 0], { speedScale: 0.3 });\n  await gotoPose([0.4, -0.2, 0.3], [0, 1, 0, 0], { speedScale: 0.3 });\n}\n';

describe('A cell with a console', () => {
  test('moves only before a window that holds control, and stops when anybody asks', async () => {
    stand = await openCell();
    await expect(stand.start(LONG_MOTION)).rejects.toThrow(/no beat from the window/);
    const holder = await stand.window();
    const observer = await stand.window();
    await holder.takeControl();
    const running = stand.start(LONG_MOTION);
    await holder.until((status) => status.running !== null);
    observer.pressStop('the observer');
    const report = await running;
    expect(report.failure?.stage).toBe('stopped');
    const status = await holder.until(({ stops }) => stops[0]?.restConfirmed === true);
    expect(status.stops[0]).toMatchObject({ source: 'operator', detail: 'the observer' });
    expect(observer.heard.map(({ kind }) => kind)).toEqual(['closed', 'stopped']);
  });
});
