import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../drivers/episode/episode-clock.ts';
import type { EpisodeError } from '../../drivers/episode/episode-error.ts';
import { episodeFileName } from '../../drivers/episode/episode-info.ts';
import { createNodeFileSink, sinkOfFile } from '../../drivers/episode/node-file-sink.ts';
import { readEpisode } from '../../drivers/episode/reader.ts';
import { createMemorySink } from '../../drivers/episode/sink.ts';
import { createEpisodeWriter } from '../../drivers/episode/writer.ts';
import { collect, createHandClock, INFO, recordInMemory, recordSample, SAMPLES } from './episode-samples.ts';

const SUCCESS = { outcome: 'succeeded', message: 'the cube was lifted' } as const;

/** What a reader finds if the process dies now. */
const readable = async (bytes: Uint8Array) => (await collect((await readEpisode(bytes)).messages())).length;

describe('a recording', () => {
  it('writes a flushed event at once, and what came before it', async () => {
    const { sink, writer } = recordInMemory();
    recordSample(writer, '/robot/joint_states', 0);
    recordSample(writer, '/call', 0.01);
    expect(await readable(sink.bytes())).toBe(0);
    recordSample(writer, '/stop', 0.02);
    await writer.flush();
    expect(await readable(sink.bytes())).toBe(3);
  });

  it('writes the stop even if nobody waits for it', async () => {
    const { sink, writer } = recordInMemory();
    await writer.flush();
    recordSample(writer, '/stop', 0.02);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await readable(sink.bytes())).toBe(1);
  });

  it('keeps no sample back for as long as a second', async () => {
    const { sink, clock, writer } = recordInMemory();
    await writer.flush();
    recordSample(writer, '/robot/joint_states', 0);
    for (let i = 0; i < 3; i++) clock.pass(0.25);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await readable(sink.bytes())).toBe(1);
  });

  it('closes a chunk at 256 KiB', async () => {
    const { sink, writer } = recordInMemory({ compression: 'none' });
    await writer.flush();
    const text = 'x'.repeat(10_000);
    for (let i = 0; i < 30; i++) writer.record('/output', i, { block: 0, channel: 'log', text });
    await new Promise((resolve) => setImmediate(resolve));
    expect(await readable(sink.bytes())).toBeGreaterThanOrEqual(26);
  });

  it('says in the log what it could not encode, and goes on', async () => {
    const { sink, writer } = recordInMemory();
    const cycle: unknown[] = [];
    cycle.push(cycle);
    writer.record('/call', 1, { ...SAMPLES['/call'], arguments: cycle });
    writer.record('/call', 2, { ...SAMPLES['/call'], arguments: [10n] });
    writer.record('/call', 3, SAMPLES['/call']);
    await writer.finish(SUCCESS);
    const messages = await collect((await readEpisode(sink.bytes())).messages());
    expect(messages.map(({ topic }) => topic)).toEqual(['/log', '/log', '/call']);
    expect(messages[0].message).toMatchObject({ level: 'error', name: 'recorder' });
  });

  it('encodes a message when it is recorded, whatever the caller does with it later', async () => {
    const { sink, writer } = recordInMemory();
    const qpos = [1, 2, 3];
    writer.record('/robot/trace', 0, { tick: 0, qpos, qvel: [], ctrl: [] });
    qpos[0] = 99;
    await writer.finish(SUCCESS);
    const [first] = await collect((await readEpisode(sink.bytes())).messages('/robot/trace'));
    expect(first.message).toMatchObject({ qpos: [1, 2, 3] });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 1e300])('survives the robot time %d', async (timeS) => {
    const { sink, writer } = recordInMemory();
    recordSample(writer, '/robot/joint_states', 2);
    recordSample(writer, '/robot/joint_states', timeS);
    await writer.finish(SUCCESS);
    const messages = await collect((await readEpisode(sink.bytes())).messages());
    expect(messages.map((message) => message.timeS)).toEqual([2, 2]);
  });

  it('can be finished twice, and counts what comes too late', async () => {
    const { sink, writer } = recordInMemory();
    const [first, second] = await Promise.all([writer.finish(SUCCESS), writer.finish(SUCCESS)]);
    expect(first).toEqual(second);
    recordSample(writer, '/stop', 1);
    expect(writer.status()).toMatchObject({ state: 'finished', lateMessages: 1, messages: 0 });
    expect(await writer.flush()).toBe('written');
    expect((await readEpisode(sink.bytes())).complete).toBe(true);
  });

  it('follows robot time where asked to, so that a fast run plays at its own speed', async () => {
    const { sink, writer } = recordInMemory({ timeline: 'robot' });
    for (const timeS of [0, 5, 5, 12.5]) recordSample(writer, '/robot/joint_states', timeS);
    await writer.finish(SUCCESS);
    const episode = await readEpisode(sink.bytes());
    expect(episode.duration).toEqual({ robotS: 12.5, loggedS: 12.5 });
  });
});

