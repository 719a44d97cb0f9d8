import { McapIndexedReader, McapStreamReader } from '@mcap/core';
import { describe, expect, it } from 'vitest';
import { decompressLz4 } from '../../drivers/episode/lz4.ts';
import { readEpisode } from '../../drivers/episode/reader.ts';
import { schemaOf } from '../../drivers/episode/schemas.ts';
import { TOPIC_NAMES, TOPICS } from '../../drivers/episode/topics.ts';
import { collect, INFO, recordInMemory, recordSample, SAMPLES } from './episode-samples.ts';

async function episodeWithEveryTopic() {
  const { sink, clock, writer } = recordInMemory();
  TOPIC_NAMES.forEach((topic, i) => {
    clock.pass(0.01);
    recordSample(writer, topic, i * 0.25);
  });
  writer.attach('task.yaml', 'application/yaml', new TextEncoder().encode('name: cube-lift\n'));
  writer.setMetadata('rig', { name: 'default' });
  await writer.finish({ outcome: 'failed', stage: 'planning', message: 'out of reach', traceHash: 'ef'.repeat(32) });
  return sink.bytes();
}

describe('an episode', () => {
  it('gives back every message of every topic as it was recorded', async () => {
    const episode = await readEpisode(await episodeWithEveryTopic());
    const messages = await collect(episode.messages());
    expect(episode.problems).toEqual([]);
    expect(messages.map(({ topic, timeS, sequence, message }) => ({ topic, timeS, sequence, message }))).toEqual(
      TOPIC_NAMES.map((topic, i) => ({ topic, timeS: i * 0.25, sequence: 0, message: SAMPLES[topic] })),
    );
  });

  it('gives back what it is, how it ended, and its attachments', async () => {
    const episode = await readEpisode(await episodeWithEveryTopic());
    expect(episode.complete).toBe(true);
    expect(episode.info).toMatchObject(INFO);
    expect(episode.outcome).toEqual({
      outcome: 'failed',
      stage: 'planning',
      message: 'out of reach',
      traceHash: 'ef'.repeat(32),
      robotDurationS: (TOPIC_NAMES.length - 1) * 0.25,
      droppedSamples: 0,
    });
    expect(episode.metadata.rig).toEqual({ name: 'default' });
    expect(episode.attachments.map(({ name, mediaType }) => [name, mediaType])).toEqual([
      ['task.yaml', 'application/yaml'],
    ]);
    expect(new TextDecoder().decode(await episode.attachments[0].read())).toBe('name: cube-lift\n');
    expect(episode.duration.robotS).toBe((TOPIC_NAMES.length - 1) * 0.25);
    expect(episode.duration.loggedS).toBeCloseTo((TOPIC_NAMES.length - 1) * 0.01, 9);
  });

  it('reads only the topics asked for', async () => {
    const episode = await readEpisode(await episodeWithEveryTopic());
    const messages = await collect(episode.messages('/stop', '/call'));
    expect(messages.map(({ topic }) => topic)).toEqual(['/call', '/stop']);
  });

  it('opens with the indexed reader of @mcap/core, with the schema names and encodings of the topics', async () => {
    const bytes = await episodeWithEveryTopic();
    const reader = await McapIndexedReader.Initialize({
      readable: {
        size: async () => BigInt(bytes.length),
        read: async (offset, length) => bytes.slice(Number(offset), Number(offset + length)),
      },
      decompressHandlers: { lz4: (data, size) => decompressLz4(data, Number(size)) },
    });
    expect(reader.header.profile).toBe('capstan');
    expect(reader.statistics?.messageCount).toBe(BigInt(TOPIC_NAMES.length));
    const schemaNames = [...reader.schemasById.values()].map(({ name }) => name);
    expect(schemaNames).toHaveLength(new Set(schemaNames).size);
    const byTopic = new Map([...reader.channelsById.values()].map((channel) => [channel.topic, channel]));
    for (const topic of TOPIC_NAMES) {
      const channel = byTopic.get(topic)!;
      const schema = reader.schemasById.get(channel.schemaId)!;
      expect([channel.messageEncoding, schema.name, schema.encoding]).toEqual([
        TOPICS[topic].messageEncoding,
        TOPICS[topic].schemaName,
        TOPICS[topic].schemaEncoding,
      ]);
      expect(schema.data).toEqual(schemaOf(topic));
    }
    const topics: string[] = [];
    let lastNs = 0n;
    for await (const message of reader.readMessages()) {
      topics.push(reader.channelsById.get(message.channelId)!.topic);
      expect(message.logTime).toBeGreaterThanOrEqual(lastNs);
      lastNs = message.logTime;
    }
    expect(topics).toEqual(TOPIC_NAMES);
  });

  it('passes the strict stream reader of @mcap/core record by record, CRCs included', async () => {
    const reader = new McapStreamReader({
      validateCrcs: true,
      decompressHandlers: { lz4: (data, size) => decompressLz4(data, Number(size)) },
    });
    reader.append(await episodeWithEveryTopic());
    const types = new Set<string>();
    for (let record = reader.nextRecord(); record !== undefined; record = reader.nextRecord()) types.add(record.type);
    expect(reader.done()).toBe(true);
    expect([...types]).toEqual(expect.arrayContaining(['Header', 'Message', 'Attachment', 'Metadata', 'DataEnd']));
  });
});
