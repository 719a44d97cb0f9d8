import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EpisodeSource, sourceOfBytes } from '../../drivers/episode/source.ts';
import { TOPIC_NAMES } from '../../drivers/episode/topics.ts';
import { openReplaySource, type ReplayOptions } from '../../renderer/source/replay-source.ts';
import type { Source } from '../../renderer/source/source.ts';
import { isStoryTopic } from '../../renderer/source/story-builder.ts';
import { drawRecording, type Instant, playTo } from './console-recordings.ts';

const SEED = Number(process.env.CAPSTAN_TEST_SEED ?? 1);

const open = (bytes: Uint8Array | EpisodeSource, options: Partial<ReplayOptions> = {}) =>
  openReplaySource(
    bytes instanceof Uint8Array ? sourceOfBytes(bytes) : bytes,
    { label: 'a recording', ...options },
    new AbortController().signal,
  );

/** Resolves when the source is where it was asked to go. */
async function settled(source: Source): Promise<void> {
  while (source.playback().loading) await new Promise((resolve) => setTimeout(resolve));
}

async function seekTo(source: Source, timeS: number): Promise<void> {
  source.seek(timeS);
  await settled(source);
  expect(source.playback().cursorS).toBe(timeS);
}

/** What the source shows, as `playTo` tells it. */
function shown(source: Source): Instant {
  const state = new Map<string, { sequence: number; timeS: number }>();
  for (const topic of TOPIC_NAMES) {
    const message = source.latest(topic);
    if (message !== undefined) state.set(topic, { sequence: message.sequence, timeS: message.timeS });
  }
  return state;
}

const sorted = (state: Instant) => [...state].sort(([a], [b]) => (a < b ? -1 : 1));

