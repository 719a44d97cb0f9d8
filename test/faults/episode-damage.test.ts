import { McapIndexedReader, McapWriter, TempBuffer } from '@mcap/core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { EpisodeError } from '../../drivers/episode/episode-error.ts';
import { decompressLz4 } from '../../drivers/episode/lz4.ts';
import { type EpisodeMessage, readEpisode } from '../../drivers/episode/reader.ts';
import { sourceOfBytes } from '../../drivers/episode/source.ts';
import { collect, recordInMemory, recordSample } from '../unit/episode-samples.ts';

const SEED = Number(process.env.CAPSTAN_TEST_SEED);

/** A small finished file, where each chunk ends, and how many messages it holds up to there. */
let bytes: Uint8Array;
let chunkEnds: { end: number; messages: number }[];
let all: EpisodeMessage[];

beforeAll(async () => {
  const { sink, clock, writer } = recordInMemory();
  writer.attach('task.yaml', 'application/yaml', new TextEncoder().encode('name: cube-lift\n'));
  for (let i = 0; i < 30; i++) {
    clock.pass(0.01);
    recordSample(writer, '/robot/tcp', i * 0.01);
    if (i % 6 === 0) recordSample(writer, '/output', i * 0.01);
    if (i % 10 === 9) {
      recordSample(writer, '/approval', i * 0.01);
      await writer.flush();
    }
  }
  await writer.finish({ outcome: 'succeeded', message: 'lifted' });
  bytes = sink.bytes();
  all = await collect((await readEpisode(bytes)).messages());
  const reader = await McapIndexedReader.Initialize({ readable: new TempBuffer(bytes) });
  chunkEnds = [];
  let messages = 0;
  for (const chunk of reader.chunkIndexes) {
    const end = Number(chunk.chunkStartOffset + chunk.chunkLength);
    messages += messagesInChunk(end, Number(chunk.compressedSize), Number(chunk.uncompressedSize));
    chunkEnds.push({ end, messages });
  }
});

/** Counts the messages of the chunk whose packed records end at `end`, from the format's words alone. */
function messagesInChunk(end: number, packedSize: number, size: number): number {
  const records = decompressLz4(bytes.slice(end - packedSize, end), size);
  const view = new DataView(records.buffer);
  let count = 0;
  for (let at = 0; at < records.length; at += 9 + Number(view.getBigUint64(at + 1, true)))
    if (records[at] === 5) count++;
  return count;
}

describe('an episode cut at any byte', () => {
  it('reads up to the last complete record, and says that it was cut', async () => {
    for (let cut = 0; cut < bytes.length; cut++) {
      const episode = await readEpisode(bytes.slice(0, cut));
      const messages = await collect(episode.messages());
      const expected = chunkEnds.findLast(({ end }) => end <= cut)?.messages ?? 0;
      if (messages.length !== expected) expect({ cut, messages: messages.length }).toEqual({ cut, messages: expected });
      if (episode.complete || episode.problems.length === 0) expect({ cut, problems: episode.problems }).toBe('some');
      if (messages.length > 0) expect(messages[messages.length - 1]).toEqual(all[messages.length - 1]);
      if (cut === bytes.length - 1) expect(episode.outcome?.outcome).toBe('succeeded');
    }
  });

  it('knows what it is as soon as the first record is there', async () => {
    const episode = await readEpisode(bytes.slice(0, chunkEnds[0].end));
    expect(episode.info).toMatchObject({ task: 'cube-lift', seed: 7 });
    expect(episode.outcome).toBeNull();
    expect(episode.duration.robotS).toBeCloseTo(0.09, 9);
    expect(episode.attachments).toHaveLength(1);
  });
});

