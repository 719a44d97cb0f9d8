// Owns the samples of one topic of a live session, as bytes, within a bound: the last stretch whole, and of what is older
// fewer and fewer, evenly, so that eight hours fit. Must never grow beyond its bound.

import type { EpisodeMessage, TopicName } from '../../drivers/episode/reader.ts';

export interface HistoryEntry {
  readonly timeS: number;
  readonly sequence: number;
  readonly byteLength: number;
  decode(): EpisodeMessage | undefined;
}

export interface HistoryBound {
  readonly bytes: number;
  /** The newest stretch that stays whole as long as the bound allows it, seconds. */
  readonly wholeS: number;
}

const MEBI = 1024 * 1024;

/** What a topic may keep. Together this is the memory of a live source. */
export function boundOf(topic: TopicName): HistoryBound {
  if (topic.endsWith('/image') || topic.endsWith('/depth')) return { bytes: 16 * MEBI, wholeS: 10 };
  // Only a replay is compared with the trace; nobody looks at it live.
  if (topic === '/robot/trace') return { bytes: MEBI / 4, wholeS: 1 };
  return { bytes: 7 * MEBI, wholeS: 30 };
}

/** What an entry costs beside its bytes: the object, its buffer and its place in the list. */
const ENTRY_OVERHEAD_BYTES = 300;

export class SampleHistory {
  readonly #bound: HistoryBound;
  #entries: HistoryEntry[] = [];
  #bytes = 0;

  constructor(bound: HistoryBound) {
    this.#bound = bound;
  }

  get entries(): readonly HistoryEntry[] {
    return this.#entries;
  }

  get byteLength(): number {
    return this.#bytes;
  }

  /** Entries come in the order of their sequence; one that is known already is not added again. */
  add(entry: HistoryEntry): boolean {
    const last = this.#entries.at(-1);
    if (last !== undefined && entry.sequence <= last.sequence) return false;
    this.#entries.push(entry);
    this.#bytes += entry.byteLength + ENTRY_OVERHEAD_BYTES;
    if (this.#bytes > this.#bound.bytes) this.#thin(entry.timeS);
    return true;
  }

  /** Index of the newest entry at or before an instant, -1 for none. */
  indexAt(timeS: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#entries[middle].timeS > timeS) high = middle;
      else low = middle + 1;
    }
    return low - 1;
  }

  clear(): void {
    this.#entries = [];
    this.#bytes = 0;
  }

  /** Takes away every second one of the old ones, and when there is nothing old, the oldest half. */
  #thin(nowS: number): void {
    const whole = this.indexAt(nowS - this.#bound.wholeS) + 1;
    const entries = this.#entries;
    const last = entries.length - 1;
    this.#entries =
      whole >= entries.length / 4
        ? entries.filter((_, i) => i >= whole || i % 2 === 0 || i === last)
        : entries.slice(Math.min(Math.ceil(entries.length / 2), last));
    this.#bytes = this.#entries.reduce((sum, { byteLength }) => sum + byteLength + ENTRY_OVERHEAD_BYTES, 0);
  }
}
