// Benchmarks and pictures of tasks as a window asks for them: made in processes of their own, followed to their end.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { decodePng } from '../../sim/cameras/png.ts';
import { ConsoleStand, type TestWindow } from './console-stand.ts';

let stand: ConsoleStand;
let window: TestWindow;
beforeAll(async () => {
  stand = await ConsoleStand.open();
  window = await stand.window();
});
afterAll(async () => {
  await stand.close();
});

it('runs benchmarks one at a time, and compares what they found', async () => {
  const request = { tasks: ['cube-lift'], tier: 'S1', trials: 2, seed0: 5, workers: 1 } as const;
  const ids = [];
  for (let count = 0; count < 2; count++) {
    const { id } = await window.ask('startBench', request);
    await expect(window.ask('startBench', request)).rejects.toMatchObject({ code: 'BUSY' });
    ids.push(id);
    await expect
      .poll(async () => (await window.ask('benches', {})).benches[0], { timeout: 120_000, interval: 500 })
      .toMatchObject({ id, state: 'done', done: 2, of: 2, rows: [{ trials: 2, successes: 2 }] });
  }
  const { text } = await window.ask('compareBenches', { a: ids[0], b: ids[1] });
  expect(text).toContain('cube-lift');
  await expect(window.ask('compareBenches', { a: ids[0], b: '..' })).rejects.toMatchObject({ code: 'NO_BENCH' });
  await expect(window.ask('cancelBench', { id: ids[0] })).rejects.toMatchObject({ code: 'NO_BENCH' });
});

it('draws what a task draws for a seed', async () => {
  const { pngBase64 } = await window.ask('taskPicture', { task: 'cube-stack', seed: 2 });
  expect(decodePng(Buffer.from(pngBase64, 'base64')).width).toBeGreaterThan(100);
  await expect(window.ask('taskPicture', { task: '../secret', seed: 2 })).rejects.toMatchObject({ code: 'NO_TASK' });
});
