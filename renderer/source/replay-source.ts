// Owns the source of a recording: cursor, play, loop and steps over what an episode holds. All panels see one instant: the
// cursor moves only when everything at its new place is in memory. Must never show a mix of two instants.

import type { EpisodeMessage, EpisodeSource, TopicName } from '../../drivers/episode/reader.ts';
import { describeCause } from './cause.ts';
import { createFrameNotifier, type NextFrame, nextFrame } from './frame-notifier.ts';
import { allowedRate, nextInstant } from './play-clock.ts';
import { openRecording } from './recording.ts';
import { recordingSamples } from './recording-samples.ts';
import type { Playback, Source, TimeSpan } from './source.ts';
import { isStoryTopic } from './story-builder.ts';
import { stepByEvents, storyEvents } from './story-events.ts';
import { storyAround } from './story-lookup.ts';

export interface ReplayOptions {
  /** Name of the recording. */
  readonly label: string;
  readonly schedule?: NextFrame;
  /** Milliseconds of any clock that does not jump. */
  readonly now?: () => number;
}

/** Control ticks a second. */
const TICKS_PER_S = 100;
/** What is read ahead of a playing cursor, seconds of real time. */
const READ_AHEAD_S = 1.5;
const MOST_AHEAD = 12;
/** After a frame that came late, the replay goes on from where it was, seconds. */
const LONGEST_FRAME_S = 0.25;

/**
 * Opens a recording at its beginning. The story goes on being read when this resolves.
 * @param signal ends the opening
 * @throws EpisodeError for what is no episode of ours, or cannot be read
 */
