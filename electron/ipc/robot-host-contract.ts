// Owns every message between the session process and a robot host (live or twin). Plain data only.

import { z } from 'zod';
import { callSchema, failureSchema, poseSchema, previewSchema } from '../../drivers/episode/messages.ts';
import { LIMIT_NAMES } from '../../drivers/gate/envelope.ts';
import { observationSchema, perceivedSceneSchema, vec3Schema } from '../../drivers/perceived-scene.ts';
import { serverSettingsSchema } from '../../skills/perception/server-settings.ts';
import { cellStatusSchema } from './cell-sockets.ts';
import { runPaceSchema } from './operator-pace.ts';
import type { Contract, Frozen } from './rpc.ts';

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'binary data');
const float64s = z.custom<Float64Array>((value) => value instanceof Float64Array, 'an array of float64');

/** The cameras of a cell; the right wrist only where there are two arms. */
export const CAMERA_NAMES = ['scene', 'wrist', 'right wrist'] as const;

export const tierSchema = z.enum(['S1', 'S2', 'S3', 'S4']);

export const blockSchema = z.object({
  name: z.string(),
  source: z.string(),
  javascript: z.string(),
  loops: z.array(z.object({ line: z.int(), endLine: z.int(), kind: z.enum(['bounded', 'unbounded']) })),
  callingLines: z.array(z.int().positive()).optional(),
});

export const settingsSchema = z.object({
  previewId: z.string().nullable(),
  startJointsRad: z.array(z.array(z.number())).nullable(),
  grants: z.array(z.enum(LIMIT_NAMES)),
  speedScale: z.number().positive().max(1),
  stepMode: z.enum(['none', 'each-motion']),
});

const outputLineSchema = z.object({
  channel: z.enum(['log', 'info', 'warn', 'error', 'say']),
  text: z.string(),
  line: z.int().positive().optional(),
});

/** How a block ended in the robot host. */
export const blockReportSchema = z.object({
  status: z.enum(['finished', 'failed']),
  failure: failureSchema.optional(),
  output: z.array(outputLineSchema),
  calls: z.int().nonnegative(),
  /** The calls that ended, in order; long values in them are outlined, the episode holds them whole. */
  callStory: z.array(callSchema.omit({ block: true })),
  robotTimeS: z.number(),
});
export type BlockReport = Frozen<z.infer<typeof blockReportSchema>>;
export type ReportedLine = BlockReport['output'][number];

export const verdictSchema = z.object({
  success: z.boolean(),
  parts: z.array(z.object({ text: z.string(), holds: z.boolean() })),
  progress: z.number(),
  settled: z.boolean(),
});

export const stopOutcomeSchema = z.object({
  id: z.string(),
  sent: z.boolean(),
  restConfirmed: z.boolean(),
  stopDurationS: z.number().nullable(),
});

const snapshotSchema = z.object({
  world: z.object({
    physics: float64s,
    timeS: z.number(),
    servos: z.array(z.object({ referenceRad: z.array(z.number()), externalTorquesNm: z.array(z.number()) })),
    hands: z.array(z.object({ commandM: z.number(), targetM: z.number(), forceN: z.number(), holding: z.boolean() })),
    marks: z.object({
      layers: z.array(z.array(z.number())),
      strokes: z.array(
        z.object({ tip: z.tuple([z.number(), z.number()]), dot: z.tuple([z.number(), z.number()]) }).nullable(),
      ),
      maxForcesN: z.array(z.number()),
    }),
  }),
  sandbox: bytes,
});

const boxSchema = z.object({ name: z.string(), pose: poseSchema.readonly(), size: vec3Schema }).readonly();

const foundSchema = z.object({ name: z.string(), pose: poseSchema.readonly(), extent: vec3Schema }).readonly();

/** What a tier that looks remembers of earlier blocks. */
const memorySchema = z.object({
  count: z.int().nonnegative(),
  looks: z.array(z.tuple([z.string(), observationSchema]).readonly()).readonly(),
  named: z.array(boxSchema).readonly(),
  held: z.array(z.tuple([z.enum(['left', 'right']), z.string()]).readonly()).readonly(),
  letGo: z.array(z.string()).readonly(),
  points: float64s,
});

/** The state a preview begins with: a copy of the live one at tier S1, above it what was perceived and nothing else. */
const rehearsalStartSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('copy'), snapshot: snapshotSchema }),
  z.object({ kind: z.literal('perceived'), perceived: perceivedSceneSchema, memory: memorySchema, sandbox: bytes }),
]);
export type RehearsalStart = Frozen<z.infer<typeof rehearsalStartSchema>>;

const openSchema = z.object({
  /** A trial has nobody beside it whose silence would stop it, and carries every call out. */
  role: z.enum(['live', 'trial', 'twin']),
  taskText: z.string(),
  taskPath: z.string(),
  seed: z.int().nonnegative(),
  tier: tierSchema,
  rigText: z.string(),
  rigPath: z.string(),
  /** Model servers that find things in pictures; null for the pixel detector. */
  detector: serverSettingsSchema.nullable(),
  /** Multiple of real time, or as fast as the machine allows. */
  pace: z.union([z.literal('fast'), z.number().positive()]),
  /** Where the episode goes; null records nothing. */
  episodePath: z.string().nullable(),
  episodeId: z.string(),
  /** Whether a twin is kept ready. */
  previews: z.boolean(),
  /** Whether programs may ask the session's model (session-contract.ts). */
  asks: z.boolean(),
  policy: z.string(),
  versions: z.record(z.string(), z.string()),
  /**
   * Opens the three sockets for windows (cell-sockets.ts), on the loopback interface: at this port, 0 for any, for whoever
   * has the token and comes from one of the origins. Null for a session without windows. Live cells only.
   */
  console: z
    .object({ port: z.int().min(0).max(65_535), token: z.string().min(16).max(256), origins: z.array(z.string()) })
    .nullable(),
  /** Files of the session's own for the episode. */
  attachments: z.array(z.object({ name: z.string(), mediaType: z.string(), text: z.string() })),
});
export type OpenParams = Frozen<z.infer<typeof openSchema>>;

