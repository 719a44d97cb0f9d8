// Owns a sandbox inside this process: one QuickJS instance per session, a snapshot after every finished block, and the
// way back to it after a failed one. Runs in Node and in browsers; the compiled WASM is passed in. Must never be the only
// wall around a program nobody has checked: loops inside the engine's native code end only with the process.

import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { BlockRun } from './block-run.ts';
import { Engine, type EngineEvents } from './engine.ts';
import {
  type BlockHost,
  type BlockOutcome,
  type CallHandler,
  DEFAULT_LIMITS,
  type PolicySandbox,
  type SandboxBlock,
  type SandboxLimits,
  type SandboxSession,
  type SandboxSnapshot,
  SessionSpentError,
} from './policy-sandbox.ts';
import { decodeSnapshot, type EngineSnapshot, encodeSnapshot } from './snapshot-format.ts';

export interface QuickJsSandboxOptions {
  /** `quickjs-wasi/quickjs.wasm`, compiled. */
  readonly wasm: WebAssembly.Module;
  /** Hex digest; a pure JavaScript one unless given. */
  readonly sha256?: (bytes: Uint8Array) => string;
  /** Milliseconds, rising; `performance.now` unless given. */
  readonly clockMs?: () => number;
  /** Told each time the program has nothing to compute and waits for answers, with the computing time so far. */
  readonly onWait?: (cpuMs: number) => void;
}

interface OpenSession {
  readonly session: SandboxSession;
  readonly limits: SandboxLimits;
  engine: Engine;
  lastGood: EngineSnapshot;
  /** A session of one block has had it. */
  spent: boolean;
}

export class QuickJsSandbox implements PolicySandbox {
  readonly #options: Required<QuickJsSandboxOptions>;
  #open: OpenSession | null = null;
  #run: BlockRun | null = null;
  /** The engine outlives a block; its events go to the block that runs. */
  readonly #events: EngineEvents = {
    call: (...call) => this.#run?.call(...call),
    print: (...line) => this.#run?.print(...line),
  };

  constructor(options: QuickJsSandboxOptions) {
    this.#options = {
      sha256: (bytes) => bytesToHex(nobleSha256(bytes)),
      clockMs: () => performance.now(),
      onWait: () => {},
      ...options,
    };
  }

  /** Prepares what all sessions share, so that the next `open` takes milliseconds. */
  async warm(): Promise<void> {
    await Engine.baseImage(this.#options);
  }

  async open(session: SandboxSession, from?: Uint8Array): Promise<void> {
    await this.dispose();
    const limits = { ...DEFAULT_LIMITS, ...session.limits };
    const options = this.#engineOptions(session, limits);
    if (from) {
      const lastGood = decodeSnapshot(from);
      this.#open = { session, limits, engine: await Engine.restore(options, lastGood), lastGood, spent: false };
    } else {
      const engine = await Engine.create(options);
      this.#open = { session, limits, engine, lastGood: engine.snapshot(), spent: false };
    }
  }

  async run(block: SandboxBlock, host: CallHandler | BlockHost, signal?: AbortSignal): Promise<BlockOutcome> {
    const open = this.#going();
    if (this.#run) throw new Error('a block is running already: blocks run one after the other');
    const { onWait } = this.#options;
    const { onCall, onOutput = () => {} } = typeof host === 'function' ? { onCall: host } : host;
    const run = new BlockRun(block, open.limits, { onCall, onWait, onOutput });
    this.#run = run;
    try {
      const outcome = await run.run(open.engine, signal ?? new AbortController().signal);
      if (open.session.blocks === 'one') open.spent = true;
      else if (outcome.status === 'finished') open.lastGood = open.engine.snapshot();
      else await this.#goBack(open, open.lastGood);
      return outcome;
    } finally {
      this.#run = null;
    }
  }

  async snapshot(): Promise<SandboxSnapshot> {
    const bytes = this.snapshotBytes();
    return { bytes, sha256: this.#options.sha256(bytes) };
  }

  /** The bytes alone, for a host that takes the digest itself. */
  snapshotBytes(): Uint8Array {
    return encodeSnapshot(this.#going().lastGood);
  }

  /** Whether the open session was for one block, and that has run. */
  get spent(): boolean {
    return this.#opened().spent;
  }

  async restore(bytes: Uint8Array): Promise<void> {
    const open = this.#opened();
    const snapshot = decodeSnapshot(bytes);
    await this.#goBack(open, snapshot);
    open.lastGood = snapshot;
    open.spent = false;
  }

  async dispose(): Promise<void> {
    this.#open?.engine.dispose();
    this.#open = null;
  }

  async #goBack(open: OpenSession, snapshot: EngineSnapshot): Promise<void> {
    open.engine.dispose();
    open.engine = await Engine.restore(this.#engineOptions(open.session, open.limits), snapshot);
  }

  #opened(): OpenSession {
    if (!this.#open) throw new Error('no session is open: call open first');
    return this.#open;
  }

  /** The open session, if it may go on. */
  #going(): OpenSession {
    const open = this.#opened();
    if (open.spent) throw new SessionSpentError();
    return open;
  }

  #engineOptions(session: SandboxSession, limits: SandboxLimits) {
    const { wasm, clockMs } = this.#options;
    return { wasm, session, limits, events: this.#events, clockMs };
  }
}
