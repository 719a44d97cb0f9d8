// Owns an opened recording: what stands around any instant of it, read when needed and kept within a bound. The same
// instant always gives the same messages, whatever was looked at before. Must never know play, pause or panels.

import {
  type Episode,
  type EpisodeMessage,
  type EpisodeSource,
  readEpisode,
  type TopicName,
} from '../../drivers/episode/reader.ts';
import { RECORDED_CAMERAS } from '../../drivers/episode/topics.ts';
import { createBreather } from './breather.ts';
import { type ChunkCache, createChunkCache } from './chunk-cache.ts';
import { patientSource } from './episode-bytes.ts';
import { createTransformMerger } from './merged-transforms.ts';
import type { TimeSpan } from './source.ts';
import { createStoryBuilder, isStoryTopic, type StoryBuilder, type StoryMessage } from './story-builder.ts';
import { type ChunkTimes, type Lookup, TopicIndex } from './topic-index.ts';

export interface Recording {
  readonly episode: Episode;
  readonly span: TimeSpan;
  readonly cache: ChunkCache;
  readonly story: StoryBuilder;
  /** Chunks that hold a topic. */
  chunksOf(topic: TopicName): readonly number[];
  readonly times: readonly ChunkTimes[];
  /** Chunks that must be read before everything at an instant is known. */
  missingAt(timeS: number): readonly number[];
  /** Reads what is missing. */
  prepare(timeS: number, signal: AbortSignal): Promise<void>;
  /** Of what has been prepared. */
  around(topic: TopicName, timeS: number): readonly [EpisodeMessage | undefined, EpisodeMessage | undefined];
  /** One topic at an instant, reading what that takes. */
  find(topic: TopicName, timeS: number, signal: AbortSignal): Promise<EpisodeMessage | undefined>;
  /** Reads the story from beginning to end; told after each part. */
  readStory(onPart: () => void, signal: AbortSignal): Promise<void>;
}

const NOTHING = [undefined, undefined] as const;
/** Chunks that are asked for at once while the story is read. */
const STORY_AHEAD = 4;
const CAMERA_FRAMES = RECORDED_CAMERAS.map((camera) => `camera/${camera}`);

/** @throws EpisodeError for what is no episode of ours, or cannot be read */
export async function openRecording(bytes: EpisodeSource, signal: AbortSignal): Promise<Recording> {
  const episode = await readEpisode(patientSource(bytes, signal));
  const cache = createChunkCache(episode);
  const times = await chunkTimes(episode, signal);
  const index = new TopicIndex(episode.chunks, times, cache);
  const story = createStoryBuilder();
  const merger = createTransformMerger();
  const sampled = episode.topics.filter((topic) => !isStoryTopic(topic));
  const frames = CAMERA_FRAMES.filter((frame) => episode.topics.some((topic) => topic === `/${frame}/image`));

  const lookups = function* (timeS: number): Generator<Lookup> {
    for (const topic of sampled) yield index.at(topic, timeS);
    for (const frame of frames) yield index.look(frame, timeS);
  };

  const missingAt = (timeS: number): readonly number[] => {
    const missing = new Set<number>();
    for (const lookup of lookups(timeS)) if (lookup.kind === 'missing') missing.add(lookup.chunk);
    return [...missing];
  };

  const decoded = (lookup: Lookup) => (lookup.kind === 'found' ? cache.memo.decoded(lookup.found.message) : undefined);

  const withCameras = (given: EpisodeMessage | undefined): EpisodeMessage | undefined => {
    if (given?.topic !== '/tf' || frames.length === 0) return given;
    const looks: EpisodeMessage<'/tf'>[] = [];
    for (const frame of frames) {
      const look = decoded(index.look(frame, given.timeS));
      if (look?.topic === '/tf') looks.push(look);
    }
    return merger.merge(given, looks);
  };

  const settled = async (look: () => readonly number[], abort: AbortSignal) => {
    for (let missing = look(); missing.length > 0; missing = look()) {
      await Promise.all(missing.map((chunk) => cache.load(chunk)));
      abort.throwIfAborted();
    }
  };

  const around: Recording['around'] = (topic, timeS) => {
    const lookup = index.at(topic, timeS);
    if (lookup.kind !== 'found') return NOTHING;
    const next = index.after(topic, timeS, lookup.found.chunk);
    return [withCameras(decoded(lookup)), next === undefined ? undefined : withCameras(cache.memo.decoded(next))];
  };

  return {
    episode,
    cache,
    story,
    times,
    span: spanOf(times),
    chunksOf: (topic) => index.chunksOf(topic),
    missingAt,
    prepare: (timeS, abort) => settled(() => missingAt(timeS), abort),
    around,
    async find(topic, timeS, abort) {
      const missing = () => {
        const lookup = index.at(topic, timeS);
        if (lookup.kind === 'missing') return [lookup.chunk];
        if (topic !== '/tf') return [];
        return frames
          .map((frame) => index.look(frame, timeS))
          .flatMap((look) => (look.kind === 'missing' ? [look.chunk] : []));
      };
      await settled(missing, abort);
      return around(topic, timeS)[0];
    },
    async readStory(onPart, abort) {
      const breathe = createBreather();
      const wanted = episode.chunks.flatMap(({ topics }, chunk) => ([...topics].some(isStoryTopic) ? [chunk] : []));
      const ahead: Promise<readonly StoryMessage[]>[] = [];
      const read = async (chunk: number) => {
        const messages: StoryMessage[] = [];
        for (const stored of await episode.readChunk(chunk)) {
          if (!isStoryTopic(stored.topic)) continue;
          const message = stored.decode();
          if (message !== undefined) messages.push(message as StoryMessage);
        }
        return messages;
      };
      for (let next = 0; next < wanted.length || ahead.length > 0; ) {
        while (ahead.length < STORY_AHEAD && next < wanted.length) ahead.push(read(wanted[next++]));
        const messages = await ahead.shift();
        await breathe();
        abort.throwIfAborted();
        for (const message of messages ?? []) story.add(message);
        onPart();
      }
    },
  };
}

function spanOf(times: readonly ChunkTimes[]): TimeSpan {
  let [startS, endS] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { firstS, lastS } of times) {
    startS = Math.min(startS, firstS);
    endS = Math.max(endS, lastS);
  }
  return startS <= endS ? { startS, endS } : { startS: 0, endS: 0 };
}

/** Robot times of all chunks; those of a file from before there was such an index are read off its messages. */
async function chunkTimes(episode: Episode, signal: AbortSignal): Promise<readonly ChunkTimes[]> {
  const times: ChunkTimes[] = [];
  for (const [index, { robotS }] of episode.chunks.entries()) {
    if (robotS !== null) {
      times.push(robotS);
      continue;
    }
    signal.throwIfAborted();
    let [firstS, lastS] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const { timeS } of await episode.readChunk(index)) {
      firstS = Math.min(firstS, timeS);
      lastS = Math.max(lastS, timeS);
    }
    times.push({ firstS, lastS });
  }
  return times;
}
