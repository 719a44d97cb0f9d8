// Owns what Capstan's own messages in an episode look like: one zod schema and one type each. Fields are only ever
// added, and added as optional, so that old files stay readable. Must never hold xyzw quaternions or wall-clock times.
//
// Frames and units: metres, radians, newtons, seconds; poses in the base frame of arm 0; quaternions wxyz; lines and
// columns from 1. A message's own time is the robot time it was recorded with; a file shows it as the field `timeS`.

import { z } from 'zod';
import { FAILURE_STAGES } from '../failure-stage.ts';
import type { DeepReadonly } from './topic-codec.ts';

const vec3 = z.tuple([z.number(), z.number(), z.number()]);
const quat = z.tuple([z.number(), z.number(), z.number(), z.number()]);
export const poseSchema = z.object({ position: vec3, quatWxyz: quat });
/** Number of a block within its session, from 0. */
const block = z.int().nonnegative();
const line = z.int().positive();

const stage = z.enum(FAILURE_STAGES);

/** What went wrong, in the words of the error itself. */
export const failureSchema = z.object({
  code: z.string(),
  message: z.string(),
  stage: stage.optional(),
  hint: z.string().optional(),
  line: line.optional(),
  column: line.optional(),
});

/** `/robot/state`: the robot as measured, exactly as the Robot port reports it. */
export const robotStateSchema = z.object({
  mode: z.enum(['idle', 'moving', 'stopping', 'stopped', 'fault']),
  /** One entry per arm: left, then right. */
  arms: z.array(
    z.object({
      jointPositionsRad: z.array(z.number()),
      jointVelocitiesRadPerS: z.array(z.number()),
      commandedPositionsRad: z.array(z.number()),
      externalTorquesNm: z.array(z.number()),
      tool: poseSchema,
      gripperWidthM: z.number(),
      holding: z.boolean(),
      /** What the gripper was last told to open or close to; absent in older files. */
      commandedGripperWidthM: z.number().optional(),
    }),
  ),
});

/** `/robot/trace`: one 10 ms tick of the physics as it enters the trace hash; the state a replay is compared with. */
export const traceTickSchema = z.object({
  /** Ticks since the start of the trial, from 0. */
  tick: z.int().nonnegative(),
  /** Generalised positions, velocities and controls of the engine, in the engine's own order and units. */
  qpos: z.array(z.number()),
  qvel: z.array(z.number()),
  ctrl: z.array(z.number()),
  /** Geometry pairs that touch, with the normal force in newtons. */
  contacts: z.array(z.object({ a: z.string(), b: z.string(), forceN: z.number().optional() })).optional(),
});

/** `/marks`: what lies on surfaces without any thickness, as spots of a spill and dots of ink; when it has changed. */
export const marksSchema = z.object({
  layers: z.array(
    z.object({
      name: z.string(),
      /** x, y, x, y ... of the marks that are there, metres, on their surface. */
      points: z.array(z.number()),
      /** What one looks like, and the height of the surface; absent in older files. Colour: sRGB, 0..1. */
      look: z.object({ diameterM: z.number(), surfaceM: z.number(), colorSrgb: vec3 }).optional(),
    }),
  ),
});

/** `/program`: one block of code as it will run. */
export const programSchema = z.object({
  block,
  source: z.string(),
  /** SHA-256 of the source, hexadecimal. */
  sha256: z.string(),
  /** Who wrote it; 'edited' is a model's block changed by the operator. */
  origin: z.enum(['expert', 'file', 'model', 'operator', 'edited']),
  name: z.string().optional(),
});

/** `/check`: the verdict of the static check. */
export const checkSchema = z.object({
  block,
  outcome: z.enum(['passed', 'failed']),
  durationMs: z.number().optional(),
  diagnostics: z.array(
    z.object({
      code: z.string(),
      severity: z.enum(['error', 'warning']),
      message: z.string(),
      line,
      column: line,
      hint: z.string().optional(),
    }),
  ),
});

/** What became of one thing in a preview. */
const thingFate = z.object({
  name: z.string(),
  from: vec3,
  to: vec3,
  /** Greatest speed downwards outside of a hand. */
  fellMPerS: z.number(),
  heldBy: z.enum(['left', 'right']).optional(),
  /** What it rests on at the end. */
  on: z.string().optional(),
});