describe('the times of a recording', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('never go back, and chunks still close, when the steady clock jumps back', async () => {
    const { sink, clock, writer } = recordInMemory();
    await writer.flush();
    for (let i = 0; i < 10; i++) {
      clock.pass(i === 5 ? -3600 : 0.1);
      recordSample(writer, '/robot/joint_states', i * 0.1);
    }
    for (let i = 0; i < 4; i++) clock.pass(0.25);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await readable(sink.bytes())).toBe(10);
    await writer.finish(SUCCESS);
    const episode = await readEpisode(sink.bytes());
    const times = (await collect(episode.messages())).map(({ logTimeNs }) => logTimeNs);
    expect(times).toEqual([...times].sort((a, b) => (a < b ? -1 : 1)));
    expect(episode.duration.loggedS).toBeCloseTo(0.8, 6);
  });

  it('do not move when the wall clock is set', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 21) });
    const { sink, writer } = recordInMemory({ clock: systemClock() });
    recordSample(writer, '/robot/joint_states', 0);
    vi.setSystemTime(Date.UTC(2001, 0, 1));
    recordSample(writer, '/robot/joint_states', 0.01);
    await writer.finish(SUCCESS);
    const episode = await readEpisode(sink.bytes());
    const messages = await collect(episode.messages());
    expect(episode.info?.startedNs).toBe(BigInt(Date.UTC(2026, 10, 21)) * 1_000_000n);
    expect(messages.map(({ timeS }) => timeS)).toEqual([0, 0.01]);
    expect(episode.duration.loggedS).toBeLessThan(30);
  });
});

