// Owns the messages of the well-known `foxglove.*` schemas and the only conversion between our poses (wxyz) and theirs
// (xyzw). What goes in and comes out of this module is in our own types. Must never let an xyzw quaternion leave.

import { z } from 'zod';
import { IDENTITY_POSE, type Pose, type Vec3 } from '../../sim/spatial.ts';
import {
  type DeepReadonly,
  type Delivery,
  decodeJson,
  encodeJson,
  type Stamp,
  type TopicCodec,
} from './topic-codec.ts';

/** Name of the base frame of arm 0, in which everything stands unless its name says otherwise. */
export const BASE_FRAME = 'base';

/** Radians, rad/s and Nm for a revolute joint; metres, m/s and N for a finger. */
export interface JointStatesMessage {
  readonly joints: readonly {
    readonly name: string;
    readonly position: number;
    readonly velocity?: number;
    readonly effort?: number;
  }[];
}

export interface PoseMessage {
  readonly frame: string;
  readonly pose: Pose;
}

export interface TransformsMessage {
  readonly transforms: readonly {
    readonly parentFrame: string;
    readonly childFrame: string;
    readonly parentFromChild: Pose;
  }[];
}

/** Red, green, blue, opacity, each 0..1. */
export type Rgba = readonly [number, number, number, number];

/** One thing to draw: a box or cylinder by its full side lengths, a sphere by three equal ones; z is a cylinder's axis. */
export interface SceneShape {
  readonly kind: 'box' | 'cylinder' | 'sphere';
  readonly pose: Pose;
  readonly sizeM: Vec3;
  readonly color: Rgba;
}

/** Room that the arms must stay inside of, or out of; in the base frame of arm 0, metres. */
export interface SceneVolume {
  readonly name: string;
  readonly kind: 'allowed' | 'keep-out';
  readonly min: Vec3;
  readonly max: Vec3;
}

/** Objects to add, or to replace by the same id. */
export interface SceneMessage {
  readonly entities: readonly { readonly id: string; readonly frame: string; readonly shapes: readonly SceneShape[] }[];
  /** Drawn as the edges of boxes; absent where the file says nothing of them. */
  readonly volumes?: readonly SceneVolume[];
}

const LOG_LEVELS = ['unknown', 'debug', 'info', 'warning', 'error', 'fatal'] as const;

export interface LogMessage {
  readonly level: (typeof LOG_LEVELS)[number];
  readonly message: string;
  /** The part of the system that speaks, as "recorder". */
  readonly name: string;
  readonly file?: string;
  readonly line?: number;
}

const xyz = z.object({ x: z.number(), y: z.number(), z: z.number() });
const xyzw = z.object({ x: z.number(), y: z.number(), z: z.number(), w: z.number() });
const foxglovePose = z.object({ position: xyz, orientation: xyzw });
const rgba = z.object({ r: z.number(), g: z.number(), b: z.number(), a: z.number() });

const toXyz = ([x, y, z]: Vec3) => ({ x, y, z });
const toXyzw = ([w, x, y, z]: Pose['quatWxyz']) => ({ x, y, z, w });
const toFoxglovePose = (pose: Pose) => ({ position: toXyz(pose.position), orientation: toXyzw(pose.quatWxyz) });
const fromXyz = (v: z.infer<typeof xyz>): Vec3 => [v.x, v.y, v.z];
const toPose = (position: z.infer<typeof xyz>, q: z.infer<typeof xyzw>): Pose => ({
  position: fromXyz(position),
  quatWxyz: [q.w, q.x, q.y, q.z],
});

const toTime = (stamp: Stamp) => ({ sec: Number(stamp.ns / 1_000_000_000n), nsec: Number(stamp.ns % 1_000_000_000n) });

function wellKnownTopic<Schema extends z.ZodType, Message>(
  topic: string,
  schemaName: `foxglove.${string}`,
  delivery: Delivery,
  wireSchema: Schema,
  toWire: (message: Message, stamp: Stamp) => unknown,
  fromWire: (wire: DeepReadonly<z.infer<Schema>>) => Message,
): TopicCodec<Message> {
  return {
    topic,
    schemaName,
    schemaEncoding: 'jsonschema',
    messageEncoding: 'json',
    delivery,
    encode: (message, stamp) => encodeJson(toWire(message, stamp)),
    decode: (data) => fromWire(decodeJson(wireSchema, data)),
  };
}

