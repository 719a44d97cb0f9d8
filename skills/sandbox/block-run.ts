// Owns the run of one block on an engine: calls out, answers in, until the block is done, fails or is stopped.
// Must never leave a call of the block running when it reports the outcome.

import { JSException } from 'quickjs-wasi';
import {
  argumentLimitError,
  callLimitError,
  crashError,
  neverSettlesError,
  stackOverflowError,
  stoppedError,
  thrownError,
  timeoutError,
  unawaitedError,
} from './block-error.ts';
import { type BlockState, type Engine, type EngineEvents, GuestKilled } from './engine.ts';
import { framesOfCall, withAsyncCallers } from './frames.ts';
import { OutputCapture } from './output-capture.ts';
import type {
  BlockError,
  BlockOutcome,
  CallHandler,
  CallReply,
  Frame,
  GuestCall,
  OutputLine,
  SandboxBlock,
  SandboxLimits,
} from './policy-sandbox.ts';

interface RunningCall {
  readonly name: string;
  readonly frames: readonly Frame[];
  readonly answered: Promise<void>;
}

type Ending = { readonly status: 'finished' } | { readonly status: 'failed'; readonly error: BlockError };

export interface RunHost {
  readonly onCall: CallHandler;
  /** The program has nothing to compute and waits for answers. */
  readonly onWait: (cpuMs: number) => void;
  readonly onOutput: (line: OutputLine) => void;
}

export class BlockRun implements EngineEvents {
  readonly #block: SandboxBlock;
  readonly #limits: SandboxLimits;
  readonly #host: RunHost;
  readonly #output: OutputCapture;
  readonly #running = new Map<number, RunningCall>();
  readonly #abort = new AbortController();
  #engine!: Engine;
  #callCount = 0;
  #argumentChars = 0;
  /** Frames of the call whose answer set the program going. */
  #resumedBy: readonly Frame[] = [];
  #lastFrames: readonly Frame[] = [];
  #end!: (ending: Ending) => void;
  #ended = false;
  /** The program itself is over: what still arrives may not set it going again. */
  #closing = false;
  /** After an exception other than the program's own the instance must not be entered again. */
  #engineState: 'alive' | 'dead' = 'alive';

  constructor(block: SandboxBlock, limits: SandboxLimits, host: RunHost) {
    this.#block = block;
    this.#limits = limits;
    this.#host = host;
    this.#output = new OutputCapture(limits, host.onOutput);
  }