/** Facts of a preview: the episode's message without what only the recorder knows, plus what an offer needs. */
export const previewFactsSchema = previewSchema.omit({ block: true }).extend({
  startJointsRad: z.array(z.array(z.number())),
  /** Soft limits the block passed in the preview; running it needs them granted. */
  softExcesses: z.array(
    z.object({ limit: z.enum(LIMIT_NAMES), value: z.number(), soft: z.number(), where: z.string() }),
  ),
  calls: z.int().nonnegative(),
});
export type PreviewFacts = Frozen<z.infer<typeof previewFactsSchema>>;

const nothing = z.object({});

export const ROBOT_HOST_CONTRACT = {
  requests: {
    open: {
      params: openSchema,
      result: z.object({
        robotId: z.string(),
        robotKind: z.enum(['simulated', 'real']),
        apiVersion: z.string(),
        /** Where the sockets for windows listen; null without them. */
        consolePort: z.int().nullable(),
      }),
    },
    /** Writes a message of the session's own into the episode. */
    record: {
      params: z.object({
        topic: z.enum([
          '/program',
          '/check',
          '/approval',
          '/remark',
          '/model',
          '/ensemble',
          '/function',
          '/turn',
          '/log',
        ]),
        message: z.unknown(),
      }),
      result: nothing,
    },
    /** Runs a block in the twin, from the state as it is now. Nothing moves; what is to be approved is recorded. */
    preview: {
      params: z.object({
        block: blockSchema,
        speedScale: z.number().positive().max(1),
        purpose: z.enum(['approval', 'comparison']),
      }),
      result: previewFactsSchema,
    },
    offer: {
      params: z.object({ block: blockSchema, settings: settingsSchema }),
      result: z.object({ offerId: z.string(), digest: z.string(), epoch: z.int() }),
    },
    approve: {
      params: z.object({
        offerId: z.string(),
        digest: z.string(),
        by: z.object({ kind: z.enum(['person', 'automatic']), name: z.string() }),
      }),
      result: nothing,
    },
    run: {
      params: z.object({ block: blockSchema, offerId: z.string(), settings: settingsSchema, pace: runPaceSchema }),
      result: blockReportSchema,
    },
    /** What stands where, as far as the tier can know: the truth at S1, else what a look around shows. Nothing moves. */
    known: {
      params: nothing,
      result: z.object({
        /** Before the block that ran last; null where nothing ran, or nobody had looked. */
        before: z.array(foundSchema).readonly().nullable(),
        now: z.array(foundSchema).readonly(),
        hand: z.object({ holds: z.string(), tool: poseSchema.readonly() }).optional(),
      }),
    },
    judge: { params: nothing, result: verdictSchema },
    /** Where the arms are now, and the gate's epoch. */
    posture: {
      params: nothing,
      result: z.object({ epoch: z.int(), armsRad: z.array(z.array(z.number())) }),
    },
    stop: {
      params: z.object({ source: z.enum(['operator', 'session']), detail: z.string() }),
      result: stopOutcomeSchema,
    },
    reset: { params: z.object({ stopId: z.string(), by: z.string() }), result: nothing },
    /** Twin only: run this block from this state. */
    rehearse: {
      params: z.object({
        block: blockSchema,
        start: rehearsalStartSchema,
        speedScale: z.number().positive().max(1),
        previewId: z.string(),
      }),
      result: previewFactsSchema,
    },
    /** A picture of the scene as it is now. */
    picture: {
      params: z.object({ width: z.int().min(16).max(4096), height: z.int().min(16).max(4096) }),
      result: z.object({ png: bytes }),
    },
    /** What the cell's own cameras see now, with the light and the noise of the seed: what a model may be shown. */
    look: {
      params: nothing,
      result: z.object({ views: z.array(z.object({ camera: z.enum(CAMERA_NAMES), png: bytes })) }),
    },
    finish: {
      params: z.object({
        outcome: z.enum(['succeeded', 'failed']),
        stage: z.string().optional(),
        message: z.string(),
      }),
      result: z.object({
        traceHash: z.string(),
        robotTimeS: z.number(),
        recordedMessages: z.int(),
        recordingError: z.string().nullable(),
      }),
    },
  },
  notices: { beat: nothing },
  events: {
    output: outputLineSchema,
    call: z.object({ name: z.string(), line: z.int().positive().optional(), ok: z.boolean(), endS: z.number() }),
    stopped: z.object({ id: z.string(), source: z.string(), detail: z.string() }),
    /** A stop was cleared, by the session or at a window. */
    reset: z.object({ stopId: z.string(), by: z.string() }),
    /** What windows are told too, whenever something in it has changed. Without a console it never comes. */
    cellStatus: cellStatusSchema,
    recordingFailed: z.object({ message: z.string(), hint: z.string() }),
  },
} as const satisfies Contract;