/** `/preview`: the facts of the block's run in the twin. */
export const previewSchema = z.object({
  block,
  previewId: z.string(),
  outcome: z.enum(['passed', 'failed', 'skipped']),
  failure: failureSchema.optional(),
  durationS: z.number().optional(),
  topToolSpeedMPerS: z.number().optional(),
  /** Box around all fingertip positions. */
  workspace: z.object({ min: vec3, max: vec3 }).optional(),
  /** Fingertip positions of arm 0 along the motion. */
  path: z.array(vec3).optional(),
  /** The same of the right arm, where there is one. */
  rightPath: z.array(vec3).optional(),
  /** How the arms stand along the path, left then right: a sample every `everyS`, the first at the start. */
  postures: z
    .array(
      z.object({
        arm: z.enum(['left', 'right']),
        everyS: z.number().positive(),
        jointsRad: z.array(z.array(z.number())),
        widthsM: z.array(z.number()),
      }),
    )
    .optional(),
  /** First touches. `at`: where, metres. */
  contacts: z
    .array(
      z.object({
        a: z.string(),
        b: z.string(),
        timeS: z.number(),
        kind: z.enum(['expected', 'unexpected']),
        at: vec3.optional(),
      }),
    )
    .optional(),
  /** With two arms, `arm` says which. */
  grips: z
    .array(
      z.object({
        object: z.string(),
        timeS: z.number(),
        widthM: z.number(),
        arm: z.enum(['left', 'right']).optional(),
      }),
    )
    .optional(),
  output: z.array(z.string()).optional(),
  predictedSuccess: z.enum(['yes', 'no', 'unknown']).optional(),
  /** What is known of each source line that moves or senses. */
  lines: z.array(z.object({ line, knowledge: z.enum(['exact', 'predicted', 'not-reached']) })).optional(),
  /** Whether the twin's world was a copy of the true one (tier S1) or built from what was perceived. */
  world: z.enum(['copied', 'perceived']).optional(),
  /** Motions, and how many of them came after a look that the preview had to draw itself. */
  motions: z.object({ count: z.int().nonnegative(), onPredictedLooks: z.int().nonnegative() }).optional(),
  things: z.array(thingFate).optional(),
  /** What an approval would grant to motion without a path of its own: a box in the base frame of arm 0, and bounds. */
  closedLoop: z
    .object({
      volume: z.object({ min: vec3, max: vec3 }),
      toolSpeedMPerS: z.number(),
      forceN: z.number(),
      seconds: z.number(),
      stopCondition: z.enum(['none', 'contact', 'object-lost']),
    })
    .optional(),
  /** What the critics of the motion found. */
  findings: z
    .array(z.object({ critic: z.string(), message: z.string(), line: line.optional(), timeS: z.number() }))
    .optional(),
});

/** `/approval`: a decision about one block. */
export const approvalSchema = z.object({
  block,
  decision: z.enum(['approved', 'rejected', 'edited', 'stopped']),
  by: z.enum(['operator', 'automatic']),
  /** The hash the approval covers, hexadecimal; absent when nothing was approved. */
  approvalHash: z.string().optional(),
  epoch: z.int().optional(),
  previewId: z.string().optional(),
  /** Share of the robot's limits the block may use. */
  speedScale: z.number().optional(),
  /** Soft limits the approval lifts for this block. */
  grants: z.array(z.string()).optional(),
  comment: z.string().optional(),
  /** Findings of the critics that the operator wants the writer of the program to hear of. */
  findings: z.array(z.string()).optional(),
});

/** `/gate`: what the gate did. */
export const gateSchema = z.object({
  event: z.enum(['opened', 'closed', 'refused', 'latched', 'reset', 'epoch', 'warning']),
  epoch: z.int(),
  block: block.optional(),
  code: z.string().optional(),
  message: z.string().optional(),
});

/** `/call`: one call of the policy API, written when it ended. */
export const callSchema = z.object({
  block,
  /** Number of the call within its block, from 0. */
  call: z.int().nonnegative(),
  name: z.string(),
  line: line.optional(),
  column: line.optional(),
  arguments: z.array(z.unknown()),
  outcome: z.enum(['returned', 'threw']),
  result: z.unknown().optional(),
  error: failureSchema.optional(),
  /** Robot time, seconds. */
  startTimeS: z.number(),
  endTimeS: z.number(),
});

