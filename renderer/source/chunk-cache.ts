// Owns the chunks of a recording that are in memory: what was used last stays, within a bound. Must never read the same
// chunk twice at once.

import type { Episode, StoredMessage, TopicName } from '../../drivers/episode/reader.ts';
import { createDecodedMemo, type DecodedMemo } from './decoded-memo.ts';
import { cameraOf, maybeOfCamera } from './merged-transforms.ts';
import { isStoryTopic } from './story-builder.ts';

/** Messages of one topic of one chunk; of `/tf` those of the bodies, the looks of each camera apart. */
export interface StreamPart {
  readonly messages: readonly StoredMessage[];
  /** Times never go back, so that they can be searched by halving. */
  readonly ordered: boolean;
}

export interface LoadedChunk {
  readonly index: number;
  readonly byteLength: number;
  /** By topic, and by the frame of a camera. */
  readonly streams: ReadonlyMap<string, StreamPart>;
}

export interface ChunkCache {
  /** What is in memory; using it keeps it there. */
  get(index: number): LoadedChunk | undefined;
  load(index: number): Promise<LoadedChunk>;
  /** From memory, or read and not kept. */
  read(index: number): Promise<LoadedChunk>;
  readonly byteLength: number;
  readonly memo: DecodedMemo;
  clear(): void;
}

/** Unpacked bytes in memory: some three minutes of all topics. */
export const CACHE_BYTES = 48 * 1024 * 1024;
/** What a message costs beside its bytes. */
const MESSAGE_OVERHEAD_BYTES = 250;
/** However large, as many chunks stay: those around the cursor are needed in every frame. */
const FEWEST_CHUNKS = 12;

export function createChunkCache(episode: Episode, maxBytes = CACHE_BYTES): ChunkCache {
  const loaded = new Map<number, LoadedChunk>();
  const loading = new Map<number, Promise<LoadedChunk>>();
  let bytes = 0;

  const read = async (index: number) => sorted(index, await episode.readChunk(index));

  const keep = (chunk: LoadedChunk) => {
    loaded.set(chunk.index, chunk);
    bytes += chunk.byteLength;
    for (const [index, oldest] of loaded) {
      if (bytes <= maxBytes || loaded.size <= FEWEST_CHUNKS) return;
      loaded.delete(index);
      bytes -= oldest.byteLength;
    }
  };

  const cache: ChunkCache = {
    get byteLength() {
      return bytes;
    },
    memo: createDecodedMemo(),
    get(index) {
      const chunk = loaded.get(index);
      if (chunk === undefined) return undefined;
      loaded.delete(index);
      loaded.set(index, chunk);
      return chunk;
    },
    load(index) {
      const known = cache.get(index);
      if (known !== undefined) return Promise.resolve(known);
      let promise = loading.get(index);
      if (promise === undefined) {
        promise = read(index)
          .then((chunk) => {
            keep(chunk);
            return chunk;
          })
          .finally(() => loading.delete(index));
        loading.set(index, promise);
      }
      return promise;
    },
    read: (index) => {
      const known = loaded.get(index);
      return known === undefined ? (loading.get(index) ?? read(index)) : Promise.resolve(known);
    },
    clear() {
      loaded.clear();
      bytes = 0;
      cache.memo.clear();
    },
  };
  return cache;
}

function sorted(index: number, messages: readonly StoredMessage[]): LoadedChunk {
  const lists = new Map<string, StoredMessage[]>();
  let byteLength = 0;
  for (const message of messages) {
    byteLength += message.byteLength + MESSAGE_OVERHEAD_BYTES;
    const name = streamName(message);
    const list = lists.get(name);
    if (list === undefined) lists.set(name, [message]);
    else list.push(message);
  }
  const streams = new Map<string, StreamPart>();
  for (const [name, list] of lists) {
    // The story has been read already and lives elsewhere.
    if (isStoryTopic(name as TopicName)) continue;
    const ordered = list.every(({ timeS }, i) => i === 0 || list[i - 1].timeS <= timeS);
    streams.set(name, { messages: list, ordered });
  }
  return { index, byteLength, streams };
}

function streamName(message: StoredMessage): string {
  if (message.topic !== '/tf' || !maybeOfCamera(message.byteLength)) return message.topic;
  return cameraOf(message.decode()) ?? message.topic;
}
