import { describe, expect, it } from 'vitest';
import type { EpisodeMessage, TopicName } from '../../drivers/episode/reader.ts';
import type { MessageOf } from '../../drivers/episode/topics.ts';
import {
  createStoryBuilder,
  isStoryTopic,
  STORY_TOPICS,
  type StoryMessage,
} from '../../renderer/source/story-builder.ts';
import { firstEventAfter, stepByEvents, storyEvents } from '../../renderer/source/story-events.ts';
import { storyAround } from '../../renderer/source/story-lookup.ts';
import { SAMPLES } from './episode-samples.ts';

/** Stamps messages as a recording does: a sequence of its own for each topic. */
function teller() {
  const next = new Map<TopicName, number>();
  return <T extends TopicName>(topic: T, timeS: number, message: MessageOf<T>): StoryMessage => {
    const sequence = next.get(topic) ?? 0;
    next.set(topic, sequence + 1);
    const logTimeNs = BigInt(Math.round(timeS * 1e9));
    return { topic, timeS, logTimeNs, sequence, message } as EpisodeMessage as StoryMessage;
  };
}

/** Two blocks: the first is edited before it is approved and runs; the second is rejected. */
function twoBlocks(): StoryMessage[] {
  const tell = teller();
  const program = SAMPLES['/program'];
  const call = { ...SAMPLES['/call'], outcome: 'returned', error: undefined, startTimeS: 1, endTimeS: 2 } as const;
  return [
    tell('/turn', 0, { ...SAMPLES['/turn'], event: 'started', turn: 1 }),
    tell('/function', 0, { ...SAMPLES['/function'], block: 0 }),
    tell('/program', 0, { ...program, block: 0, source: 'first' }),
    tell('/check', 0, SAMPLES['/check']),
    tell('/preview', 0, SAMPLES['/preview']),
    tell('/approval', 0, { block: 0, decision: 'edited', by: 'operator' }),
    tell('/program', 0.5, { ...program, block: 0, source: 'second' }),
    tell('/check', 0.5, { block: 0, outcome: 'passed', diagnostics: [] }),
    tell('/approval', 1, { block: 0, decision: 'approved', by: 'operator' }),
    tell('/call', 2, { ...call, name: 'gotoPose' }),
    tell('/call', 3, { ...call, call: 3, name: 'closeGripper', result: { widthM: 0.04, holding: true }, endTimeS: 3 }),
    tell('/output', 3, SAMPLES['/output']),
    tell('/gate', 3.5, SAMPLES['/gate']),
    tell('/result', 4, { scope: 'block', block: 0, outcome: 'succeeded', message: 'ran' }),
    tell('/program', 4, { ...program, block: 1, source: 'third' }),
    tell('/approval', 4, { block: 1, decision: 'rejected', by: 'operator', comment: 'slower' }),
    tell('/stop', 4.5, SAMPLES['/stop']),
    tell('/result', 5, { scope: 'episode', outcome: 'failed', stage: 'rejected', message: 'rejected' }),
  ];
}

function told(messages: readonly StoryMessage[]) {
  const builder = createStoryBuilder();
  for (const message of messages) builder.add(message);
  return builder.story();
}

