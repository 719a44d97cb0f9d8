import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileRegistry, fromBinary, toJson } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { schemaOf } from '../../drivers/episode/schemas.ts';
import type { TopicCodec } from '../../drivers/episode/topic-codec.ts';
import { type MessageOf, TOPIC_NAMES, TOPICS, type TopicName } from '../../drivers/episode/topics.ts';
import { SAMPLES } from './episode-samples.ts';

const STAMP = { timeS: 1.5, ns: 1_795_262_400_000_000_000n + 1_500_000_000n };
const json = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes));
const codecOf = (topic: TopicName) => TOPICS[topic] as unknown as TopicCodec<MessageOf<TopicName>>;

const JSON_TOPICS = TOPIC_NAMES.filter((topic) => TOPICS[topic].messageEncoding === 'json');
const PROTOBUF_TOPICS = TOPIC_NAMES.filter((topic) => TOPICS[topic].messageEncoding === 'protobuf');

describe.each(JSON_TOPICS)('the topic %s', (topic) => {
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

describe.each(PROTOBUF_TOPICS)('the topic %s', (topic) => {
  it('writes messages that the schema in the file describes, and reads them back', () => {
    const files = fromBinary(FileDescriptorSetSchema, schemaOf(topic));
    const message = createFileRegistry(files).getMessage(TOPICS[topic].schemaName);
    if (message === undefined) throw new Error('the schema lacks its own message');
    const bytes = codecOf(topic).encode(SAMPLES[topic], STAMP);
    const seen = toJson(message, fromBinary(message, bytes));
    expect(seen).toMatchObject({ timestamp: '2026-11-21T12:00:01.500Z' });
    expect(codecOf(topic).decode(bytes)).toEqual(SAMPLES[topic]);
  });

  it('refuses bytes that are no such message', () => {
    expect(() => codecOf(topic).decode(new TextEncoder().encode('{"block": "first"}'))).toThrow();
    expect(() => codecOf(topic).decode(Uint8Array.of(0xff))).toThrow();
    expect(() => codecOf(topic).decode(new Uint8Array(0))).toThrow();
  });
});

describe('the images of an episode', () => {
  it.skipIf(!hasProtoc())('are read by protoc from the published schema', () => {
    // Written from https://docs.foxglove.dev/docs/sdk/schemas: what any other tool has.
    const proto = `syntax = "proto3"; import "google/protobuf/timestamp.proto"; package foxglove;
message CompressedImage { google.protobuf.Timestamp timestamp = 1; string frame_id = 4; bytes data = 2; string format = 3; }
message CameraCalibration { google.protobuf.Timestamp timestamp = 1; string frame_id = 9; fixed32 width = 2;
fixed32 height = 3; string distortion_model = 4; repeated double D = 5; repeated double K = 6; repeated double R = 7;
repeated double P = 8; }`;
    const image = protocDecode(
      proto,
      'foxglove.CompressedImage',
      codecOf('/camera/scene/image').encode(SAMPLES['/camera/scene/image'], STAMP),
    );
    expect(image).toContain('frame_id: "camera/scene"');
    expect(image).toContain('format: "png"');
    expect(image).toContain('nanos: 500000000');
    const pinhole = protocDecode(
      proto,
      'foxglove.CameraCalibration',
      codecOf('/camera/wrist/calibration').encode(SAMPLES['/camera/wrist/calibration'], STAMP),
    );
    expect(pinhole).toContain('width: 480');
    expect(pinhole).toContain('K: 434.5');
  });
});

function hasProtoc(): boolean {
  const found = spawnSync('protoc', ['--version']).status === 0;
  if (!found)
    console.warn('SKIPPED: protoc is not installed (Debian: protobuf-compiler); images are not decoded by it');
  return found;
}

/** A message as protoc prints it. */
function protocDecode(proto: string, message: string, bytes: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'capstan-protoc-'));
  try {
    writeFileSync(join(folder, 'image.proto'), proto);
    mkdirSync(join(folder, 'google', 'protobuf'), { recursive: true });
    writeFileSync(
      join(folder, 'google', 'protobuf', 'timestamp.proto'),
      'syntax = "proto3"; package google.protobuf; message Timestamp { int64 seconds = 1; int32 nanos = 2; }',
    );
    return execFileSync('protoc', ['-I', folder, `--decode=${message}`, 'image.proto'], {
      input: bytes,
      encoding: 'utf8',
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

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
