import { MessageChannel } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { tickAfterArrivals } from '../../electron/robot-host/gate-watch.ts';

/** Keeps this process busy, as a long look through a camera does. */
function busy(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test('a process that was busy reads the beats that have come before its gate looks for silence', async () => {
  const { port1, port2 } = new MessageChannel();
  const order: string[] = [];
  port2.on('message', () => order.push('beat'));
  await new Promise<void>((resolve) => {
    // Taken in the same turn as the look of the gate, and before it.
    setImmediate(() => {
      port1.postMessage('beat');
      busy(400);
    });
    tickAfterArrivals({
      tick: () => {
        order.push('tick');
        resolve();
      },
    });
  });
  port2.close();
  expect(order).toEqual(['beat', 'tick']);
});
