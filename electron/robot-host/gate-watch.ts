// Owns when the gate of a busy process looks for silence. Must never let the process's own lateness pass for the silence
// of somebody else, nor put the look off while turns are short.

import type { Gate } from '../../drivers/gate/gate.ts';

/** A turn of this process that takes longer than this may hide beats that wait to be read, milliseconds. */
const BUSY_TURN_MS = 250;

/**
 * Lets the gate look for silence behind whatever has arrived. A busy turn, as of a picture that is taken and searched, may
 * end with beats unread: then it waits for one more turn.
 */
export function tickAfterArrivals(gate: Pick<Gate, 'tick'>): void {
  const askedMs = performance.now();
  setImmediate(() => {
    if (performance.now() - askedMs > BUSY_TURN_MS) tickAfterArrivals(gate);
    else gate.tick();
  });
}
