// Owns an episode as frames at equal distances of robot time: of each topic the newest message that is not newer than the
// frame. Waits of the operator, in which the robot's clock stands still, take no frames. Free of node:.
// Must never interpolate, look ahead, or hold more of a file than one chunk and its calls.

import type { CallMessage, MarksMessage, RobotStateMessage } from './messages.ts';
import type { Episode, EpisodeMessage } from './reader.ts';
import type { MessageOf, TopicName } from './topics.ts';

/** One call of the policy API, as far as frames need it. */
export type FrameCall = Pick<CallMessage, 'block' | 'call' | 'name' | 'line' | 'arguments' | 'startTimeS' | 'endTimeS'>;

/** What is known of one instant. */
export interface AlignedFrame {
  /** From 0. */
  readonly index: number;
  /** Seconds since the first frame: `index` over the frame rate. */
  readonly timeS: number;
  /** Robot time, seconds. */
  readonly robotTimeS: number;
  readonly arms: RobotStateMessage['arms'];
  /** State of the physics; absent where the robot was real, or before its first tick. */
  readonly trace: MessageOf<'/robot/trace'> | undefined;
  readonly marks: MarksMessage | undefined;
  /** Last known pose of every frame of `/tf`, by name; the same map for all frames, so read it at once. */
  readonly transforms: ReadonlyMap<string, MessageOf<'/tf'>['transforms'][number]['parentFromChild']>;
  /** The call that is under way; the one that began last, where several are. */
  readonly call: FrameCall | undefined;
}

const FRAME_TOPICS = ['/robot/state', '/robot/trace', '/marks', '/tf'] as const satisfies readonly TopicName[];

/** The calls of an episode in the order in which they began. */
export async function callsOf(episode: Episode): Promise<readonly FrameCall[]> {
  const calls: FrameCall[] = [];
  for await (const { message } of episode.messages('/call')) calls.push(message);
  return calls.sort((a, b) => a.startTimeS - b.startTimeS || a.block - b.block || a.call - b.call);
}

/**
 * The frames of an episode, from its first sample of the robot's state to its last.
 * @param framesPerS frames per second of robot time
 */
export async function* alignedFrames(
  episode: Episode,
  framesPerS: number,
  signal?: AbortSignal,
): AsyncGenerator<AlignedFrame, void, void> {
  const calls = await callsOf(episode);
  const transforms = new Map<string, AlignedFrame['transforms'] extends ReadonlyMap<string, infer P> ? P : never>();
  let state: RobotStateMessage | undefined;
  let trace: MessageOf<'/robot/trace'> | undefined;
  let marks: MarksMessage | undefined;
  // Frames begin when everything is known that the rest of them have.
  const simulated = episode.topics.includes('/robot/trace');
  let startS = 0;
  let lastS = 0;
  let index = 0;
  let nextCall = 0;
  let underWay: FrameCall[] = [];

  const frameAt = (arms: RobotStateMessage['arms']): AlignedFrame => {
    const timeS = index / framesPerS;
    const robotTimeS = startS + timeS;
    while (nextCall < calls.length && calls[nextCall].startTimeS <= robotTimeS) underWay.push(calls[nextCall++]);
    underWay = underWay.filter(({ endTimeS }) => endTimeS > robotTimeS);
    return { index, timeS, robotTimeS, arms, trace, marks, transforms, call: underWay.at(-1) };
  };
  const take = ({ topic, message }: EpisodeMessage<(typeof FRAME_TOPICS)[number]>) => {
    if (topic === '/robot/state') state = message;
    else if (topic === '/robot/trace') trace = message;
    else if (topic === '/marks') marks = message;
    else for (const { childFrame, parentFromChild } of message.transforms) transforms.set(childFrame, parentFromChild);
  };

  for await (const message of episode.messages(...FRAME_TOPICS)) {
    signal?.throwIfAborted();
    if (state === undefined || (simulated && trace === undefined)) {
      take(message);
      [startS, lastS] = [message.timeS, message.timeS];
      continue;
    }
    // Times are nanoseconds in the file; half of one never decides a frame.
    while (startS + index / framesPerS < message.timeS - 0.5e-9) {
      yield frameAt(state.arms);
      index += 1;
    }
    take(message);
    if (message.topic === '/robot/state') lastS = message.timeS;
  }
  if (state === undefined || (simulated && trace === undefined)) return;
  while (startS + index / framesPerS <= lastS + 0.5e-9) {
    yield frameAt(state.arms);
    index += 1;
  }
}
