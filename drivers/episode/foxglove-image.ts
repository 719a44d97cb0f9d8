// Owns the messages of cameras in the well-known protobuf schemas `foxglove.CompressedImage` and
// `foxglove.CameraCalibration`: their fields as data, from which the bytes and the schema in the file both come.
// Must never compress or change a picture.
//
// Field names, numbers and types: https://docs.foxglove.dev/docs/sdk/schemas (foxglove/*.proto).

import { create, createFileRegistry, fromBinary, type Message, toBinary } from '@bufbuild/protobuf';
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  file_google_protobuf_timestamp,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';
import { z } from 'zod';
import type { Intrinsics } from '../../sim/cameras/camera-model.ts';
import type { Delivery, Stamp, TopicCodec } from './topic-codec.ts';

/** A picture as it was compressed: colour as PNG or JPEG, depth as 16-bit grey PNG in whole millimetres, 0 unknown. */
export interface ImageMessage {
  /** The camera's frame, as "camera/scene"; `/tf` says where it stands (x right, y down, z forward). */
  readonly frame: string;
  readonly format: 'png' | 'jpeg';
  readonly data: Uint8Array;
}

/** The pinhole of a camera whose pictures have no distortion left; pixels. */
export interface CalibrationMessage {
  readonly frame: string;
  readonly width: number;
  readonly height: number;
  readonly intrinsics: Intrinsics;
}

interface Field {
  readonly name: string;
  readonly number: number;
  readonly type: Type;
  readonly typeName?: string;
  readonly repeated?: true;
}

const TIMESTAMP: Field = { name: 'timestamp', number: 1, type: Type.MESSAGE, typeName: '.google.protobuf.Timestamp' };

const MESSAGES: Readonly<Record<'CompressedImage' | 'CameraCalibration', readonly Field[]>> = {
  CompressedImage: [
    TIMESTAMP,
    { name: 'frame_id', number: 4, type: Type.STRING },
    { name: 'data', number: 2, type: Type.BYTES },
    { name: 'format', number: 3, type: Type.STRING },
  ],
  CameraCalibration: [
    TIMESTAMP,
    { name: 'frame_id', number: 9, type: Type.STRING },
    { name: 'width', number: 2, type: Type.FIXED32 },
    { name: 'height', number: 3, type: Type.FIXED32 },
    { name: 'distortion_model', number: 4, type: Type.STRING },
    { name: 'D', number: 5, type: Type.DOUBLE, repeated: true },
    { name: 'K', number: 6, type: Type.DOUBLE, repeated: true },
    { name: 'R', number: 7, type: Type.DOUBLE, repeated: true },
    { name: 'P', number: 8, type: Type.DOUBLE, repeated: true },
  ],
};

type MessageName = keyof typeof MESSAGES;

function fileOf(name: MessageName): FileDescriptorProto {
  return create(FileDescriptorProtoSchema, {
    name: `foxglove/${name}.proto`,
    package: 'foxglove',
    syntax: 'proto3',
    dependency: ['google/protobuf/timestamp.proto'],
    messageType: [
      {
        name,
        field: MESSAGES[name].map(({ repeated, ...field }) => ({
          ...field,
          // As protoc writes it, so that generated code of other tools reads the same names.
          jsonName: field.name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
          label: repeated ? Label.REPEATED : Label.OPTIONAL,
        })),
      },
    ],
  });
}

const timestampFile = () => file_google_protobuf_timestamp.proto;

function descriptorOf(name: MessageName) {
  const registry = createFileRegistry(fileOf(name), () => timestampFile());
  const descriptor = registry.getMessage(`foxglove.${name}`);
  if (descriptor === undefined) throw new Error(`the schema foxglove.${name} has no such message`);
  return descriptor;
}

/** The schema as MCAP wants it: a serialised FileDescriptorSet with all that the message refers to. */
export function protobufSchema(schemaName: string): Uint8Array {
  const name = schemaName.replace('foxglove.', '') as MessageName;
  return toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: [timestampFile(), fileOf(name)] }));
}

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'bytes');
const numbers = z.array(z.number());

function protobufTopic<Schema extends z.ZodObject, Message_>(
  topic: string,
  name: MessageName,
  delivery: Delivery,
  fields: Schema,
  toWire: (message: Message_) => z.infer<Schema>,
  fromWire: (wire: z.infer<Schema>) => Message_,
): TopicCodec<Message_> {
  const descriptor = descriptorOf(name);
  return {
    topic,
    schemaName: `foxglove.${name}`,
    schemaEncoding: 'protobuf',
    messageEncoding: 'protobuf',
    delivery,
    encode: (message, stamp) =>
      toBinary(descriptor, create(descriptor, { timestamp: toTime(stamp), ...toWire(message) })),
    decode: (data) => {
      const parsed = fields.safeParse(fromBinary(descriptor, data) satisfies Message);
      if (parsed.success) return fromWire(parsed.data);
      const issue = parsed.error.issues[0];
      throw new Error(`${issue.path.join('.')}: ${issue.message}`);
    },
  };
}

const toTime = ({ ns }: Stamp) => ({ seconds: ns / 1_000_000_000n, nanos: Number(ns % 1_000_000_000n) });

const imageFields = z.object({ frameId: z.string(), data: bytes, format: z.enum(['png', 'jpeg']) });

export const imageTopic = (topic: string): TopicCodec<ImageMessage> =>
  protobufTopic(
    topic,
    'CompressedImage',
    'droppable',
    imageFields,
    ({ frame, data, format }) => ({ frameId: frame, data, format }),
    ({ frameId, data, format }) => ({ frame: frameId, data, format }),
  );

const calibrationFields = z.object({
  frameId: z.string(),
  width: z.int().positive(),
  height: z.int().positive(),
  distortionModel: z.string(),
  D: numbers,
  K: numbers.length(9),
  R: numbers,
  P: numbers,
});

export const calibrationTopic = (topic: string): TopicCodec<CalibrationMessage> =>
  protobufTopic(
    topic,
    'CameraCalibration',
    'kept',
    calibrationFields,
    ({ frame, width, height, intrinsics: { fx, fy, cx, cy } }) => ({
      frameId: frame,
      width,
      height,
      distortionModel: 'plumb_bob',
      D: [0, 0, 0, 0, 0],
      K: [fx, 0, cx, 0, fy, cy, 0, 0, 1],
      R: [1, 0, 0, 0, 1, 0, 0, 0, 1],
      P: [fx, 0, cx, 0, 0, fy, cy, 0, 0, 0, 1, 0],
    }),
    ({ frameId, width, height, K }) => ({
      frame: frameId,
      width,
      height,
      intrinsics: { fx: K[0], fy: K[4], cx: K[2], cy: K[5] },
    }),
  );
