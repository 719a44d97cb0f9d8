import { McapIndexedReader, McapStreamReader, TempBuffer } from '@mcap/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { decompressLz4 } from '../../drivers/episode/lz4.ts';
import { type Episode, type EpisodeMessage, readEpisode } from '../../drivers/episode/reader.ts';
import { recoverEpisode } from '../../drivers/episode/recovery.ts';
import { createMemorySink } from '../../drivers/episode/sink.ts';
import { TOPIC_NAMES } from '../../drivers/episode/topics.ts';
import { collect, INFO, recordInMemory, recordSample } from './episode-samples.ts';

let bytes: Uint8Array;
/** Length of the file after each chunk. */
const chunkEnds: number[] = [];

beforeAll(async () => {
  const { sink, clock, writer } = recordInMemory();
  writer.attach('task.yaml', 'application/yaml', Uint8Array.of(1, 2, 3));
  for (let round = 0; round < 4; round++) {
    TOPIC_NAMES.forEach((topic, i) => {
      clock.pass(0.01);
      recordSample(writer, topic, round + i * 0.01);
    });
    await writer.flush();
    chunkEnds.push(sink.bytes().length);
  }
  await writer.finish({ outcome: 'failed', stage: 'stopped', message: 'stopped' });
  bytes = sink.bytes();
});

async function recover(original: Uint8Array) {
  const sink = createMemorySink();
  const report = await recoverEpisode(original, sink);
  const file = sink.bytes();
  return { report, file, episode: await readEpisode(file) };
}

/** Everything a reader can learn, without the record that recovery adds. */
async function contents(episode: Episode) {
  const { recovered: _, ...metadata } = episode.metadata;
  const attachments = await Promise.all(episode.attachments.map(async ({ name, read }) => [name, await read()]));
  const messages: EpisodeMessage[] = await collect(episode.messages());
  return { info: episode.info, outcome: episode.outcome, metadata, attachments, messages, duration: episode.duration };
}

describe('recovering an episode', () => {
  it('that was finished gives an equal one', async () => {
    const { report, episode } = await recover(bytes);
    expect(await contents(episode)).toEqual(await contents(await readEpisode(bytes)));
    expect(report).toMatchObject({ cutBytes: 0, hasOutcome: true, problems: [], messages: 4 * TOPIC_NAMES.length });
  });

  it('that was cut gives a complete one with all that could be read, and says what was lost', async () => {
    const cut = bytes.slice(0, chunkEnds[2] + 1000);
    const { report, file, episode } = await recover(cut);
    expect(episode.complete).toBe(true);
    expect(episode.problems).toEqual([]);
    expect(episode.outcome).toBeNull();
    const original = await contents(await readEpisode(cut));
    expect(original.messages).toHaveLength(3 * TOPIC_NAMES.length);
    expect(await contents(episode)).toEqual(original);
    expect(report).toMatchObject({ sourceBytes: cut.length, cutBytes: 1000, hasOutcome: false });
    expect(episode.metadata.recovered).toMatchObject({
      sourceBytes: String(cut.length),
      cutBytes: '1000',
      messages: String(3 * TOPIC_NAMES.length),
      problems: 'the last 1000 bytes hold no complete record',
    });
    const reader = new McapStreamReader({
      decompressHandlers: { lz4: (data, size) => decompressLz4(data, Number(size)) },
    });
    reader.append(file);
    while (reader.nextRecord() !== undefined);
    expect(reader.done()).toBe(true);
  });

  it('with a damaged chunk keeps the chunks around it', async () => {
    const damaged = bytes.slice();
    damaged[chunkEnds[0] + 500] ^= 1;
    const { report, episode } = await recover(damaged);
    const all = await collect((await readEpisode(bytes)).messages());
    const kept = await collect(episode.messages());
    const lost = all.length - kept.length;
    const lostFrom = all.findIndex((message, i) => kept[i]?.logTimeNs !== message.logTimeNs);
    expect(lost).toBeGreaterThan(0);
    expect(kept).toEqual([...all.slice(0, lostFrom), ...all.slice(lostFrom + lost)]);
    expect(report.problems).toEqual([expect.stringMatching(/^the record at byte \d+ is damaged and was left out/)]);
    expect(episode.info).toMatchObject(INFO);
  });

  it('twice adds nothing', async () => {
    const once = await recover(bytes.slice(0, chunkEnds[1] + 17));
    const twice = await recover(once.file);
    expect(await contents(twice.episode)).toEqual(await contents(once.episode));
    expect(twice.report.cutBytes).toBe(0);
    const reader = await McapIndexedReader.Initialize({ readable: new TempBuffer(twice.file) });
    expect(reader.metadataIndexes.map(({ name }) => name)).toEqual(['episode', 'recovered', 'chunkTimes']);
  });

  it('onto a full disk is an error, not half a file that looks whole', async () => {
    const sink = createMemorySink({ capacityBytes: 5000 });
    await expect(recoverEpisode(bytes, sink)).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect((await readEpisode(sink.bytes())).complete).toBe(false);
  });

  it('can be cancelled', async () => {
    await expect(recoverEpisode(bytes, createMemorySink(), AbortSignal.abort())).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it('refuses what is no episode', async () => {
    await expect(recoverEpisode(new TextEncoder().encode('not at all'), createMemorySink())).rejects.toMatchObject({
      code: 'NOT_MCAP',
    });
  });
});