export async function openReplaySource(
  bytes: EpisodeSource,
  { label, schedule = nextFrame, now = () => performance.now() }: ReplayOptions,
  signal: AbortSignal,
): Promise<Source> {
  const life = new AbortController();
  const endOpening = () => life.abort(signal.reason);
  signal.addEventListener('abort', endOpening, { once: true });
  signal.throwIfAborted();
  const recording = await openRecording(bytes, life.signal);
  const { span, episode, times } = recording;
  await recording.prepare(span.startS, life.signal);
  signal.removeEventListener('abort', endOpening);

  const playbackNotifier = createFrameNotifier(schedule);
  const storyNotifier = createFrameNotifier(schedule);
  const problems: string[] = [];
  let cursorS = span.startS;
  let wantedS = cursorS;
  let pursuing = false;
  let readingStory = true;
  let playing = false;
  let stalled = false;
  let rate = 1;
  let loop: TimeSpan | null = null;
  let jumps = 0;
  let playback: Playback | undefined;
  let cancelFrame: (() => void) | undefined;
  let lastFrameMs = 0;

  const changed = () => {
    playback = undefined;
    playbackNotifier.changed();
  };
  const trouble = (cause: unknown) => {
    if (life.signal.aborted) return;
    const problem = describeCause(cause);
    if (!problems.includes(problem) && problems.length < 20) problems.push(problem);
    changed();
  };

  recording
    .readStory(storyNotifier.changed, life.signal)
    .catch(trouble)
    .finally(() => {
      readingStory = false;
      changed();
      storyNotifier.changed();
    });

  /** Moves the cursor as soon as all is there; while that takes time, the newest wish counts. */
  const pursue = async () => {
    pursuing = true;
    try {
      while (cursorS !== wantedS) {
        const timeS = wantedS;
        await recording.prepare(timeS, life.signal);
        cursorS = timeS;
        jumps += 1;
        changed();
      }
    } catch (cause) {
      wantedS = cursorS;
      trouble(cause);
    } finally {
      pursuing = false;
      changed();
    }
  };

  const seek = (timeS: number) => {
    wantedS = Math.min(Math.max(Number.isNaN(timeS) ? span.startS : timeS, span.startS), span.endS);
    if (pursuing || wantedS === cursorS) return;
    if (recording.missingAt(wantedS).length === 0) {
      cursorS = wantedS;
      jumps += 1;
      changed();
    } else {
      void pursue();
      changed();
    }
  };

  const readAhead = () => {
    const aheadS = cursorS + rate * READ_AHEAD_S;
    const [fromS, toS] = rate > 0 ? [cursorS, aheadS] : [aheadS, cursorS];
    const near = firstChunkEnding(times, fromS);
    let asked = 0;
    for (let chunk = near; chunk < times.length && asked < MOST_AHEAD && times[chunk].firstS <= toS + 1; chunk++) {
      asked += 1;
      recording.cache.load(chunk).catch(trouble);
    }
  };

  const frame = () => {
    cancelFrame = undefined;
    if (!playing) return;
    const atMs = now();
    const elapsedS = Math.min(Math.max(0, (atMs - lastFrameMs) / 1000), LONGEST_FRAME_S);
    lastFrameMs = atMs;
    if (!pursuing) {
      const next = nextInstant(cursorS, elapsedS, rate, span, loop);
      if (recording.missingAt(next.timeS).length === 0) {
        stalled = false;
        cursorS = next.timeS;
        wantedS = next.timeS;
        if (next.wrapped) jumps += 1;
        if (next.ended) playing = false;
        changed();
      } else if (!stalled) {
        stalled = true;
        changed();
        recording.prepare(next.timeS, life.signal).then(
          () => {
            stalled = false;
            changed();
          },
          (cause) => {
            playing = false;
            stalled = false;
            trouble(cause);
          },
        );
      }
      readAhead();
    }
    if (playing) cancelFrame = schedule(frame);
  };

  const pause = () => {
    if (!playing) return;
    playing = false;
    cancelFrame?.();
    cancelFrame = undefined;
    changed();
  };

  const around = (topic: TopicName) =>
    isStoryTopic(topic) ? storyAround(recording.story.story(), topic, cursorS) : recording.around(topic, cursorS);

  return {
    label,
    can: { seek: true, play: true },
    playback() {
      const loading = cursorS !== wantedS || stalled || readingStory;
      playback ??= { span, cursorS, following: false, playing, rate, jumps, loop, loading };
      return playback;
    },
    onPlayback: playbackNotifier.subscribe,
    story: () => recording.story.story(),
    onStory: storyNotifier.subscribe,
    latest: <T extends TopicName>(topic: T) => around(topic)[0] as EpisodeMessage<T> | undefined,
    around: <T extends TopicName>(topic: T) =>
      around(topic) as readonly [EpisodeMessage<T> | undefined, EpisodeMessage<T> | undefined],
    samples: (topic, over, pick, maxPoints, abort) =>
      recordingSamples(recording, topic, over, pick, maxPoints, AbortSignal.any([abort, life.signal])),
    async at<T extends TopicName>(topic: T, timeS: number, abort: AbortSignal) {
      const message = isStoryTopic(topic)
        ? storyAround(recording.story.story(), topic, timeS)[0]
        : await recording.find(topic, timeS, AbortSignal.any([abort, life.signal]));
      return message as EpisodeMessage<T> | undefined;
    },
    seek,
    follow: () => undefined,
    play(newRate) {
      if (newRate !== undefined) rate = allowedRate(newRate);
      const within = loop ?? span;
      const [fromS, toS] = rate > 0 ? [within.startS, within.endS] : [within.endS, within.startS];
      // At the end, or outside of the loop, it begins again.
      if (rate > 0 ? wantedS >= toS || wantedS < fromS : wantedS <= toS || wantedS > fromS) seek(fromS);
      if (playing) return changed();
      playing = true;
      lastFrameMs = now();
      cancelFrame = schedule(frame);
      changed();
    },
    pause,
    setRate(newRate) {
      rate = allowedRate(newRate);
      changed();
    },
    setLoop(over) {
      loop = over === null ? null : clamped(over, span);
      changed();
    },
    step(by) {
      pause();
      if ('ticks' in by) seek((Math.round(wantedS * TICKS_PER_S) + by.ticks) / TICKS_PER_S);
      else seek(stepByEvents(storyEvents(recording.story.story()), wantedS, by.events));
    },
    problems: () => [...episode.problems, ...problems],
    dispose() {
      playing = false;
      cancelFrame?.();
      life.abort();
      playbackNotifier.dispose();
      storyNotifier.dispose();
      recording.cache.clear();
    },
  };
}

function clamped({ startS, endS }: TimeSpan, span: TimeSpan): TimeSpan | null {
  const from = Math.max(span.startS, Math.min(startS, endS));
  const to = Math.min(span.endS, Math.max(startS, endS));
  return to > from ? { startS: from, endS: to } : null;
}

/** First chunk that may hold something at or after an instant. */
function firstChunkEnding(times: readonly { readonly lastS: number }[], timeS: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle].lastS >= timeS) high = middle;
    else low = middle + 1;
  }
  return low;
}