describe('a replay', () => {
  it('shows at any instant, in any order, what playing to it shows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1e6),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 8 }),
        async (seed, places) => {
          const { bytes, episode } = await drawRecording(seed);
          const source = await open(bytes);
          const { startS, endS } = source.playback().span;
          for (const place of places) {
            const timeS = startS + place * (endS - startS);
            await seekTo(source, timeS);
            expect(sorted(shown(source))).toEqual(sorted(await playTo(episode, timeS)));
          }
          source.dispose();
        },
      ),
      { seed: SEED, numRuns: 25 },
    );
  });

  it('gives the next message too, and poses of cameras with those of the bodies', async () => {
    const { bytes, episode } = await drawRecording(11);
    const source = await open(bytes);
    for (const timeS of [0.55, 1.1, 2.031, 2.9]) {
      await seekTo(source, timeS);
      for (const topic of ['/robot/state', '/robot/joint_states'] as const) {
        const [before, after] = source.around(topic);
        const all = [];
        for await (const message of episode.messages(topic)) all.push(message.timeS);
        expect(before?.timeS).toBe(all.findLast((one) => one <= timeS));
        expect(after?.timeS).toBe(all.find((one) => one > timeS));
      }
      const frames = source.latest('/tf')?.message.transforms.map(({ childFrame }) => childFrame) ?? [];
      const pictured =
        (source.latest('/camera/scene/image')?.timeS ?? Number.POSITIVE_INFINITY) <= source.latest('/tf')!.timeS;
      if (pictured) expect(frames).toContain('camera/scene');
      expect(frames.filter((frame) => frame.startsWith('link'))).toHaveLength(8);
    }
    source.dispose();
  });

  it('tells the same story as the file', async () => {
    const { bytes, episode } = await drawRecording(5);
    const source = await open(bytes);
    await settled(source);
    const calls = source.story().blocks.flatMap((block) => block.calls);
    const recorded = [];
    for await (const message of episode.messages('/call')) recorded.push(message.sequence);
    expect(calls.map(({ sequence }) => sequence)).toEqual(recorded);
    expect(recorded.length).toBeGreaterThan(0);
    expect(TOPIC_NAMES.some(isStoryTopic)).toBe(true);
    source.dispose();
  });

  it('opens by reading a part of the file, and keeps a bounded part of it', async () => {
    const { bytes } = await drawRecording(3, 3000);
    let read = 0;
    const inner = sourceOfBytes(bytes);
    const counted: EpisodeSource = {
      size: inner.size,
      read: (offset, length) => {
        read += length;
        return inner.read(offset, length);
      },
    };
    const source = await open(counted);
    expect(read).toBeLessThan(bytes.length / 2);
    source.dispose();
  });

  it('plays at its rate, both ways, stops at the ends and repeats a loop', async () => {
    const { bytes } = await drawRecording(7);
    let nowMs = 0;
    const frames = new Set<() => void>();
    const schedule = (task: () => void) => {
      frames.add(task);
      return () => frames.delete(task);
    };
    const source = await open(bytes, { schedule, now: () => nowMs });
    await settled(source);
    const pass = async (seconds: number) => {
      for (let left = seconds; left > 1e-9; left -= 0.02) {
        nowMs += 20;
        const due = [...frames];
        frames.clear();
        for (const task of due) task();
        // What is not in memory yet may arrive: a frame that finds nothing does not count.
        await settled(source);
      }
    };
    const cursor = () => source.playback().cursorS;
    const { endS } = source.playback().span;
    source.seek(0.5);
    await settled(source);
    for (const topic of TOPIC_NAMES) await source.at(topic, endS, new AbortController().signal);
    source.play(0.5);
    await pass(1);
    expect(cursor()).toBeGreaterThan(0.9);
    expect(cursor()).toBeLessThanOrEqual(1.0 + 1e-6);
    source.setRate(-2);
    await pass(0.4);
    expect(cursor()).toBeLessThan(0.5);
    await pass(1);
    expect(source.playback()).toMatchObject({ cursorS: source.playback().span.startS, playing: false });
    source.setLoop({ startS: 1, endS: 1.2 });
    source.play(1);
    await settled(source);
    const seen: number[] = [];
    for (let i = 0; i < 60; i++) {
      await pass(0.02);
      seen.push(cursor());
    }
    expect(seen.every((timeS) => timeS >= 1 && timeS <= 1.2)).toBe(true);
    expect(seen.some((timeS, i) => i > 0 && timeS < seen[i - 1])).toBe(true);
    expect(source.playback().playing).toBe(true);
    source.pause();
    source.setLoop(null);
    source.play(10);
    await pass(1);
    expect(source.playback()).toMatchObject({ cursorS: endS, playing: false });
    source.dispose();
  });

  it('steps by control ticks and by events', async () => {
    const { bytes } = await drawRecording(9);
    const source = await open(bytes);
    await seekTo(source, 1.004);
    source.step({ ticks: 1 });
    await settled(source);
    expect(source.playback().cursorS).toBe(1.01);
    source.step({ ticks: -3 });
    await settled(source);
    expect(source.playback().cursorS).toBe(0.98);
    source.seek(-5);
    await settled(source);
    expect(source.playback().cursorS).toBe(source.playback().span.startS);
    source.step({ events: 1 });
    await settled(source);
    expect(source.playback().cursorS).toBeGreaterThan(0);
    source.dispose();
  });

  it('goes to the last of many wishes', async () => {
    const { bytes } = await drawRecording(13, 1500);
    const source = await open(bytes);
    for (let i = 0; i < 200; i++) source.seek((i * 7.13) % source.playback().span.endS);
    source.seek(3.21);
    await settled(source);
    expect(source.playback().cursorS).toBe(3.21);
    source.dispose();
  });

  it('keeps the peaks when samples are thinned', async () => {
    const { bytes } = await drawRecording(17, 1200);
    const source = await open(bytes);
    const { span } = source.playback();
    const signal = new AbortController().signal;
    let drawn = 0;
    const pick = () => [drawn++ === 567 ? 100 : Math.sin(drawn / 20)];
    const { timesS, values } = await source.samples('/robot/joint_states', span, pick, 100, signal);
    expect(drawn).toBeGreaterThan(900);
    expect(timesS.length).toBeLessThanOrEqual(100);
    expect(Math.max(...values[0])).toBe(100);
    expect(timesS.every((timeS, i) => i === 0 || timesS[i - 1] <= timeS)).toBe(true);
    source.dispose();
  });

  it('is told once per frame, however much changes', async () => {
    const { bytes } = await drawRecording(19);
    const source = await open(bytes);
    await settled(source);
    await new Promise((resolve) => setTimeout(resolve, 50));
    let told = 0;
    source.onPlayback(() => {
      told += 1;
    });
    for (let i = 0; i < 50; i++) source.setRate(1 + i / 10);
    expect(told).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(told).toBe(1);
    source.dispose();
  });
});