/** `/output`: a line the program printed or said. */
export const outputSchema = z.object({
  block,
  channel: z.enum(['log', 'info', 'warn', 'error', 'say']),
  text: z.string(),
  line: line.optional(),
});

/** `/driver`: who moves the arm from now on. What an operator does by hand cannot be run again from the record. */
export const driverSchema = z.object({
  driver: z.enum(['program', 'operator', 'nobody']),
  block,
  /** Name of the operator. */
  by: z.string(),
});

/** `/remark`: what the operator said while no question was open. It reaches the writer of programs; it decides nothing. */
export const remarkSchema = z.object({ block, text: z.string() });

/** `/stop`: a stop, and what it really did. */
export const stopSchema = z.object({
  stopId: z.string(),
  source: z.enum(['operator', 'button', 'gate', 'watchdog', 'driver', 'session']),
  reason: z.string(),
  epoch: z.int().optional(),
  /** True when a stop command went out to the robot. */
  sent: z.boolean(),
  /** False means "not confirmed", never "moving". */
  restConfirmed: z.boolean(),
  stopDurationS: z.number().nullable(),
});

/** `/result`: how a block, or the whole episode, ended. */
export const resultSchema = z.object({
  scope: z.enum(['block', 'episode']),
  block: block.optional(),
  outcome: z.enum(['succeeded', 'failed']),
  stage: stage.optional(),
  message: z.string(),
  failure: failureSchema.optional(),
  /** For an episode: whether the world was judged at its end, which takes robot time. */
  judged: z.boolean().optional(),
});

/** What the provider, or an estimate where it counted nothing, says of one request to a model. */
const tokenUsageSchema = z.object({
  inputTokens: z.number(),
  cachedInputTokens: z.number(),
  cacheWriteTokens: z.number().optional(),
  outputTokens: z.number(),
  estimated: z.literal(true).optional(),
});

/** `/model`: one request to a language or vision model and how it ended, written when it ended. */
export const modelSchema = z.object({
  /** Number of the request within the episode, from 0, in the order of sending. */
  call: z.int().nonnegative(),
  purpose: z.enum(['program', 'difference', 'synthesis', 'function', 'question', 'summary']),
  /** As the user named it, "anthropic:NAME"; never with a key. */
  model: z.string(),
  request: z.object({
    /** Of the request's canonical JSON with each image as its own SHA-256, and the model's name; hexadecimal. */
    sha256: z.string(),
    system: z.string(),
    messages: z.array(
      z.object({
        role: z.enum(['user', 'assistant']),
        parts: z.array(
          z.discriminatedUnion('kind', [
            z.object({ kind: z.literal('text'), text: z.string(), stable: z.literal(true).optional() }),
            z.object({ kind: z.literal('image'), mediaType: z.enum(['image/png', 'image/jpeg']), sha256: z.string() }),
          ]),
        ),
      }),
    ),
    temperature: z.number().optional(),
    maxOutputTokens: z.number(),
  }),
  /** The images of this request that no earlier message of the episode holds. */
  images: z.array(z.object({ sha256: z.string(), mediaType: z.string(), base64: z.string() })),
  /** What the model answered; absent when it failed. */
  reply: z
    .object({
      text: z.string(),
      reasoning: z.string(),
      usage: tokenUsageSchema,
      requestId: z.string().nullable(),
      firstPieceS: z.number(),
      durationS: z.number(),
    })
    .optional(),
  /** US dollars for the reply; null when the price is not known, or nothing came. */
  costUsd: z.number().nullable(),
  /** Attempts before the last one that were given up. */
  retries: z.int().nonnegative(),
  error: z
    .object({
      code: z.string(),
      message: z.string(),
      hint: z.string(),
      requestId: z.string().nullable(),
      usage: tokenUsageSchema.optional(),
    })
    .optional(),
});

/** `/function`: a function that a program called, that did not exist and was written for it: a candidate for a skill. */
export const functionSchema = z.object({
  /** The program that it stands behind. */
  block,
  name: z.string(),
  source: z.string(),
  /** SHA-256 of the source, hexadecimal. */
  sha256: z.string(),
  /** 1: the program calls it; 2: a function of depth 1 does; and so on. */
  depth: z.int().positive(),
});

