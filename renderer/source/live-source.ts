// Owns the source of the open cell: what its robot host streams, followed as it comes, with the past within reach. After a
// lost connection it goes on from where it was. Must never send more than its hello.

import type { EpisodeMessage, TopicName } from '../../drivers/episode/reader.ts';
import { isTopicName } from '../../drivers/episode/topics.ts';
import {
  SOCKET_PATHS,
  SOCKETS_VERSION,
  splitFrame,
  stateTextSchema,
  welcomeSchema,
} from '../../electron/ipc/cell-sockets.ts';
import type { ReconnectingSocket, SocketPlan } from '../app/reconnecting-socket.ts';
import { createFrameNotifier, type NextFrame } from './frame-notifier.ts';
import { createLiveHistory } from './live-history.ts';
import type { HistoryEntry } from './sample-history.ts';
import type { Playback, Source } from './source.ts';
import { isStoryTopic } from './story-builder.ts';
import { stepByEvents, storyEvents } from './story-events.ts';
import { type SampleRows, thinSamples } from './thin-samples.ts';

/** What a source needs of a socket that comes back by itself. */
export type OpenStateSocket = (plan: SocketPlan) => Pick<ReconnectingSocket, 'close' | 'confirm'>;

export interface LiveSourceOptions {
  /** As "ws://127.0.0.1:40123". */
  readonly url: string;
  readonly token: string;
  /** Name of this window. */
  readonly client: string;
  readonly openSocket: OpenStateSocket;
  readonly schedule?: NextFrame;
}

/** Length of a control tick, seconds. */
const TICK_S = 0.01;
/** Longest wait between two attempts to connect, milliseconds. */
const SLOWEST_RETRY_MS = 2000;
/** More sentences than this are not kept. */
const MOST_PROBLEMS = 50;

