// Owns which messages of an episode leave the cell's thread for the windows, and in what portions. Must never hold a
// message up for longer than a frame of the screen, nor change what the file gets.

import { TOPICS } from '../../drivers/episode/topics.ts';
import type { AcceptedMessage } from '../../drivers/episode/writer.ts';
import type { OutgoingFrame } from '../ipc/cell-guard-contract.ts';
import { encodeFrame } from '../ipc/cell-sockets.ts';

/** Time between two portions, milliseconds: no state topic is told more often than a screen is drawn. */
const PORTION_MS = 16;

/** For comparing replays bit by bit; no window looks at it. */
const NOT_TOLD = '/robot/trace';

/** @param send gets frames in the order of their numbers; it may take their memory */
export function createStateTap(send: (frames: readonly OutgoingFrame[]) => void): (message: AcceptedMessage) => void {
  /** What waits, by its key; what is never dropped has its number as one. */
  let waiting = new Map<string, OutgoingFrame>();
  let timer: NodeJS.Timeout | undefined;
  let next = 0;

  const flush = () => {
    timer = undefined;
    const frames = [...waiting.values()];
    waiting = new Map();
    send(frames);
  };

  return ({ topic, sequence, logTimeNs, timeS, data }) => {
    if (topic === NOT_TOLD) return;
    const seq = next;
    next += 1;
    const key = TOPICS[topic].delivery === 'droppable' ? topic : null;
    const bytes = encodeFrame({ topic, seq, sequence, ns: String(logTimeNs), timeS }, data);
    const slot = key ?? `#${seq}`;
    // A newer sample goes to the end of the line.
    waiting.delete(slot);
    waiting.set(slot, { seq, topic, key, bytes });
    if (timer === undefined) timer = setTimeout(flush, PORTION_MS);
  };
}
