// Owns the port of a sandbox: a session of blocks whose only power is to call the functions of the API.
// Types and default limits only. Must never name an engine or a process.

import type { ApiErrorJson, Stage } from '../api/errors.ts';

/** A place in the program, innermost frame first in lists. Lines and columns count from 1. */
export interface Frame {
  /** Empty for the top level of a block. */
  readonly functionName: string;
  /** As "block-3", or "capstan:math" for a module. */
  readonly block: string;
  readonly line: number;
  readonly column: number;
}

export interface GuestCall {
  /** 1 for the first call of the block, rising. */
  readonly id: number;
  readonly name: string;
  /** JSON array of the arguments in order; numbers are finite. Not validated yet. */
  readonly argsJson: string;
  /** From the calling line outwards, through awaits where the callers are named functions. */
  readonly frames: readonly Frame[];
}

/** The host's answer. `robotTimeS` moves the session's clock; it never goes back. */
export type CallReply = (
  | { readonly ok: true; readonly resultJson: string }
  | { readonly ok: false; readonly error: ApiErrorJson }
) & { readonly robotTimeS?: number };

/** Answers a call; must settle soon after `signal` is aborted. A rejection ends the block at stage `crash`. */
export type CallHandler = (call: GuestCall, signal: AbortSignal) => Promise<CallReply>;

/** What answers a block that runs and listens to it. */
export interface BlockHost {
  readonly onCall: CallHandler;
  /**
   * Told of every printed line as it is printed, in order with the calls: before each call that the program makes after
   * it. At most `outputLines` times a block; the outcome holds the same lines.
   */
  readonly onOutput?: (line: OutputLine) => void;
}

export interface SandboxLimits {
  /** Heap of the program, bytes. */
  readonly memoryBytes: number;
  /** Computing time of one block, milliseconds; waiting for the robot or the operator does not count. */
  readonly cpuMs: number;
  /** Calls of one block. */
  readonly calls: number;
  /** Arguments of all calls of one block, characters of JSON: the host keeps every call for the record. */
  readonly argumentChars: number;
  /** Printed output of one block. */
  readonly outputBytes: number;
  readonly outputLines: number;
}

export const DEFAULT_LIMITS: SandboxLimits = {
  memoryBytes: 128 * 1024 * 1024,
  cpuMs: 10_000,
  calls: 1000,
  argumentChars: 16_000_000,
  outputBytes: 64 * 1024,
  outputLines: 1000,
};

export interface SandboxModule {
  readonly specifier: string;
  readonly javascript: string;
}

export interface SandboxSession {
  /** Seed of `Math.random`: a whole number from 0 to 2^53. */
  readonly seed: number;
  /** The functions of the API, with parameter names for messages (`guestFunctions(api)`). */
  readonly functions: readonly { readonly name: string; readonly parameters: readonly string[] }[];
  readonly modules: readonly SandboxModule[];
  readonly limits?: Partial<SandboxLimits>;
  /** What `Date` shows at robot time 0, milliseconds since 1970 UTC; the same for every session unless given. */
  readonly startTimeMs?: number;
  /** 'one': nothing is kept to go on from, which saves the snapshot after the block. 'many' unless given. */
  readonly blocks?: 'one' | 'many';
}

/** A session of one block has had it: what a second one would start from was not kept. */
export class SessionSpentError extends Error {
  override readonly name = 'SessionSpentError';

  constructor() {
    super('this session was opened for one block, and that has run: open the next session first');
  }
}

/** A loop of the program, so that a block that never ends can be answered with a line. */
export interface LoopSite {
  readonly line: number;
  readonly endLine: number;
  readonly kind: 'bounded' | 'unbounded';
}

export interface SandboxBlock {
  /** As "block-3"; unique in the session. */
  readonly blockName: string;
  /** `javascript` of the check result. */
  readonly javascript: string;
  /** `effects.loops` of the check result. */
  readonly loops?: readonly LoopSite[];
  /** Robot time at the start, seconds. */
  readonly robotTimeS?: number;
}

export interface BlockError {
  /** As "PolicyError", "TypeError". */
  readonly name: string;
  readonly message: string;
  readonly code: string;
  readonly stage: Stage;
  readonly hint: string;
  /** Where in the program, as exactly as known; null when nothing is known. */
  readonly block: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly frames: readonly Frame[];
  /** For calls that moved the arm: how the motion really ended. */
  readonly motion?: ApiErrorJson['motion'];
}

export interface OutputLine {
  readonly level: 'log' | 'info' | 'warn' | 'error' | 'debug';
  readonly text: string;
  /** Line of the program that printed; null when unknown. */
  readonly line: number | null;
  /** What the session's clock showed, seconds of robot time. */
  readonly robotTimeS: number;
}

export interface BlockUsage {
  readonly cpuMs: number;
  /** Heap in use at the end, bytes. */
  readonly memoryBytes: number;
  readonly calls: number;
}

/**
 * How a block ended. A failed block, whatever the reason, leaves nothing behind: names, changed values and pending
 * promises are those of the last finished block. What the robot did stays done.
 */
export type BlockOutcome = (
  | { readonly status: 'finished' }
  | { readonly status: 'failed'; readonly error: BlockError }
) & {
  readonly output: readonly OutputLine[];
  readonly outputTruncated: boolean;
  readonly usage: BlockUsage;
};

export interface SandboxSnapshot {
  readonly bytes: Uint8Array;
  /** Hex. Equal for equal sessions on every machine: part of what an approval covers. */
  readonly sha256: string;
}

/**
 * One session at a time. `open` may be called again for the next session; blocks run one after the other.
 */
export interface PolicySandbox {
  /**
   * Starts a session, afresh or from a snapshot of a session with the same options.
   * @throws RangeError when `from` is no snapshot of this version
   */
  open(session: SandboxSession, from?: Uint8Array): Promise<void>;
  /**
   * Runs one block to its end; never rejects because of what the program does.
   * @param host what answers the calls, alone or with a listener of what the block prints
   * @param signal stops the program at once; the outcome then has stage 'stopped'
   */
  run(block: SandboxBlock, host: CallHandler | BlockHost, signal?: AbortSignal): Promise<BlockOutcome>;
  /** The state after the last finished block. */
  snapshot(): Promise<SandboxSnapshot>;
  /** Goes back to a snapshot of the same session's options. */
  restore(bytes: Uint8Array): Promise<void>;
  dispose(): Promise<void>;
}
