// Owns what a topic is: its name, its schema's name, how its messages become bytes and come back, and how they may be
// lost. Open to binary encodings: a codec says its own encodings. Must never know a particular topic.

import type { z } from 'zod';

/**
 * What may happen to a message when the disk cannot follow:
 * - 'droppable': samples of a state; the oldest go first, and each loss is counted;
 * - 'kept': never dropped, on disk within a second;
 * - 'flushed': never dropped, and its write starts at once.
 */
export type Delivery = 'droppable' | 'kept' | 'flushed';

/** The robot's time of a message, twice: as seconds since the driver started and as an absolute stamp. */
export interface Stamp {
  readonly timeS: number;
  /** Start of the recording (UTC) plus `timeS`, nanoseconds since 1970. */
  readonly ns: bigint;
}

export interface TopicCodec<Message> {
  readonly topic: string;
  readonly schemaName: string;
  readonly schemaEncoding: 'jsonschema' | 'protobuf';
  readonly messageEncoding: 'json' | 'protobuf';
  readonly delivery: Delivery;
  /** Bytes of one message; throws for a value that the encoding cannot hold (a cycle, a bigint). */
  encode(message: Message, stamp: Stamp): Uint8Array;
  /** The message in those bytes; throws an Error that says what is wrong with them. */
  decode(data: Uint8Array): Message;
}

/** The same type with everything in it read-only, so that a caller may pass what it must not change. */
export type DeepReadonly<T> = T extends (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends readonly unknown[]
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T extends object
      ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
      : T;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

export function encodeJson(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** Parses JSON bytes by a zod schema; throws one short sentence for the first thing that is wrong. */
export function decodeJson<Schema extends z.ZodType>(schema: Schema, data: Uint8Array): DeepReadonly<z.infer<Schema>> {
  const parsed = schema.safeParse(JSON.parse(decoder.decode(data)));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`${issue.path.join('.') || 'the message'}: ${issue.message}`);
  }
  const message: unknown = parsed.data;
  return message as DeepReadonly<z.infer<Schema>>;
}