const joint = z.object({
  name: z.string(),
  position: z.number(),
  velocity: z.number().optional(),
  effort: z.number().optional(),
});

export const jointStatesTopic = (topic: string): TopicCodec<JointStatesMessage> =>
  wellKnownTopic(
    topic,
    'foxglove.JointStates',
    'droppable',
    z.object({ joints: z.array(joint) }),
    (message, stamp) => ({ timestamp: toTime(stamp), joints: message.joints }),
    (wire) => wire,
  );

export const poseTopic = (topic: string): TopicCodec<PoseMessage> =>
  wellKnownTopic(
    topic,
    'foxglove.PoseInFrame',
    'droppable',
    z.object({ frame_id: z.string(), pose: foxglovePose }),
    (message, stamp) => ({ timestamp: toTime(stamp), frame_id: message.frame, pose: toFoxglovePose(message.pose) }),
    (wire) => ({ frame: wire.frame_id, pose: toPose(wire.pose.position, wire.pose.orientation) }),
  );

const transform = z.object({
  parent_frame_id: z.string(),
  child_frame_id: z.string(),
  translation: xyz,
  rotation: xyzw,
});

export const transformsTopic = (topic: string): TopicCodec<TransformsMessage> =>
  wellKnownTopic(
    topic,
    'foxglove.FrameTransforms',
    'droppable',
    z.object({ transforms: z.array(transform) }),
    (message, stamp) => ({
      transforms: message.transforms.map((item) => ({
        timestamp: toTime(stamp),
        parent_frame_id: item.parentFrame,
        child_frame_id: item.childFrame,
        translation: toXyz(item.parentFromChild.position),
        rotation: toXyzw(item.parentFromChild.quatWxyz),
      })),
    }),
    (wire) => ({
      transforms: wire.transforms.map((item) => ({
        parentFrame: item.parent_frame_id,
        childFrame: item.child_frame_id,
        parentFromChild: toPose(item.translation, item.rotation),
      })),
    }),
  );

const primitive = z.object({ pose: foxglovePose, size: xyz, color: rgba });
const entity = z.object({
  id: z.string(),
  frame_id: z.string(),
  cubes: z.array(primitive),
  cylinders: z.array(primitive),
  spheres: z.array(primitive),
  lines: z.array(z.object({ points: z.array(xyz) })).optional(),
  metadata: z.array(z.object({ key: z.string(), value: z.string() })).optional(),
});

/** Corners at the ends of the twelve edges of a box: bit 0 is x, bit 1 is y, bit 2 is z; 0 the lower side. */
const BOX_EDGES = [0, 1, 2, 3, 4, 5, 6, 7, 0, 2, 1, 3, 4, 6, 5, 7, 0, 4, 1, 5, 2, 6, 3, 7] as const;
const LINE_LIST = 2;
const EDGE_PIXELS = 2;
/** The metadata that tells a volume from a thing. */
const VOLUME_KEY = 'volume';
const VOLUME_COLORS = {
  allowed: { r: 0.2, g: 0.5, b: 0.95, a: 0.6 },
  'keep-out': { r: 0.85, g: 0.2, b: 0.15, a: 0.8 },
} as const;

function volumeLines({ kind, min, max }: SceneVolume) {
  const corner = (bits: number) => ({
    x: bits & 1 ? max[0] : min[0],
    y: bits & 2 ? max[1] : min[1],
    z: bits & 4 ? max[2] : min[2],
  });
  return {
    type: LINE_LIST,
    pose: toFoxglovePose(IDENTITY_POSE),
    thickness: EDGE_PIXELS,
    scale_invariant: true,
    points: BOX_EDGES.map(corner),
    color: VOLUME_COLORS[kind],
    colors: [],
    indices: [],
  };
}

