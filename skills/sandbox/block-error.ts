// Owns the words and stages of a block that failed: what the engine or the limits said, as an error a person or a model
// can act on. Must never show a stack of the host.

import { z } from 'zod';
import { STAGES } from '../api/errors.ts';
import { motionResultSchema } from '../api/named-types.ts';
import { framesOfStack, programFrame, withAsyncCallers } from './frames.ts';
import type { BlockError, Frame, LoopSite } from './policy-sandbox.ts';

/** What the bridge says about a thrown value. */
const thrownSchema = z.object({
  name: z.string(),
  message: z.string(),
  stack: z.string(),
  /** Whether the engine has failed itself; an error of the program may say whatever it likes. */
  madeBy: z.enum(['engine', 'program']).optional(),
  code: z.string().optional(),
  stage: z.enum(STAGES).optional(),
  hint: z.string().optional(),
  motion: motionResultSchema.optional(),
});

type Fault = Pick<BlockError, 'name' | 'message' | 'code' | 'stage' | 'hint'>;

const STILL = 'The arm is still: every motion of the block had ended or was stopped.';

/** A recursion names the same line again and again: more frames than this tell nothing. */
const MAX_FRAMES = 12;

function errorAt(fault: Fault, frames: readonly Frame[], motion?: BlockError['motion']): BlockError {
  const place = programFrame(frames);
  return {
    ...fault,
    block: place?.block ?? null,
    line: place?.line ?? null,
    column: place?.column ?? null,
    frames: frames.slice(0, MAX_FRAMES),
    ...(motion && { motion }),
  };
}

/** What the engine says when it has reached a limit. */
const ENGINE_LIMITS: readonly { readonly pattern: RegExp; readonly code: string; readonly hint: string }[] = [
  {
    pattern: /^(out of memory|invalid .*length$|(array|string) too long)/i,
    code: 'MEMORY_LIMIT',
    hint: 'Keep less data at once: a program for the robot needs kilobytes, not gigabytes.',
  },
  {
    pattern: /^(Maximum call stack size exceeded|stack overflow)/i,
    code: 'STACK_LIMIT',
    hint: 'A function calls itself without end: give the recursion an end, or use a loop.',
  },
];

/** The error of a block whose program threw. `json` is the bridge's description. */
export function thrownError(json: string, resumedBy: readonly Frame[]): BlockError {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    parsed = undefined; // refused below
  }
  const outcome = thrownSchema.safeParse(parsed);
  if (!outcome.success) return crashError('the sandbox could not describe the error of the program', []);
  const thrown = outcome.data;
  const frames = withAsyncCallers(framesOfStack(thrown.stack), resumedBy);
  const { name, message } = thrown;
  if (thrown.code !== undefined) {
    const fault = { name, message, code: thrown.code, stage: thrown.stage ?? 'code', hint: thrown.hint ?? '' };
    return errorAt(fault, frames, thrown.motion);
  }
  const limit = thrown.madeBy === 'engine' && ENGINE_LIMITS.find(({ pattern }) => pattern.test(message));
  if (limit) return errorAt({ name, message, code: limit.code, stage: 'limit', hint: limit.hint }, frames);
  const hint =
    name === 'SyntaxError'
      ? 'Correct the syntax at the named line.'
      : 'The program itself threw this: correct the line, or catch the error where it can happen.';
  return errorAt({ name, message, code: name === 'SyntaxError' ? 'SYNTAX' : 'THROWN', stage: 'code', hint }, frames);
}

/** Native recursion that overflowed the engine: the deepest place is not known, the last call of the program is. */
export function stackOverflowError(lastKnown: readonly Frame[]): BlockError {
  const fault: Fault = {
    name: 'RangeError',
    message: 'The block nested calls or data too deep for the sandbox.',
    code: 'STACK_LIMIT',
    stage: 'limit',
    hint: `${ENGINE_LIMITS[1].hint} Data nested thousands of levels deep cannot be read either.`,
  };
  return errorAt(fault, lastKnown);
}

