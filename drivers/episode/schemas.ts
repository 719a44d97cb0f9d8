// Owns the schema texts that go into an episode: Foxglove's published JSON schemas for the well-known topics, schemas
// generated from our zod definitions for the rest. Only writers need it. Must never be imported by the reader.

import * as foxglove from '@foxglove/schemas/dist/jsonschema/index.js';
import { z } from 'zod';
import { protobufSchema } from './foxglove-image.ts';
import { type OwnTopic, TOPICS, type TopicName } from './topics.ts';

const encoder = new TextEncoder();
const schemaTexts = new Map<TopicName, Uint8Array>();

const isOwnTopic = (codec: object): codec is OwnTopic<unknown> => 'zodSchema' in codec;

/** The bytes of a topic's schema, in the encoding its codec names. */
export function schemaOf(topic: TopicName): Uint8Array {
  const known = schemaTexts.get(topic);
  if (known !== undefined) return known;
  const codec = TOPICS[topic];
  if (codec.schemaEncoding === 'protobuf') {
    const descriptors = protobufSchema(codec.schemaName);
    schemaTexts.set(topic, descriptors);
    return descriptors;
  }
  const schema = isOwnTopic(codec)
    ? z.toJSONSchema(codec.zodSchema.extend({ timeS: z.number() }), { io: 'input', unrepresentable: 'any' })
    : wellKnownSchema(codec.schemaName);
  const text = encoder.encode(JSON.stringify(schema));
  schemaTexts.set(topic, text);
  return text;
}

function wellKnownSchema(schemaName: string): object {
  const schema = (foxglove as Readonly<Record<string, object>>)[schemaName.replace('foxglove.', '')];
  if (schema === undefined) throw new Error(`@foxglove/schemas has no JSON schema named ${schemaName}`);
  return schema;
}
