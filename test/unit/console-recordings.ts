// Owns recordings for the tests of replay: drawn from a seed, with chunks of all lengths and times that now and then step
// back, and the plain way to know what stands at an instant: play the file from its beginning to there.

import { type Episode, type EpisodeMessage, readEpisode, type TopicName } from '../../drivers/episode/reader.ts';
import type { MessageOf } from '../../drivers/episode/topics.ts';
import { createRandomStream } from '../../sim/random.ts';
import { recordInMemory, SAMPLES } from './episode-samples.ts';

const POSE = { position: [0, 0, 0], quatWxyz: [1, 0, 0, 0] } as const;

/** Topics that come in every tick, now and then, or hardly ever. */
const FREQUENT = ['/robot/joint_states', '/robot/state', '/robot/tcp'] as const;
const RARE = ['/marks', '/log', '/output', '/call', '/gate', '/camera/wrist/image', '/camera/scene/depth'] as const;

export interface DrawnRecording {
  readonly bytes: Uint8Array;
  readonly episode: Episode;
  readonly endS: number;
}

/** The bytes of a file drawn from a seed. */
export async function drawRecording(seed: number, ticks = 300): Promise<DrawnRecording> {
  const random = createRandomStream(seed, 'a recording');
  const { writer, sink, clock } = recordInMemory({ timeline: random.uniform(0, 1) < 0.5 ? 'robot' : 'wall' });
  const record = <T extends TopicName>(topic: T, timeS: number, message: MessageOf<T>) =>
    writer.record(topic, timeS, message);
  writer.record('/scene', 0, SAMPLES['/scene']);
  let timeS = 0;
  for (let tick = 0; tick < ticks; tick++) {
    timeS = tick / 100;
    for (const topic of FREQUENT) if (random.uniform(0, 1) < 0.9) record(topic, timeS, SAMPLES[topic]);
    if (tick % 5 === 0) {
      const childFrame = `link${tick}`;
      const bodies = Array.from({ length: 8 }, () => ({ parentFrame: 'base', childFrame, parentFromChild: POSE }));
      record('/tf', timeS, { transforms: bodies });
    }
    if (random.uniform(0, 1) < 0.04) {
      // A picture was taken a little earlier than it is written.
      const takenS = Math.max(0, timeS - random.uniform(0, 0.03));
      const look = { parentFrame: 'base', childFrame: 'camera/scene', parentFromChild: POSE };
      record('/tf', takenS, { transforms: [look] });
      record('/camera/scene/image', takenS, SAMPLES['/camera/scene/image']);
    }
    for (const topic of RARE) if (random.uniform(0, 1) < 0.02) record(topic, timeS, SAMPLES[topic]);
    if (random.uniform(0, 1) < 0.05) {
      clock.pass(random.uniform(0, 1.5));
      await writer.flush();
    }
  }
  await writer.finish({ outcome: 'succeeded', message: 'done' });
  const bytes = sink.bytes();
  return { bytes, episode: await readEpisode(bytes), endS: timeS };
}

export type Instant = ReadonlyMap<string, { readonly sequence: number; readonly timeS: number }>;

const isLook = ({ topic, message }: EpisodeMessage) => topic === '/tf' && message.transforms.length === 1;

/** What stands at an instant: the file is played from its beginning, and of each topic the last that is not later stays. */
export async function playTo(episode: Episode, timeS: number): Promise<Instant> {
  const state = new Map<string, { sequence: number; timeS: number }>();
  for await (const message of episode.messages()) {
    if (message.timeS > timeS || isLook(message)) continue;
    state.set(message.topic, { sequence: message.sequence, timeS: message.timeS });
  }
  return state;
}
