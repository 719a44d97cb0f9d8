// Owns the messages between a sandbox process and its parent: one schema each, checked on both sides.
// Must never carry anything but plain data: functions, handles and paths have no place here. Keys that a schema does not
// name are left out, on the way out and on the way in.

import { z } from 'zod';
import { STAGES } from '../api/errors.ts';
import { motionResultSchema } from '../api/named-types.ts';

/** Longest JSON of one call, in characters; the API's own cap is the same. */
const MAX_CALL_JSON = 4_000_000;
/** A block's JavaScript: the checker passes at most 256 kB, and its names follow. */
const MAX_SCRIPT = 2_000_000;

const text = (limit: number) => z.string().max(limit);
const count = z.number().int().min(0);
const blockName = z.string().regex(/^[\w-]{1,64}$/);

const frameSchema = z.object({
  functionName: text(100),
  block: text(100),
  line: count,
  column: count,
});

const apiErrorSchema = z.object({
  code: text(100),
  stage: z.enum(STAGES),
  message: text(10_000),
  hint: text(10_000),
  motion: motionResultSchema.optional(),
});

const limitsSchema = z.object({
  memoryBytes: z.number().int().positive(),
  cpuMs: z.number().positive(),
  calls: count,
  argumentChars: count,
  outputBytes: count,
  outputLines: count,
});

const sessionSchema = z.object({
  seed: z.number().int().min(0),
  functions: z.array(z.object({ name: text(100), parameters: z.array(text(100)).max(20) })).max(200),
  modules: z.array(z.object({ specifier: text(100), javascript: text(MAX_SCRIPT) })).max(50),
  limits: limitsSchema.partial().optional(),
  startTimeMs: z.number().optional(),
  blocks: z.enum(['one', 'many']).optional(),
});

const blockSchema = z.object({
  blockName,
  javascript: text(MAX_SCRIPT),
  loops: z
    .array(z.object({ line: count, endLine: count, kind: z.enum(['bounded', 'unbounded']) }))
    .max(100_000)
    .optional(),
  robotTimeS: z.number().optional(),
});

const callSchema = z.object({
  id: count,
  name: text(100),
  argsJson: text(MAX_CALL_JSON),
  frames: z.array(frameSchema).max(200),
});

const robotTimeS = z.number().optional();
const replySchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), resultJson: text(MAX_CALL_JSON), robotTimeS }),
  z.object({ ok: z.literal(false), error: apiErrorSchema, robotTimeS }),
]);

const blockErrorSchema = z.object({
  name: text(5000),
  message: text(10_000),
  code: text(5000),
  stage: z.enum(STAGES),
  hint: text(10_000),
  block: text(100).nullable(),
  line: count.nullable(),
  column: count.nullable(),
  frames: z.array(frameSchema).max(200),
  motion: motionResultSchema.optional(),
});

const outputLineSchema = z.object({
  level: z.enum(['log', 'info', 'warn', 'error', 'debug']),
  text: text(1_000_000),
  line: count.nullable(),
  robotTimeS: z.number(),
});

/** Without its output, which has gone ahead line by line so that it survives a kill. */
const outcomeRest = {
  outputTruncated: z.boolean(),
  usage: z.object({ cpuMs: z.number(), memoryBytes: count, calls: count }),
};

const outcomeSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('finished'), ...outcomeRest }),
  z.object({ status: z.literal('failed'), error: blockErrorSchema, ...outcomeRest }),
]);

/** Parent to sandbox. */
export const requestSchema = z.discriminatedUnion('type', [
  /** Binary part: the engine's WASM. First message, once. */
  z.object({ type: z.literal('boot') }),
  /** Binary part: a snapshot to start from, or nothing. */
  z.object({ type: z.literal('open'), session: sessionSchema }),
  /** The last session that was opened without a snapshot, once more from its beginning: its texts need not travel again. */
  z.object({ type: z.literal('reopen') }),
  z.object({ type: z.literal('run'), block: blockSchema }),
  z.object({ type: z.literal('reply'), id: count, reply: replySchema }),
]);

/** Sandbox to parent. */
export const eventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('booted') }),
  /** Binary part: the snapshot of the open session; nothing after 'reopen', as it is the one of before. */
  z.object({ type: z.literal('opened') }),
  z.object({ type: z.literal('call'), call: callSchema }),
  z.object({ type: z.literal('output'), line: outputLineSchema }),
  /** Nothing runs: the program waits for answers. */
  z.object({ type: z.literal('idle'), cpuMs: z.number().min(0) }),
  /** The block is over, but for calls that still run: they are to be stopped and answered. */
  z.object({ type: z.literal('ending') }),
  /** Binary part: the snapshot, when the block has finished and is not the only one of its session. */
  z.object({ type: z.literal('outcome'), outcome: outcomeSchema }),
  z.object({ type: z.literal('broken'), message: text(10_000) }),
]);

export type SandboxRequest = z.infer<typeof requestSchema>;
export type SandboxEvent = z.infer<typeof eventSchema>;