export function openLiveSource({ url, token, client, openSocket, schedule }: LiveSourceOptions): Source {
  const problems: string[] = [];
  const skipped = new Map<string, number>();
  const complain = (problem: string) => {
    if (problems.length < MOST_PROBLEMS && !problems.includes(problem)) problems.push(problem);
  };
  const history = createLiveHistory(complain);
  const playbackNotifier = createFrameNotifier(schedule);
  const storyNotifier = createFrameNotifier(schedule);
  /** A plot asks for nearly the same samples several times a second. */
  const picked = new WeakMap<object, WeakMap<HistoryEntry, readonly number[]>>();
  let episode: string | undefined;
  let nextSeq = 0;
  let caughtUp = false;
  let following = true;
  let soughtS = 0;
  let jumps = 0;
  let playback: Playback | undefined;

  const changed = () => {
    playback = undefined;
    playbackNotifier.changed();
  };

  const onText = (text: string) => {
    const value: unknown = JSON.parse(text);
    const welcome = welcomeSchema.safeParse(value);
    if (welcome.success) {
      if (episode !== undefined && episode !== welcome.data.episode) {
        history.clear();
        nextSeq = 0;
        following = true;
        jumps += 1;
        storyNotifier.changed();
      }
      episode = welcome.data.episode;
      caughtUp = false;
      socket.confirm();
      changed();
      return;
    }
    const said = stateTextSchema.parse(value);
    if (said.kind === 'caught-up') {
      caughtUp = true;
      nextSeq = Math.max(nextSeq, said.seq);
      changed();
      return;
    }
    for (const [topic, count] of Object.entries(said.samples)) skipped.set(topic, (skipped.get(topic) ?? 0) + count);
  };

  const onFrame = (frame: Uint8Array) => {
    const { header, data } = splitFrame(frame);
    nextSeq = Math.max(nextSeq, header.seq + 1);
    if (!isTopicName(header.topic)) {
      complain(`the topic ${header.topic} is unknown to this version and is left out`);
      return;
    }
    const what = history.add(header.topic, header, data);
    if (what === 'story') storyNotifier.changed();
    if (what !== 'nothing') changed();
  };

  const socket = openSocket({
    url: url + SOCKET_PATHS.state,
    hello: {
      kind: 'hello',
      version: SOCKETS_VERSION,
      token,
      client,
      // Read when the hello is written: each connection goes on from where the last one ended.
      get from() {
        return episode === undefined ? undefined : nextSeq;
      },
      get episode() {
        return episode;
      },
    },
    onMessage(data) {
      try {
        if (typeof data === 'string') onText(data);
        else onFrame(new Uint8Array(data));
      } catch (cause) {
        complain(`a message of the robot host was not understood (${String(cause)})`);
      }
    },
    onDown() {
      caughtUp = false;
      changed();
    },
    slowestRetryMs: SLOWEST_RETRY_MS,
    onState: ({ kind }) => {
      if (kind === 'refused') complain('the robot host does not stream to this window any more');
    },
  });

  const cursorS = () => (following ? history.lastS : soughtS);

  const seek = (timeS: number) => {
    soughtS = Math.min(Math.max(timeS, history.firstS), history.lastS);
    // The end of what is live is now.
    following = soughtS >= history.lastS;
    jumps += 1;
    changed();
  };

  const messageAt = <T extends TopicName>(topic: T, timeS: number) =>
    history.around(topic, timeS)[0] as EpisodeMessage<T> | undefined;

  return {
    label: 'live',
    can: { seek: true, play: false },
    playback() {
      playback ??= {
        span: { startS: history.firstS, endS: history.lastS },
        cursorS: cursorS(),
        following,
        playing: false,
        rate: 1,
        jumps,
        loop: null,
        loading: !caughtUp,
      };
      return playback;
    },
    onPlayback: playbackNotifier.subscribe,
    story: () => history.story.story(),
    onStory: storyNotifier.subscribe,
    latest: (topic) => messageAt(topic, cursorS()),
    around<T extends TopicName>(topic: T) {
      const pair = history.around(topic, cursorS());
      return pair as readonly [EpisodeMessage<T> | undefined, EpisodeMessage<T> | undefined];
    },
    async samples(topic, span, pick, maxPoints, signal) {
      const rows: SampleRows = { timesS: [], rows: [] };
      if (isStoryTopic(topic)) return thinSamples(rows, maxPoints);
      const inside = history.entries(topic).filter(({ timeS }) => timeS >= span.startS && timeS <= span.endS);
      let known = picked.get(pick);
      if (known === undefined) {
        known = new WeakMap();
        picked.set(pick, known);
      }
      for (const [index, entry] of inside.entries()) {
        // Decoding thousands of messages must not hold up a frame.
        if (index % 200 === 199) await new Promise((resolve) => setTimeout(resolve));
        signal.throwIfAborted();
        let row = known.get(entry);
        if (row === undefined) {
          const message = entry.decode() as EpisodeMessage<typeof topic> | undefined;
          row = message === undefined ? [] : pick(message);
          known.set(entry, row);
        }
        rows.timesS.push(entry.timeS);
        rows.rows.push(row);
      }
      return thinSamples(rows, maxPoints);
    },
    at: async (topic, timeS) => messageAt(topic, timeS),
    seek,
    follow() {
      if (following) return;
      following = true;
      jumps += 1;
      changed();
    },
    play: () => undefined,
    pause: () => undefined,
    setRate: () => undefined,
    setLoop: () => undefined,
    step(by) {
      if ('ticks' in by) seek(cursorS() + by.ticks * TICK_S);
      else seek(stepByEvents(storyEvents(history.story.story()), cursorS(), by.events));
    },
    problems() {
      const missed = [...skipped].map(
        ([topic, count]) => `${count} samples of ${topic} were skipped: this window was too slow`,
      );
      return [...problems, ...missed];
    },
    dispose() {
      socket.close();
      playbackNotifier.dispose();
      storyNotifier.dispose();
      history.clear();
    },
  };
}
