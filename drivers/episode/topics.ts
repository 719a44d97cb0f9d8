// Owns the one list of an episode's topics. Every writer and reader takes names, encodings and types from here; a new
// topic is one line. Must never import a JSON schema, so that a reader in the browser stays small (see schemas.ts).

import type { z } from 'zod';
import { jointStatesTopic, logTopic, poseTopic, sceneTopic, transformsTopic } from './foxglove.ts';
import { calibrationTopic, imageTopic } from './foxglove-image.ts';
import {
  approvalSchema,
  callSchema,
  checkSchema,
  driverSchema,
  ensembleSchema,
  functionSchema,
  gateSchema,
  marksSchema,
  modelSchema,
  outputSchema,
  previewSchema,
  programSchema,
  remarkSchema,
  resultSchema,
  robotStateSchema,
  stopSchema,
  traceTickSchema,
  turnSchema,
} from './messages.ts';
import { type DeepReadonly, type Delivery, decodeJson, encodeJson, type TopicCodec } from './topic-codec.ts';

/** A topic of our own: JSON by a zod schema, plus the robot time as `timeS` for viewers. */
export interface OwnTopic<Message> extends TopicCodec<Message> {
  readonly zodSchema: z.ZodObject;
}

function ownTopic<Schema extends z.ZodObject>(
  topic: string,
  schemaName: `capstan.${string}`,
  delivery: Delivery,
  zodSchema: Schema,
): OwnTopic<DeepReadonly<z.infer<Schema>>> {
  return {
    topic,
    schemaName,
    schemaEncoding: 'jsonschema',
    messageEncoding: 'json',
    delivery,
    zodSchema,
    encode: (message, stamp) => encodeJson({ ...message, timeS: stamp.timeS }),
    decode: (data) => decodeJson(zodSchema, data),
  };
}

export const TOPICS = {
  '/robot/joint_states': jointStatesTopic('/robot/joint_states'),
  /** Fingertip of arm 0. */
  '/robot/tcp': poseTopic('/robot/tcp'),
  /** Fingertip of the right arm, where there is one. */
  '/robot/right/tcp': poseTopic('/robot/right/tcp'),
  '/tf': transformsTopic('/tf'),
  '/scene': sceneTopic('/scene'),
  '/log': logTopic('/log'),
  '/camera/scene/image': imageTopic('/camera/scene/image'),
  '/camera/scene/depth': imageTopic('/camera/scene/depth'),
  '/camera/scene/calibration': calibrationTopic('/camera/scene/calibration'),
  '/camera/wrist/image': imageTopic('/camera/wrist/image'),
  '/camera/wrist/depth': imageTopic('/camera/wrist/depth'),
  '/camera/wrist/calibration': calibrationTopic('/camera/wrist/calibration'),
  /** On the hand of the right arm, where there is one. */
  '/camera/right_wrist/image': imageTopic('/camera/right_wrist/image'),
  '/camera/right_wrist/depth': imageTopic('/camera/right_wrist/depth'),
  '/camera/right_wrist/calibration': calibrationTopic('/camera/right_wrist/calibration'),
  '/robot/state': ownTopic('/robot/state', 'capstan.RobotState', 'droppable', robotStateSchema),
  '/robot/trace': ownTopic('/robot/trace', 'capstan.TraceTick', 'droppable', traceTickSchema),
  '/marks': ownTopic('/marks', 'capstan.Marks', 'kept', marksSchema),
  '/program': ownTopic('/program', 'capstan.Program', 'flushed', programSchema),
  '/check': ownTopic('/check', 'capstan.Check', 'kept', checkSchema),
  '/preview': ownTopic('/preview', 'capstan.Preview', 'kept', previewSchema),
  '/approval': ownTopic('/approval', 'capstan.Approval', 'flushed', approvalSchema),
  '/gate': ownTopic('/gate', 'capstan.Gate', 'kept', gateSchema),
  '/call': ownTopic('/call', 'capstan.Call', 'kept', callSchema),
  '/output': ownTopic('/output', 'capstan.Output', 'kept', outputSchema),
  '/driver': ownTopic('/driver', 'capstan.Driver', 'kept', driverSchema),
  '/remark': ownTopic('/remark', 'capstan.Remark', 'kept', remarkSchema),
  '/stop': ownTopic('/stop', 'capstan.Stop', 'flushed', stopSchema),
  '/model': ownTopic('/model', 'capstan.Model', 'flushed', modelSchema),
  '/ensemble': ownTopic('/ensemble', 'capstan.Ensemble', 'kept', ensembleSchema),
  '/function': ownTopic('/function', 'capstan.Function', 'kept', functionSchema),
  '/turn': ownTopic('/turn', 'capstan.Turn', 'kept', turnSchema),
  '/result': ownTopic('/result', 'capstan.Result', 'flushed', resultSchema),
} as const;

/** Cameras that an episode has topics for, as in `/camera/scene/image`. */
export const RECORDED_CAMERAS = ['scene', 'wrist', 'right_wrist'] as const;
export type RecordedCamera = (typeof RECORDED_CAMERAS)[number];

export type TopicName = keyof typeof TOPICS;
export type MessageOf<T extends TopicName> = (typeof TOPICS)[T] extends TopicCodec<infer Message> ? Message : never;

export const TOPIC_NAMES = Object.keys(TOPICS) as readonly TopicName[];

export function isTopicName(topic: string): topic is TopicName {
  return Object.hasOwn(TOPICS, topic);
}
