import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { monotonicS } from '../../electron/robot-host/monotonic-clock.ts';
import { cellEnd, createSharedMemory, mainEnd } from '../../electron/robot-host/stop-word.ts';

function bothEnds() {
  const memory = createSharedMemory();
  return { main: mainEnd(memory), cell: cellEnd(memory) };
}

describe('The stop word', () => {
  test('is down at first, and nobody was heard', () => {
    const { main, cell } = bothEnds();
    expect(cell.stopWord.raised()).toBeUndefined();
    expect(main.isRaised()).toBe(false);
    expect(cell.heardS('window')).toBeUndefined();
    expect(main.robotTimeS()).toBeNaN();
  });

  test('is up from the raising to the latching, with its words', () => {
    const { main, cell } = bothEnds();
    const number = main.raise({ source: 'operator', detail: 'Strg+. gedrückt' });
    expect(cell.stopWord.raised()).toEqual({ source: 'operator', detail: 'Strg+. gedrückt' });
    cell.latched(number);
    expect(cell.stopWord.raised()).toBeUndefined();
    expect(main.isRaised()).toBe(false);
  });

  test('stays up for a stop that came while an earlier one was latched', () => {
    const { main, cell } = bothEnds();
    const first = main.raise({ source: 'operator', detail: 'one' });
    const second = main.raise({ source: 'watchdog', detail: 'two' });
    cell.latched(first);
    expect(cell.stopWord.raised()).toBeDefined();
    cell.latched(second);
    cell.latched(first);
    expect(cell.stopWord.raised()).toBeUndefined();
    main.raise({ source: 'session', detail: 'three' });
    expect(cell.stopWord.raised()).toEqual({ source: 'session', detail: 'three' });
  });

  test('cuts words that are too long, and keeps the stop', () => {
    const { main, cell } = bothEnds();
    main.raise({ source: 'operator', detail: 'é'.repeat(5000) });
    expect(cell.stopWord.raised()?.detail).toBe('é'.repeat(200));
  });

  test('carries beats and their forgetting', () => {
    const { main, cell } = bothEnds();
    main.hear('window', 12.5);
    main.hear('stop-channel', 13);
    expect(cell.heardS('window')).toBe(12.5);
    main.forget('window');
    expect(cell.heardS('window')).toBeUndefined();
    expect(cell.heardS('stop-channel')).toBe(13);
  });

  test('is written and read without a turn of the other thread', async () => {
    const memory = createSharedMemory();
    const main = mainEnd(memory);
    // A thread that never comes back to its event loop sees the word all the same.
    const worker = new Worker(
      `const { workerData, parentPort } = require('node:worker_threads');
       const ints = new Int32Array(workerData, 0, 2);
       parentPort.postMessage('spinning');
       while (Atomics.load(ints, 0) === Atomics.load(ints, 1));
       parentPort.postMessage('seen');`,
      { eval: true, workerData: memory },
    );
    const heard: unknown[] = [];
    await new Promise<void>((resolve, reject) => {
      worker.on('error', reject);
      worker.on('message', (message) => {
        heard.push(message);
        if (message === 'spinning') main.raise({ source: 'operator', detail: '' });
        else resolve();
      });
    });
    await worker.terminate();
    expect(heard).toEqual(['spinning', 'seen']);
  });
});

test('the monotonic clock is one for all threads', async () => {
  const before = monotonicS();
  const worker = new Worker(
    `require('node:worker_threads').parentPort.postMessage(Number(process.hrtime.bigint()) / 1e9)`,
    { eval: true },
  );
  const there = await new Promise<number>((resolve) => worker.once('message', resolve));
  await worker.terminate();
  expect(there).toBeGreaterThanOrEqual(before);
  expect(there).toBeLessThanOrEqual(monotonicS());
});
