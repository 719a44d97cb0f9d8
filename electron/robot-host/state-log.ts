// Owns what a window that comes back has to be told: every message that is never dropped, in order, and the newest of
// each state topic. Must never forget one of the first kind while the cell is open.

import type { OutgoingFrame } from '../ipc/cell-guard-contract.ts';

export class StateLog {
  readonly #kept: OutgoingFrame[] = [];
  readonly #latest = new Map<string, OutgoingFrame>();
  #next = 0;

  add(frames: readonly OutgoingFrame[]): void {
    for (const frame of frames) {
      this.#next = frame.seq + 1;
      if (frame.key === null) this.#kept.push(frame);
      else this.#latest.set(frame.key, frame);
    }
  }

  /** Number of the message that comes next. */
  get next(): number {
    return this.#next;
  }

  get keptCount(): number {
    return this.#kept.length;
  }

  kept(index: number): OutgoingFrame {
    return this.#kept[index];
  }

  /** Index of the first kept message with this number or a later one. */
  indexFrom(seq: number): number {
    let low = 0;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#kept[middle].seq < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The newest of each state topic, oldest first. */
  latest(): OutgoingFrame[] {
    return [...this.#latest.values()].sort((a, b) => a.seq - b.seq);
  }
}