describe('a story', () => {
  it('knows the attempts at a block and what belongs to each', () => {
    const { blocks, result } = told(twoBlocks());
    expect(blocks.map(({ block, attempt, program }) => [block, attempt, program.message.source])).toEqual([
      [0, 0, 'first'],
      [0, 1, 'second'],
      [1, 0, 'third'],
    ]);
    expect(blocks.map(({ functions, calls, output }) => [functions.length, calls.length, output.length])).toEqual([
      [1, 0, 0],
      [0, 2, 1],
      [0, 0, 0],
    ]);
    expect(blocks[0].check?.message.outcome).toBe('failed');
    expect(blocks[0]).toMatchObject({ startS: null, endS: null });
    expect(blocks[1]).toMatchObject({ startS: 1, endS: 4 });
    expect(blocks[2].approval?.message.comment).toBe('slower');
    expect(result?.message.stage).toBe('rejected');
  });

  it('is not changed by messages that come again', () => {
    const messages = twoBlocks();
    const builder = createStoryBuilder();
    for (const message of messages) builder.add(message);
    const once = builder.story();
    for (const message of messages) expect(builder.add(message)).toBe(false);
    expect(builder.story()).toBe(once);
  });

  it('is the same whether it is read at once or while it grows', () => {
    const messages = twoBlocks();
    const builder = createStoryBuilder();
    for (const message of messages) {
      const before = builder.story();
      builder.add(message);
      expect(builder.story()).not.toBe(before);
      expect(builder.story().revision).toBe(before.revision + 1);
    }
    expect(builder.story()).toEqual(told(messages));
  });

  it('keeps the objects of blocks that did not change', () => {
    const messages = twoBlocks();
    const builder = createStoryBuilder();
    for (const message of messages.slice(0, -2)) builder.add(message);
    const before = builder.story().blocks;
    for (const message of messages.slice(-2)) builder.add(message);
    expect(builder.story().blocks.every((block, i) => block === before[i])).toBe(true);
  });

  it('shows what belongs to a program that is lost, and takes the program when it comes', () => {
    const tell = teller();
    const builder = createStoryBuilder();
    builder.add(tell('/call', 1, SAMPLES['/call']));
    expect(builder.story().blocks[0].program.message.name).toContain('could not be read');
    builder.add(tell('/program', 1, SAMPLES['/program']));
    expect(builder.story().blocks).toHaveLength(1);
    expect(builder.story().blocks[0].program.message.source).toBe(SAMPLES['/program'].source);
    expect(builder.story().blocks[0].calls).toHaveLength(1);
  });

  it('keeps words in place of the pixels that a call returned', () => {
    const tell = teller();
    const pixels = Array.from({ length: 100_000 }, (_, i) => i % 256);
    const result = { rgb: pixels, width: 250, note: 'x'.repeat(10_000) };
    const { calls } = told([tell('/call', 1, { ...SAMPLES['/call'], arguments: [pixels, 1], result })]).blocks[0];
    expect(JSON.stringify(calls[0].message).length).toBeLessThan(6000);
    expect(calls[0].message.arguments).toEqual(['(a list of 100000)', 1]);
    expect(calls[0].message.result).toMatchObject({ rgb: '(a list of 100000)', width: 250 });
  });

  it('takes every topic that is an event, and no samples', () => {
    const samples = ['/robot/state', '/robot/trace', '/tf', '/camera/scene/image', '/marks', '/scene'] as const;
    for (const topic of samples) expect(isStoryTopic(topic)).toBe(false);
    const tell = teller();
    const builder = createStoryBuilder();
    // A function stands behind the program that comes after it.
    const inOrder = ['/function', ...STORY_TOPICS.filter((topic) => topic !== '/function')] as const;
    for (const topic of inOrder) {
      const message = topic === '/function' ? { ...SAMPLES[topic], block: 0 } : SAMPLES[topic];
      expect(builder.add(tell(topic, 1, message))).toBe(true);
    }
    const story = builder.story();
    for (const topic of STORY_TOPICS) expect(storyAround(story, topic, 1)[0]?.topic).toBe(topic);
  });
});

describe('the events of a story', () => {
  const events = storyEvents(told(twoBlocks()));

  it('are in order, and each lies in a lane', () => {
    expect(events.every(({ timeS, endS }, i) => endS >= timeS && (i === 0 || events[i - 1].timeS <= timeS))).toBe(true);
    const count = (lane: string) => events.filter((event) => event.lane === lane).length;
    expect(['turns', 'calls', 'approvals', 'stops', 'contacts', 'output'].map(count)).toEqual([1, 2, 8, 2, 1, 1]);
    expect(events.find(({ lane }) => lane === 'contacts')).toMatchObject({ label: 'Grips, 40 mm wide', kind: 'good' });
  });

  it('are walked one instant after the other, there and back', () => {
    const instants = [...new Set(events.map(({ timeS }) => timeS))];
    const forth: number[] = [];
    for (let atS = -1; forth.length < instants.length; ) {
      atS = stepByEvents(events, atS, 1);
      forth.push(atS);
    }
    expect(forth).toEqual(instants);
    expect(stepByEvents(events, forth.at(-1)!, 1)).toBe(forth.at(-1));
    const back = [forth.at(-1)!];
    while (back.length < instants.length) back.push(stepByEvents(events, back.at(-1)!, -1));
    expect(back.reverse()).toEqual(instants);
    expect(stepByEvents(events, instants[0], -1)).toBe(instants[0]);
    expect(firstEventAfter(events, 1e9)).toBe(events.length);
  });
});