function insideOf(loop: LoopSite, line: number): boolean {
  return line >= loop.line && line <= loop.endLine;
}

/** The loop that most likely did not end: around the known place if there is one, else an unbounded one. */
function likelyLoop(loops: readonly LoopSite[], place: Frame | undefined): LoopSite | undefined {
  const candidates = loops.filter((loop) => loop.kind === 'unbounded');
  const from = candidates.length > 0 ? candidates : loops;
  // The engine knows a frame only to its last call; the loop stands around that line, or after it.
  const around = place && from.filter((loop) => insideOf(loop, place.line)).at(-1);
  return around ?? from.find((loop) => !place || loop.line >= place.line) ?? from[0];
}

/** The error of a block that used up its computing time. */
export function timeoutError(
  cpuMs: number,
  where: { readonly blockName: string; readonly frames: readonly Frame[]; readonly loops: readonly LoopSite[] },
): BlockError {
  const place = programFrame(where.frames);
  const loop = likelyLoop(where.loops, place);
  const line = loop?.line ?? (place && place.line > 0 ? place.line : null);
  const fault: Fault = {
    name: 'TimeoutError',
    message: `The block computed for ${cpuMs / 1000} s without an end and was stopped. ${STILL}`,
    code: 'CPU_LIMIT',
    stage: 'timeout',
    hint: loop
      ? `The loop at line ${loop.line} does not end: give it an end, or await something of the robot inside it.`
      : 'Give every loop an end, or await something of the robot inside it.',
  };
  return { ...fault, block: where.blockName, line, column: null, frames: where.frames };
}

export function callLimitError(limit: number, frames: readonly Frame[]): BlockError {
  const fault: Fault = {
    name: 'LimitError',
    message: `The block made more than ${limit} calls and was stopped. ${STILL}`,
    code: 'CALL_LIMIT',
    stage: 'limit',
    hint: 'Split the work into several blocks, or call less often.',
  };
  return errorAt(fault, frames);
}

export function argumentLimitError(limit: number, frames: readonly Frame[]): BlockError {
  const fault: Fault = {
    name: 'LimitError',
    message: `The arguments of the block's calls are longer than ${limit} characters in all; it was stopped. ${STILL}`,
    code: 'ARGUMENT_LIMIT',
    stage: 'limit',
    hint: 'Pass less data: the functions of the robot need numbers and names.',
  };
  return errorAt(fault, frames);
}

export function unawaitedError(name: string, frames: readonly Frame[]): BlockError {
  const fault: Fault = {
    name: 'Error',
    message: `${name} was still running when the block ended; it was stopped.`,
    code: 'NOT_AWAITED',
    stage: 'code',
    hint: `Write \`await ${name}(...)\`.`,
  };
  return errorAt(fault, frames);
}

export function neverSettlesError(blockName: string, lastKnown: readonly Frame[]): BlockError {
  const fault: Fault = {
    name: 'Error',
    message: 'The block awaits something that can never happen: no call is running and nothing else is left to do.',
    code: 'NEVER_SETTLES',
    stage: 'code',
    hint: 'Await the functions of the robot, or promises that the program itself settles.',
  };
  const place = programFrame(lastKnown);
  return { ...fault, block: blockName, line: place?.line ?? null, column: null, frames: lastKnown };
}

export function stoppedError(blockName: string, lastKnown: readonly Frame[]): BlockError {
  const fault: Fault = {
    name: 'StoppedError',
    message: 'The block was stopped from outside.',
    code: 'STOPPED',
    stage: 'stopped',
    hint: 'Nothing in the program: the operator decides how to go on.',
  };
  return { ...errorAt(fault, lastKnown), block: blockName };
}

export function crashError(what: string, lastKnown: readonly Frame[]): BlockError {
  const fault: Fault = {
    name: 'SandboxError',
    message: `The sandbox broke down: ${what}.`,
    code: 'SANDBOX_CRASH',
    stage: 'crash',
    hint: 'Run the block again; if it happens twice, simplify the block and report it.',
  };
  return errorAt(fault, lastKnown);
}
