// Owns what the engine is told of the world outside: limits, the modules of the session, a clock that only robot time
// moves. Must never give it anything of the machine: no real clock, no randomness, no files, no output.

import { MAX_STACK_SIZE, type QuickJSOptions } from 'quickjs-wasi';
import type { SandboxLimits, SandboxSession } from './policy-sandbox.ts';

/** 2026-01-01T00:00:00Z: any fixed moment does; a round one reads well in a log. */
const DEFAULT_START_TIME_MS = 1_767_225_600_000;

export interface EngineWorld {
  readonly wasm: WebAssembly.Module;
  readonly session: SandboxSession;
  readonly limits: SandboxLimits;
  /** Seconds of robot time now. */
  readonly robotTimeS: () => number;
  /** Asked every few thousand steps of the program; an exception out of it ends the program. */
  readonly interrupt: () => boolean;
  readonly onUnhandledRejection: NonNullable<QuickJSOptions['onUnhandledRejection']>;
}

type WasiOverrides = NonNullable<QuickJSOptions['wasi']>;

/** The engine's options for a session. */
export function engineOptions(world: EngineWorld): QuickJSOptions {
  const { wasm, session, limits } = world;
  const modules = new Map(session.modules.map((module) => [module.specifier, module.javascript]));
  return {
    wasm,
    memoryLimit: limits.memoryBytes,
    maxStackSize: MAX_STACK_SIZE,
    timezoneOffset: 0,
    interruptHandler: world.interrupt,
    onUnhandledRejection: world.onUnhandledRejection,
    moduleLoader: {
      normalize: (_from, specifier) => {
        if (modules.has(specifier)) return specifier;
        throw withoutStack(new ReferenceError(`there is no module "${specifier}"`));
      },
      load: (specifier) => modules.get(specifier)!,
    },
    wasi: systemCalls(session.startTimeMs ?? DEFAULT_START_TIME_MS, world.robotTimeS),
  };
}

/** The few calls of a system that the engine makes, answered without one. */
function systemCalls(startTimeMs: number, robotTimeS: () => number): WasiOverrides {
  return (memory) => ({
    clock_time_get: (_clock: number, _precision: bigint, resultPtr: number) => {
      const nowNs = BigInt(Math.round((startTimeMs + robotTimeS() * 1000) * 1000)) * 1000n;
      new DataView(memory.buffer).setBigUint64(resultPtr, nowNs, true);
      return 0;
    },
    random_get: (pointer: number, length: number) => {
      new Uint8Array(memory.buffer, pointer, length).fill(0);
      return 0;
    },
    // The engine's own messages: claimed to be written, shown nowhere.
    fd_write: (_fd: number, iovsPtr: number, iovsLen: number, writtenPtr: number) => {
      const view = new DataView(memory.buffer);
      let total = 0;
      for (let i = 0; i < iovsLen; i++) total += view.getUint32(iovsPtr + i * 8 + 4, true);
      view.setUint32(writtenPtr, total, true);
      return 0;
    },
  });
}

/** An error that crosses into the program: its host stack, which names files, stays here. */
function withoutStack(error: Error): Error {
  error.stack = '';
  return error;
}