/** `/turn`: where the turns of a model stand, and what they have used. Turns count from 1. */
export const turnSchema = z.object({
  event: z.enum(['started', 'replied', 'ended']),
  /** 0 when it ended before the first. */
  turn: z.int().nonnegative(),
  /** Of a reply. */
  decision: z.enum(['program', 'finish', 'malformed']).optional(),
  /** How the turns ended; 'finished' is the model's claim. */
  outcome: z.enum(['finished', 'turns', 'budget', 'stopped', 'model', 'cancelled']).optional(),
  /** The model's reason, or what is wrong with its reply, or why the turns ended. */
  message: z.string().optional(),
  budget: z.object({
    /** Of the requests whose price is known, US dollars. */
    costUsd: z.number(),
    unpricedCalls: z.int().nonnegative(),
    calls: z.int().nonnegative(),
    tokens: z.number(),
    turns: z.int().nonnegative(),
    /** Without the time in which the operator was waited for, seconds. */
    wallS: z.number(),
    caps: z.object({
      costUsd: z.number().optional(),
      calls: z.number().optional(),
      tokens: z.number().optional(),
      turns: z.number().optional(),
      wallS: z.number().optional(),
    }),
  }),
});

/** `/ensemble`: several models' answers to one question, what became of each in the twin, and which was taken. */
export const ensembleSchema = z.object({
  candidates: z.array(
    z.object({
      model: z.string(),
      temperature: z.number().optional(),
      /** 'synthesis' was written from the others and what became of them. */
      origin: z.enum(['candidate', 'synthesis']),
      decision: z.enum(['program', 'finish', 'malformed', 'none']),
      reply: z.string(),
      /** Why the model gave no answer, or none for a function that its program lacks. */
      error: z.string().optional(),
      /** The program of the reply with the functions that were written for it, where any were. */
      completed: z.string().optional(),
      /** What became of its program, in words. */
      fate: z.string().optional(),
      preview: z
        .object({
          previewId: z.string(),
          outcome: z.enum(['passed', 'failed', 'skipped']),
          world: z.enum(['copied', 'perceived']).optional(),
          predictedSuccess: z.enum(['yes', 'no', 'unknown']),
          things: z.array(thingFate),
        })
        .optional(),
    }),
  ),
  votes: z.object({ program: z.int().nonnegative(), finish: z.int().nonnegative() }),
  /** Index of the candidate that was taken. */
  chosen: z.int().nonnegative(),
  reason: z.string(),
  /** Wall time of all of it, of the slowest reply, and in which the twin was at work; seconds. */
  durationS: z.number(),
  slowestReplyS: z.number().optional(),
  twinS: z.number().optional(),
});

export type RobotStateMessage = DeepReadonly<z.infer<typeof robotStateSchema>>;
export type TraceTickMessage = DeepReadonly<z.infer<typeof traceTickSchema>>;
export type MarksMessage = DeepReadonly<z.infer<typeof marksSchema>>;
export type ProgramMessage = DeepReadonly<z.infer<typeof programSchema>>;
export type CheckMessage = DeepReadonly<z.infer<typeof checkSchema>>;
export type PreviewMessage = DeepReadonly<z.infer<typeof previewSchema>>;
export type ApprovalMessage = DeepReadonly<z.infer<typeof approvalSchema>>;
export type GateMessage = DeepReadonly<z.infer<typeof gateSchema>>;
export type CallMessage = DeepReadonly<z.infer<typeof callSchema>>;
export type OutputMessage = DeepReadonly<z.infer<typeof outputSchema>>;
export type RemarkMessage = DeepReadonly<z.infer<typeof remarkSchema>>;
export type EnsembleMessage = DeepReadonly<z.infer<typeof ensembleSchema>>;
export type StopMessage = DeepReadonly<z.infer<typeof stopSchema>>;
export type ResultMessage = DeepReadonly<z.infer<typeof resultSchema>>;
export type TurnMessage = DeepReadonly<z.infer<typeof turnSchema>>;
export type FunctionMessage = DeepReadonly<z.infer<typeof functionSchema>>;
export type ModelMessage = DeepReadonly<z.infer<typeof modelSchema>>;