/** Undefined for an entity that is none. */
function toVolume({ id, lines = [], metadata = [] }: z.infer<typeof entity>): SceneVolume | undefined {
  const kind = metadata.find(({ key }) => key === VOLUME_KEY)?.value;
  if (kind !== 'allowed' && kind !== 'keep-out') return undefined;
  const points = lines.flatMap((line) => line.points.map(fromXyz));
  const extreme = (pick: (...values: number[]) => number): Vec3 => [
    pick(...points.map(([x]) => x)),
    pick(...points.map(([, y]) => y)),
    pick(...points.map(([, , z]) => z)),
  ];
  return { name: id, kind, min: extreme(Math.min), max: extreme(Math.max) };
}

type WireEntity = z.infer<typeof entity>;

function wireEntity(id: string, frame: string, stamp: Stamp) {
  return {
    timestamp: toTime(stamp),
    frame_id: frame,
    id,
    lifetime: { sec: 0, nsec: 0 },
    // It moves with its frame, as /tf goes on.
    frame_locked: true,
    metadata: [] as { key: string; value: string }[],
    arrows: [],
    cubes: [] as unknown[],
    spheres: [] as unknown[],
    cylinders: [] as unknown[],
    lines: [] as unknown[],
    triangles: [],
    texts: [],
    models: [],
  };
}

const shapesOf = (shapes: readonly SceneShape[], kind: SceneShape['kind']) =>
  shapes
    .filter((shape) => shape.kind === kind)
    .map((shape) => ({
      pose: toFoxglovePose(shape.pose),
      size: toXyz(shape.sizeM),
      color: { r: shape.color[0], g: shape.color[1], b: shape.color[2], a: shape.color[3] },
      ...(kind === 'cylinder' ? { bottom_scale: 1, top_scale: 1 } : {}),
    }));

const toShape =
  (kind: SceneShape['kind']) =>
  (wire: z.infer<typeof primitive>): SceneShape => ({
    kind,
    pose: toPose(wire.pose.position, wire.pose.orientation),
    sizeM: fromXyz(wire.size),
    color: [wire.color.r, wire.color.g, wire.color.b, wire.color.a],
  });

export const sceneTopic = (topic: string): TopicCodec<SceneMessage> =>
  wellKnownTopic(
    topic,
    'foxglove.SceneUpdate',
    'kept',
    z.object({ entities: z.array(entity) }),
    (message, stamp) => ({
      deletions: [],
      entities: [
        ...message.entities.map((item) => ({
          ...wireEntity(item.id, item.frame, stamp),
          cubes: shapesOf(item.shapes, 'box'),
          spheres: shapesOf(item.shapes, 'sphere'),
          cylinders: shapesOf(item.shapes, 'cylinder'),
        })),
        ...(message.volumes ?? []).map((volume) => ({
          ...wireEntity(volume.name, BASE_FRAME, stamp),
          metadata: [{ key: VOLUME_KEY, value: volume.kind }],
          lines: [volumeLines(volume)],
        })),
      ],
    }),
    (wire) => {
      const volumes = wire.entities.map((item) => toVolume(item as WireEntity));
      const known = volumes.filter((volume) => volume !== undefined);
      return {
        entities: wire.entities
          .filter((_, index) => volumes[index] === undefined)
          .map((item) => ({
            id: item.id,
            frame: item.frame_id,
            shapes: [
              ...item.cubes.map(toShape('box')),
              ...item.cylinders.map(toShape('cylinder')),
              ...item.spheres.map(toShape('sphere')),
            ],
          })),
        ...(known.length === 0 ? {} : { volumes: known }),
      };
    },
  );

const log = z.object({
  level: z.int().min(0).max(5),
  message: z.string(),
  name: z.string(),
  file: z.string(),
  line: z.int().nonnegative(),
});

export const logTopic = (topic: string): TopicCodec<LogMessage> =>
  wellKnownTopic(
    topic,
    'foxglove.Log',
    'kept',
    log,
    (message, stamp) => ({
      timestamp: toTime(stamp),
      level: LOG_LEVELS.indexOf(message.level),
      message: message.message,
      name: message.name,
      file: message.file ?? '',
      line: message.line ?? 0,
    }),
    (wire) => ({
      level: LOG_LEVELS[wire.level],
      message: wire.message,
      name: wire.name,
      ...(wire.file === '' ? {} : { file: wire.file }),
      ...(wire.line === 0 ? {} : { line: wire.line }),
    }),
  );