  /** Runs the block to its end. The engine must report its events to this object. */
  async run(engine: Engine, signal: AbortSignal): Promise<BlockOutcome> {
    this.#engine = engine;
    engine.cpuMs = 0;
    engine.robotTimeS = Math.max(engine.robotTimeS, this.#block.robotTimeS ?? 0);
    const stop = () => this.#finish({ status: 'failed', error: stoppedError(this.#block.blockName, this.#lastFrames) });
    const ending = await new Promise<Ending>((resolve) => {
      this.#end = resolve;
      signal.addEventListener('abort', stop);
      if (signal.aborted) stop();
      else this.#step(() => engine.start(this.#block.blockName, this.#block.javascript));
    });
    signal.removeEventListener('abort', stop);
    this.#abort.abort();
    await Promise.all([...this.#running.values()].map((call) => call.answered));
    return {
      ...ending,
      output: this.#output.lines,
      outputTruncated: this.#output.truncated,
      usage: { cpuMs: engine.cpuMs, memoryBytes: this.#memoryBytes(), calls: this.#callCount },
    };
  }

  call(guestId: number, name: string, argsJson: string, framesText: string): void {
    if (this.#ended) return;
    const frames = withAsyncCallers(framesOfCall(framesText), this.#resumedBy);
    this.#lastFrames = frames;
    this.#argumentChars += argsJson.length;
    const { calls, argumentChars } = this.#limits;
    if (this.#callCount === calls) this.#failAtLimit(callLimitError(calls, frames));
    else if (this.#argumentChars > argumentChars) this.#failAtLimit(argumentLimitError(argumentChars, frames));
    if (this.#ended) return;
    const call = { id: ++this.#callCount, name, argsJson, frames };
    this.#running.set(guestId, { name, frames, answered: this.#answer(guestId, call) });
  }

  /** Ends the block while its program still computes. */
  #failAtLimit(error: BlockError): void {
    this.#fail(error);
    this.#engineState = 'dead';
    this.#engine.stopSoon();
  }

  print(level: string, text: string, framesText: string): void {
    if (!this.#ended) this.#output.add(level, text, framesOfCall(framesText), this.#engine.robotTimeS);
  }

  async #answer(guestId: number, call: GuestCall): Promise<void> {
    let reply: CallReply;
    try {
      reply = await this.#host.onCall(call, this.#abort.signal);
    } catch {
      this.#running.delete(guestId);
      this.#finish({ status: 'failed', error: crashError(`the host did not answer ${call.name}`, call.frames) });
      return;
    }
    this.#running.delete(guestId);
    if (this.#ended || this.#closing) return;
    this.#engine.robotTimeS = Math.max(this.#engine.robotTimeS, reply.robotTimeS ?? 0);
    this.#resumedBy = call.frames;
    this.#step(() =>
      reply.ok
        ? this.#engine.settle(guestId, 'resolved', reply.resultJson)
        : this.#engine.settle(guestId, 'rejected', JSON.stringify(reply.error)),
    );
  }

  /** Lets the engine run, and looks at what came of it. */
  #step(work: () => BlockState): void {
    if (this.#ended) return;
    try {
      const state = work();
      this.#closing = state !== 'pending';
      if (state === 'rejected') void this.#endThrown();
      else if (state === 'fulfilled') void this.#endFulfilled();
      else if (this.#running.size === 0) this.#fail(neverSettlesError(this.#block.blockName, this.#lastFrames));
      else this.#host.onWait(this.#engine.cpuMs);
    } catch (thrown) {
      this.#fail(this.#errorOf(thrown));
    }
  }

  async #endThrown(): Promise<void> {
    try {
      this.#fail(thrownError(await this.#engine.thrown(), this.#resumedBy));
    } catch (thrown) {
      this.#fail(this.#errorOf(thrown));
    }
  }

  async #endFulfilled(): Promise<void> {
    try {
      for (const call of this.#running.values()) return this.#fail(unawaitedError(call.name, call.frames));
      const unheard = this.#engine.unheardRejection();
      if (unheard !== null) return this.#fail(thrownError(unheard, this.#resumedBy));
      await this.#engine.publish();
      this.#finish({ status: 'finished' });
    } catch (thrown) {
      this.#fail(this.#errorOf(thrown));
    }
  }

  /** What an exception out of the engine means. */
  #errorOf(thrown: unknown): BlockError {
    const { blockName, loops = [] } = this.#block;
    if (!(thrown instanceof JSException)) this.#engineState = 'dead';
    if (thrown instanceof GuestKilled) {
      const frames = withAsyncCallers(framesOfCall(thrown.frames), this.#resumedBy);
      return timeoutError(this.#limits.cpuMs, { blockName, frames, loops });
    }
    if (thrown instanceof JSException) {
      const { name, message, stack } = thrown;
      // Thrown while the text was read: nothing of the program has run yet.
      return thrownError(JSON.stringify({ name, message, stack: stack ?? '', madeBy: 'engine' }), []);
    }
    // V8's own: the engine's native recursion reached the end of the host's stack.
    if (thrown instanceof RangeError) return stackOverflowError(this.#lastFrames);
    return crashError(thrown instanceof Error ? thrown.message : 'unknown cause', this.#lastFrames);
  }

  #fail(error: BlockError): void {
    this.#finish({ status: 'failed', error });
  }

  #finish(ending: Ending): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#end(ending);
  }

  #memoryBytes(): number {
    return this.#engineState === 'alive' ? this.#engine.memoryBytes : 0;
  }
}
