// Owns where in a recording the messages of an instant stand: in which chunk to look for the newest message of a topic.
// Defines the order of a replay: of a topic, what counts at an instant is the last message in the file whose robot time
// is not later. Must never read a chunk; it says which ones are missing.

import type { EpisodeChunk, StoredMessage, TopicName } from '../../drivers/episode/reader.ts';
import type { ChunkCache, StreamPart } from './chunk-cache.ts';

export interface ChunkTimes {
  readonly firstS: number;
  readonly lastS: number;
}

/** A message in its place. */
export interface Found {
  readonly message: StoredMessage;
  readonly chunk: number;
}

/** What is known of an instant so far. */
export type Lookup =
  | { readonly kind: 'found'; readonly found: Found }
  | { readonly kind: 'none' }
  | { readonly kind: 'missing'; readonly chunk: number };

interface Occurrence {
  readonly chunk: number;
  readonly firstS: number;
  /** Earliest robot time in this and all later chunks of the topic. */
  readonly earliestFromHereS: number;
}

const NONE: Lookup = { kind: 'none' };

export class TopicIndex {
  readonly #occurrences = new Map<TopicName, readonly Occurrence[]>();
  readonly #cache: ChunkCache;

  constructor(chunks: readonly EpisodeChunk[], times: readonly ChunkTimes[], cache: ChunkCache) {
    this.#cache = cache;
    const lists = new Map<TopicName, Occurrence[]>();
    for (let chunk = chunks.length - 1; chunk >= 0; chunk--) {
      const { firstS } = times[chunk];
      for (const topic of chunks[chunk].topics) {
        let list = lists.get(topic);
        if (list === undefined) {
          list = [];
          lists.set(topic, list);
        }
        const later = list.at(-1)?.earliestFromHereS ?? Number.POSITIVE_INFINITY;
        list.push({ chunk, firstS, earliestFromHereS: Math.min(firstS, later) });
      }
    }
    for (const [topic, list] of lists) this.#occurrences.set(topic, list.reverse());
  }

  /** Chunks that hold a topic, in the order of the file. */
  chunksOf(topic: TopicName): readonly number[] {
    return (this.#occurrences.get(topic) ?? []).map(({ chunk }) => chunk);
  }

  /** The newest message of a topic at an instant. */
  at(topic: TopicName, timeS: number): Lookup {
    const list = this.#occurrences.get(topic) ?? [];
    for (let place = lastWhere(list, timeS); place >= 0; place--) {
      const { chunk, firstS } = list[place];
      if (firstS > timeS) continue;
      const loaded = this.#cache.get(chunk);
      if (loaded === undefined) return { kind: 'missing', chunk };
      const part = loaded.streams.get(topic);
      const index = part === undefined ? -1 : lastIndexAt(part, timeS);
      if (index >= 0) return { kind: 'found', found: { message: part!.messages[index], chunk } };
    }
    return NONE;
  }

  /** The next message of a topic after an instant, as far as it is in memory. */
  after(topic: TopicName, timeS: number, from: number): StoredMessage | undefined {
    const list = this.#occurrences.get(topic) ?? [];
    let low = 0;
    for (let high = list.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (list[middle].chunk >= from) high = middle;
      else low = middle + 1;
    }
    for (let place = low; place < Math.min(low + 2, list.length); place++) {
      const part = this.#cache.get(list[place].chunk)?.streams.get(topic);
      if (part === undefined) continue;
      const next = part.messages[lastIndexAt(part, timeS) + 1];
      if (next !== undefined) return next;
    }
    return undefined;
  }

  /** The look of a camera that belongs to its newest picture: it stands just before it in the file. */
  look(frame: string, timeS: number): Lookup {
    const picture = this.at(`/${frame}/image` as TopicName, timeS);
    if (picture.kind !== 'found') return picture;
    for (const chunk of [picture.found.chunk, picture.found.chunk - 1]) {
      if (chunk < 0) break;
      const loaded = this.#cache.get(chunk);
      if (loaded === undefined) return { kind: 'missing', chunk };
      const part = loaded.streams.get(frame);
      const index = part === undefined ? -1 : lastIndexAt(part, timeS);
      if (index >= 0) return { kind: 'found', found: { message: part!.messages[index], chunk } };
    }
    return NONE;
  }
}

/** Last place from which on something may be as early as the instant. */
function lastWhere(list: readonly Occurrence[], timeS: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle].earliestFromHereS > timeS) high = middle;
    else low = middle + 1;
  }
  return low - 1;
}

function lastIndexAt({ messages, ordered }: StreamPart, timeS: number): number {
  if (!ordered) return messages.findLastIndex((message) => message.timeS <= timeS);
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (messages[middle].timeS > timeS) high = middle;
    else low = middle + 1;
  }
  return low - 1;
}
