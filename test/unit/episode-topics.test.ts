import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { schemaOf } from '../../drivers/episode/schemas.ts';
import type { TopicCodec } from '../../drivers/episode/topic-codec.ts';
import { type MessageOf, TOPIC_NAMES, TOPICS, type TopicName } from '../../drivers/episode/topics.ts';
import { SAMPLES } from './episode-samples.ts';

const STAMP = { timeS: 1.5, ns: 1_795_262_400_000_000_000n + 1_500_000_000n };
const json = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes));
const codecOf = (topic: TopicName) => TOPICS[topic] as unknown as TopicCodec<MessageOf<TopicName>>;

describe.each(TOPIC_NAMES)('the topic %s', (topic) => {
  it('writes messages that follow the schema in the file', () => {
    const schema = json(schemaOf(topic));
    expect(schema.type).toBe('object'); // Foxglove wants an object at the top
    const message = json(codecOf(topic).encode(SAMPLES[topic], STAMP));
    expect(z.fromJSONSchema(schema).safeParse(message).error).toBeUndefined();
    expect(z.fromJSONSchema(schema).safeParse({}).success && TOPICS[topic].schemaName.startsWith('capstan.')).toBe(
      false,
    );
  });

  it('carries the names the file and the list agree on', () => {
    expect(TOPICS[topic].topic).toBe(topic);
    if (TOPICS[topic].schemaName.startsWith('foxglove.')) {
      expect(json(schemaOf(topic)).title).toBe(TOPICS[topic].schemaName);
    } else {
      expect(json(codecOf(topic).encode(SAMPLES[topic], STAMP)).timeS).toBe(1.5);
    }
  });

  it('refuses a message of another shape', () => {
    const bytes = new TextEncoder().encode('{"block": "first"}');
    expect(() => codecOf(topic).decode(bytes)).toThrow();
    expect(() => codecOf(topic).decode(Uint8Array.of(0xff))).toThrow();
  });

  it('reads messages with fields it does not know', () => {
    const message = { ...json(codecOf(topic).encode(SAMPLES[topic], STAMP)), addedLater: [1] };
    expect(codecOf(topic).decode(new TextEncoder().encode(JSON.stringify(message)))).toEqual(SAMPLES[topic]);
  });
});

describe('the well-known topics', () => {
  it('turn our quaternions into theirs, and stamps into seconds and nanoseconds', () => {
    const message = json(
      TOPICS['/robot/tcp'].encode(
        { frame: 'base', pose: { position: [1, 2, 3], quatWxyz: [0.1, 0.2, 0.3, 0.4] } },
        STAMP,
      ),
    );
    expect(message).toEqual({
      timestamp: { sec: 1_795_262_401, nsec: 500_000_000 },
      frame_id: 'base',
      pose: { position: { x: 1, y: 2, z: 3 }, orientation: { x: 0.2, y: 0.3, z: 0.4, w: 0.1 } },
    });
  });
});
