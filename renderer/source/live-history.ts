// Owns what a live session has told so far: its story whole, its samples within bounds, and which of them stand around an
// instant. Must never decode a sample that nobody looks at.

import type { EpisodeMessage, TopicName } from '../../drivers/episode/reader.ts';
import { TOPICS } from '../../drivers/episode/topics.ts';
import type { FrameHeader } from '../../electron/ipc/cell-sockets.ts';
import { createDecodedMemo } from './decoded-memo.ts';
import { cameraOf, createTransformMerger, maybeOfCamera } from './merged-transforms.ts';
import { boundOf, type HistoryEntry, SampleHistory } from './sample-history.ts';
import { createStoryBuilder, isStoryTopic, type StoryBuilder, type StoryMessage } from './story-builder.ts';

export interface LiveHistory {
  readonly story: StoryBuilder;
  /** First and last robot time there is something of, seconds. */
  readonly firstS: number;
  readonly lastS: number;
  /** Bytes of all samples that are kept. */
  readonly sampleBytes: number;
  /** Takes one message; what changed by it. Damaged ones are said in `complain`. */
  add(topic: TopicName, header: FrameHeader, data: Uint8Array): 'story' | 'sample' | 'nothing';
  around(topic: TopicName, timeS: number): readonly [EpisodeMessage | undefined, EpisodeMessage | undefined];
  /** Samples of a topic, in order. */
  entries(topic: TopicName): readonly HistoryEntry[];
  clear(): void;
}

export function createLiveHistory(complain: (problem: string) => void): LiveHistory {
  let story = createStoryBuilder();
  let firstS = Number.POSITIVE_INFINITY;
  let lastS = 0;
  const streams = new Map<string, SampleHistory>();
  const cameras: string[] = [];
  const memo = createDecodedMemo();
  const merger = createTransformMerger();

  const decode = (topic: TopicName, header: FrameHeader, data: Uint8Array): EpisodeMessage | undefined => {
    const { ns, sequence, timeS } = header;
    try {
      return { topic, timeS, logTimeNs: BigInt(ns), sequence, message: TOPICS[topic].decode(data) } as EpisodeMessage;
    } catch (cause) {
      complain(`message ${sequence} of ${topic} is malformed and was left out (${String(cause)})`);
      return undefined;
    }
  };

  const streamOf = (name: string, topic: TopicName): SampleHistory => {
    let stream = streams.get(name);
    if (stream === undefined) {
      stream = new SampleHistory(boundOf(topic));
      streams.set(name, stream);
      if (name.startsWith('camera/')) cameras.push(name);
    }
    return stream;
  };

  const messageAt = (stream: SampleHistory | undefined, index: number): EpisodeMessage | undefined => {
    const entry = stream?.entries[index];
    return entry === undefined ? undefined : memo.decoded(entry);
  };

  const withCameras = (given: EpisodeMessage | undefined): EpisodeMessage | undefined => {
    if (given?.topic !== '/tf' || cameras.length === 0) return given;
    const looks: EpisodeMessage<'/tf'>[] = [];
    for (const name of cameras) {
      const stream = streams.get(name);
      const look = messageAt(stream, stream?.indexAt(given.timeS) ?? -1);
      if (look?.topic === '/tf') looks.push(look);
    }
    return merger.merge(given, looks);
  };

  return {
    get story() {
      return story;
    },
    get firstS() {
      return Math.min(firstS, lastS);
    },
    get lastS() {
      return lastS;
    },
    get sampleBytes() {
      return [...streams.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
    },
    add(topic, header, data) {
      let changed: 'story' | 'sample' | 'nothing' = 'nothing';
      if (isStoryTopic(topic)) {
        const message = decode(topic, header, data);
        if (message !== undefined && story.add(message as StoryMessage)) changed = 'story';
      } else {
        const { timeS, sequence } = header;
        const entry = { timeS, sequence, byteLength: data.length, decode: () => decode(topic, header, data) };
        const camera = topic === '/tf' && maybeOfCamera(data.length) ? cameraOf(entry.decode()) : undefined;
        if (streamOf(camera ?? topic, topic).add(entry)) changed = 'sample';
      }
      if (changed !== 'nothing') {
        firstS = Math.min(firstS, header.timeS);
        lastS = Math.max(lastS, header.timeS);
      }
      return changed;
    },
    around(topic, timeS) {
      const stream = streams.get(topic);
      if (stream === undefined) return [undefined, undefined];
      const index = stream.indexAt(timeS);
      return [withCameras(messageAt(stream, index)), withCameras(messageAt(stream, index + 1))];
    },
    entries: (topic) => streams.get(topic)?.entries ?? [],
    clear() {
      story = createStoryBuilder();
      streams.clear();
      cameras.length = 0;
      memo.clear();
      firstS = Number.POSITIVE_INFINITY;
      lastS = 0;
    },
  };
}