describe('an episode with damaged bytes', () => {
  const isPartOfAll = (messages: readonly EpisodeMessage[]) => {
    let at = 0;
    for (const message of messages) {
      while (at < all.length && !sameMessage(all[at], message)) at++;
      if (at++ >= all.length) return false;
    }
    return true;
  };
  const sameMessage = (a: EpisodeMessage, b: EpisodeMessage) =>
    a.topic === b.topic && a.sequence === b.sequence && JSON.stringify(a.message) === JSON.stringify(b.message);

  it('gives true messages or none, and never throws, hangs or invents', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: Math.floor(bytes.length / 2), max: bytes.length }),
        async (flips, cut) => {
          const damaged = bytes.slice(0, cut);
          for (const [at, flip] of flips) if (at < cut) damaged[at] ^= flip;
          try {
            const episode = await readEpisode(damaged);
            const messages = await collect(episode.messages());
            expect(isPartOfAll(messages)).toBe(true);
            if (messages.length < all.length) expect(episode.problems).not.toEqual([]);
          } catch (error) {
            // Only the first bytes decide what kind of file it is.
            expect(error).toBeInstanceOf(EpisodeError);
            expect((error as EpisodeError).code).toMatch(/^(NOT_MCAP|FOREIGN_FILE|FUTURE_VERSION)$/);
          }
        },
      ),
      { seed: SEED, numRuns: 400 },
    );
  });

  it('leaves out a damaged chunk and keeps those around it', async () => {
    const damaged = bytes.slice();
    damaged[chunkEnds[1].end - 20] ^= 0x55;
    const episode = await readEpisode(damaged);
    const messages = await collect(episode.messages());
    expect(messages).toHaveLength(all.length - (chunkEnds[1].messages - chunkEnds[0].messages));
    expect(episode.problems).toEqual([expect.stringMatching(/^the chunk at byte \d+ is damaged and was left out/)]);
  });

  it('walks its records when the index is damaged', async () => {
    const damaged = bytes.slice();
    damaged[bytes.length - 60] ^= 0x55;
    const episode = await readEpisode(damaged);
    expect(await collect(episode.messages())).toEqual(all);
    expect(episode.problems[0]).toMatch(/^the index is damaged/);
  });

  it('ends where a power cut has left zeros', async () => {
    const damaged = bytes.slice(0, chunkEnds[1].end + 4096);
    damaged.fill(0, chunkEnds[1].end);
    const episode = await readEpisode(damaged);
    expect(await collect(episode.messages())).toHaveLength(chunkEnds[1].messages);
    expect(episode.problems.join()).toMatch(/no record begins at byte/);
  });

  it('does not believe in lengths beyond the file or the memory', async () => {
    const { sink, writer } = recordInMemory();
    await writer.flush();
    const head = sink.bytes();
    for (const length of [1n << 62n, (1n << 64n) - 1n, 1n << 40n]) {
      const record = new Uint8Array(9 + 100);
      record[0] = 6;
      new DataView(record.buffer).setBigUint64(1, length, true);
      const episode = await readEpisode(Buffer.concat([head, record]));
      expect(await collect(episode.messages())).toEqual([]);
      expect(episode.problems).not.toEqual([]);
    }
  });

  it('refuses a chunk that claims to unpack to gigabytes', async () => {
    const sink = new TempBuffer();
    const writer = new McapWriter({
      writable: sink,
      compressChunk: () => ({ compression: 'lz4', compressedData: Buffer.from('BCJNGGBwcwAAAAA=', 'base64') }),
    });
    await writer.start({ profile: 'capstan', library: 'test' });
    const channelId = await writer.registerChannel({
      topic: '/stop',
      schemaId: 0,
      messageEncoding: 'json',
      metadata: new Map(),
    });
    await writer.addMessage({ channelId, sequence: 0, logTime: 1n, publishTime: 1n, data: new Uint8Array(10) });
    await writer.end();
    const file = sink.get();
    // The chunk follows magic and header: opcode, length, two times, then the size it claims.
    const chunkAt = file.indexOf(6, 8 + 9 + 4 + 7 + 4 + 4);
    new DataView(file.buffer, file.byteOffset).setBigUint64(chunkAt + 9 + 16, 1n << 40n, true);
    const episode = await readEpisode(file);
    expect(await collect(episode.messages())).toEqual([]);
    expect(episode.problems.join()).toMatch(/too large/);
  });

  it('names a message that does not follow its schema, and goes on', async () => {
    const { sink, writer } = recordInMemory();
    const record = writer.record as (topic: '/stop', timeS: number, message: unknown) => void;
    recordSample(writer, '/stop', 0);
    record('/stop', 1, { stopId: 's2', source: 'nobody' });
    recordSample(writer, '/stop', 2);
    await writer.finish({ outcome: 'failed', message: 'stopped' });
    const episode = await readEpisode(sink.bytes());
    expect((await collect(episode.messages())).map(({ sequence }) => sequence)).toEqual([0, 2]);
    expect(episode.problems).toEqual([expect.stringMatching(/^message 1 of \/stop is malformed.*source/)]);
  });
});

describe('a file that is no episode', () => {
  it('is refused when it is no MCAP at all', async () => {
    await expect(readEpisode(new TextEncoder().encode('hello, world'))).rejects.toMatchObject({ code: 'NOT_MCAP' });
    await expect(readEpisode(Uint8Array.of(0x88))).rejects.toMatchObject({ code: 'NOT_MCAP' });
  });

  it('is refused, by its author, when another program recorded it', async () => {
    const sink = new TempBuffer();
    const writer = new McapWriter({ writable: sink });
    await writer.start({ profile: 'ros2', library: 'rosbag2' });
    await writer.end();
    const reading = readEpisode(sink.get());
    await expect(reading).rejects.toMatchObject({ code: 'FOREIGN_FILE', message: expect.stringMatching(/rosbag2/) });
  });

  it('is refused, kindly, when a later version recorded it', async () => {
    const sink = new TempBuffer();
    const writer = new McapWriter({ writable: sink });
    await writer.start({ profile: 'capstan', library: 'capstan 9' });
    await writer.addMetadata({ name: 'episode', metadata: new Map([['formatVersion', '2']]) });
    await writer.end();
    await expect(readEpisode(sink.get())).rejects.toMatchObject({ code: 'FUTURE_VERSION' });
  });

  it('that gives fewer bytes than it has is an error of reading', async () => {
    const source = sourceOfBytes(bytes);
    const reading = readEpisode({
      size: source.size,
      read: async (offset, length) => (await source.read(offset, length)).subarray(0, 100),
    });
    await expect(reading).rejects.toMatchObject({ code: 'READ_FAILED' });
  });

  it('that cannot be read any more is an error of reading, also half-way', async () => {
    const source = sourceOfBytes(bytes);
    let broken = false;
    const episode = await readEpisode({
      size: source.size,
      read: (offset, length) => (broken ? Promise.reject(new Error('EIO')) : source.read(offset, length)),
    });
    broken = true;
    await expect(collect(episode.messages())).rejects.toMatchObject({ code: 'READ_FAILED' });
  });
});