describe('a sink that cannot follow', () => {
  it('costs the oldest state samples, counted, and no event', async () => {
    const { sink, writer } = recordInMemory({ maxPendingBytes: 64 * 1024 });
    await writer.flush();
    const resume = sink.stall();
    const samples = 2000;
    for (let i = 0; i < samples; i++) {
      recordSample(writer, '/robot/joint_states', i * 0.01);
      if (i % 100 === 0) recordSample(writer, '/call', i * 0.01);
      expect(writer.status().pendingBytes).toBeLessThanOrEqual(64 * 1024);
    }
    const dropped = writer.status().droppedSamples['/robot/joint_states']!;
    expect(dropped).toBeGreaterThan(1000);
    resume();
    const status = await writer.finish(SUCCESS);
    expect(status).toMatchObject({ state: 'finished', droppedSamples: { '/robot/joint_states': dropped } });
    const episode = await readEpisode(sink.bytes());
    const messages = await collect(episode.messages());
    expect(messages.filter(({ topic }) => topic === '/call')).toHaveLength(20);
    const kept = messages.filter(({ topic }) => topic === '/robot/joint_states').map(({ sequence }) => sequence);
    expect(kept).toHaveLength(samples - dropped);
    expect(kept.slice(-100)).toEqual(Array.from({ length: 100 }, (_, i) => samples - 100 + i));
    expect(episode.outcome?.droppedSamples).toBe(dropped);
    expect(status.messages).toBe(messages.length);
  });

  it('stays bounded, and gives up the oldest first, however often it stalls', async () => {
    const { sink, writer } = recordInMemory({ maxPendingBytes: 16 * 1024 });
    let next = 0;
    const newest: number[] = [];
    for (let round = 0; round < 4; round++) {
      await writer.flush();
      const resume = sink.stall();
      for (let i = 0; i < 300; i++) {
        recordSample(writer, '/robot/joint_states', next++ * 0.01);
        expect(writer.status().pendingBytes).toBeLessThanOrEqual(16 * 1024);
      }
      newest.push(...Array.from({ length: 50 }, (_, i) => next - 50 + i));
      resume();
    }
    await writer.finish(SUCCESS);
    const kept = (await collect((await readEpisode(sink.bytes())).messages())).map(({ sequence }) => sequence);
    expect(kept).toEqual(expect.arrayContaining(newest));
    expect(kept.length).toBeLessThan(next);
  });

  it('never costs an event, even where events alone pass the bound', async () => {
    const { sink, writer } = recordInMemory({ maxPendingBytes: 1024 });
    await writer.flush();
    const resume = sink.stall();
    for (let i = 0; i < 500; i++) recordSample(writer, '/output', i);
    resume();
    await writer.finish(SUCCESS);
    expect(await collect((await readEpisode(sink.bytes())).messages('/output'))).toHaveLength(500);
  });

  it('costs a run nothing that waits for the recording, however fast it is', async () => {
    const { sink, writer } = recordInMemory({ maxPendingBytes: 64 * 1024 });
    let waits = 0;
    for (let i = 0; i < 2000; i++) {
      recordSample(writer, '/robot/state', i * 0.01);
      const ready = writer.ready();
      if (ready === undefined) continue;
      waits++;
      await ready;
    }
    const status = await writer.finish(SUCCESS);
    expect(status).toMatchObject({ messages: 2000, droppedSamples: {} });
    expect(waits).toBeGreaterThan(5);
    expect(waits).toBeLessThan(200);
    expect(await readable(sink.bytes())).toBe(2000);
    expect(writer.ready()).toBeUndefined();
  });

  it('holds little in memory over 100 000 samples while the sink follows', async () => {
    const { sink, clock, writer } = recordInMemory();
    let most = 0;
    for (let i = 0; i < 100_000; i++) {
      recordSample(writer, '/robot/joint_states', i * 0.002);
      most = Math.max(most, writer.status().pendingBytes);
      if (i % 500 === 0) {
        clock.pass(0.5);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    const status = await writer.finish(SUCCESS);
    expect(status.messages).toBe(100_000);
    expect(most).toBeLessThan(512 * 1024);
    let count = 0;
    let inOrder = true;
    for await (const { sequence } of (await readEpisode(sink.bytes())).messages()) inOrder &&= sequence === count++;
    expect(inOrder).toBe(true);
    expect(count).toBe(100_000);
  });
});

describe('a full disk', () => {
  it.each([0, 5, 700, 3000, 20_000])(
    'after %i bytes ends the recording with one clear error',
    async (capacityBytes) => {
      const sink = createMemorySink({ capacityBytes });
      const errors: EpisodeError[] = [];
      const writer = createEpisodeWriter(sink, {
        info: INFO,
        clock: createHandClock(),
        onError: (error) => errors.push(error),
      });
      for (let i = 0; i < 400; i++) {
        recordSample(writer, '/robot/state', i * 0.01);
        recordSample(writer, '/approval', i * 0.01);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await writer.flush()).toBe('failed');
      const status = await writer.finish(SUCCESS);
      expect(status.state).toBe('failed');
      expect(status.error).toBe(errors[0]);
      expect(status.lateMessages).toBeGreaterThan(0);
      expect(errors).toHaveLength(1);
      expect(errors[0]).toMatchObject({ code: 'DISK_FULL', retryable: true });
      expect(errors[0].hint).toMatch(/Free some space/);
      expect(sink.bytes()).toHaveLength(capacityBytes);
      const episode = await readEpisode(sink.bytes());
      expect(episode.complete).toBe(false);
      if (capacityBytes === 20_000) expect((await collect(episode.messages())).length).toBeGreaterThan(10);
    },
  );

  it.skipIf(process.platform !== 'linux')('of the real kind is recognised', async () => {
    const sink = sinkOfFile(await open('/dev/full', 'w'), '/dev/full');
    await expect(sink.write(Uint8Array.of(1))).rejects.toMatchObject({ code: 'DISK_FULL' });
    await sink.close();
  });
});

describe('an episode file', () => {
  const folders: string[] = [];
  const folder = async () => {
    folders.push(await mkdtemp(join(tmpdir(), 'capstan-episode-')));
    return folders[folders.length - 1];
  };
  afterEach(async () => {
    for (const path of folders.splice(0)) await rm(path, { recursive: true });
  });

  it('holds on disk what the memory would', async () => {
    const path = join(await folder(), 'a.mcap');
    const writer = createEpisodeWriter(await createNodeFileSink(path), {
      info: INFO,
      onError: (error) => {
        throw error;
      },
    });
    recordSample(writer, '/robot/tcp', 0.5);
    const status = await writer.finish(SUCCESS);
    const bytes = await readFile(path);
    expect(bytes.length).toBe(status.bytes);
    expect((await readEpisode(bytes)).complete).toBe(true);
  });

  it('is never overwritten', async () => {
    const path = join(await folder(), 'a.mcap');
    await (await createNodeFileSink(path)).close();
    await expect(createNodeFileSink(path)).rejects.toMatchObject({ code: 'FILE_EXISTS' });
    await expect(createNodeFileSink(join(path, 'b.mcap'))).rejects.toMatchObject({ code: 'WRITE_FAILED' });
  });

  it('is named by its time, task and id, safely', () => {
    const startedNs = BigInt(Date.UTC(2026, 10, 21, 9, 8, 7, 654)) * 1_000_000n;
    expect(episodeFileName(INFO, startedNs)).toBe('episode-20261121T090807Z-cube-lift-3f9c2ab1.mcap');
    expect(episodeFileName({ ...INFO, task: '../a b:c', id: 'x/y' }, startedNs)).toBe(
      'episode-20261121T090807Z-a-b-c-xy.mcap',
    );
  });
});
