// Owns one QuickJS instance: its life, its computing time, the bridge inside it. Isomorphic: the compiled WASM is passed
// in. Must never enter an instance again after it was killed.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { EvalFlags, type JSValueHandle, QuickJS, type QuickJSOptions } from 'quickjs-wasi';
import { engineOptions } from './engine-world.ts';
import { BRIDGE_TEXT } from './guest/bridge-text.ts';
import { DEFAULT_LIMITS, type SandboxLimits, type SandboxSession } from './policy-sandbox.ts';
import type { EngineSnapshot } from './snapshot-format.ts';

/** What the engine asks of the block that runs. */
export interface EngineEvents {
  call(id: number, name: string, argsJson: string, frames: string): void;
  print(level: string, text: string, frames: string): void;
}

/** Thrown out of the engine to stop a program at any instruction; the instance is dead afterwards. */
export class GuestKilled extends Error {
  override readonly name = 'GuestKilled';
  /** Where the program was, in the bridge's format; empty when the engine could not say. */
  readonly frames: string;

  constructor(frames: string) {
    super('the program was stopped');
    this.frames = frames;
  }
}

type ControlName = 'begin' | 'admit' | 'settle' | 'publish' | 'describeThrown' | 'frames';

const CONTROL_NAMES: readonly ControlName[] = ['begin', 'admit', 'settle', 'publish', 'describeThrown', 'frames'];

export type BlockState = 'pending' | 'fulfilled' | 'rejected';

export interface EngineOptions {
  readonly wasm: WebAssembly.Module;
  readonly session: SandboxSession;
  readonly limits: SandboxLimits;
  readonly events: EngineEvents;
  /** Milliseconds, rising; measures computing time. */
  readonly clockMs: () => number;
}

/** The base image must not depend on the session that happens to be first. */
const BASE = { session: { seed: 0, functions: [], modules: [] }, limits: DEFAULT_LIMITS };

const baseImages = new WeakMap<WebAssembly.Module, Promise<EngineSnapshot>>();

export class Engine {
  /** Seconds of robot time that `Date` adds to the session's start. */
  robotTimeS = 0;
  /** Computing time since the last reset, milliseconds. */
  cpuMs = 0;
  readonly #options: EngineOptions;
  #vm!: QuickJS;
  #controlsObject!: JSValueHandle;
  readonly #controls = new Map<ControlName, JSValueHandle>();
  #deadlineMs = Number.POSITIVE_INFINITY;
  #blockPromise: JSValueHandle | null = null;
  /** Rejected promises nobody has listened to yet, by identity. */
  readonly #unheard = new Map<number, { readonly promise: JSValueHandle; readonly reason: JSValueHandle }>();

  private constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** A fresh world for a session. */
  static async create(options: EngineOptions): Promise<Engine> {
    const { session } = options;
    const engine = await Engine.restore(options, await Engine.baseImage(options));
    const vm = engine.#vm;
    const worldJson = vm.newString(JSON.stringify({ functions: session.functions, seed: session.seed }));
    vm.callFunction(engine.#control('begin'), vm.undefined, worldJson).dispose();
    worldJson.dispose();
    return engine;
  }

  /** The frozen world without anything of a session, made at the first call. */
  static baseImage(options: Pick<EngineOptions, 'wasm' | 'clockMs'>): Promise<EngineSnapshot> {
    const known = baseImages.get(options.wasm);
    if (known) return known;
    const made = Engine.#makeBaseImage({ ...options, ...BASE, events: { call: () => {}, print: () => {} } });
    baseImages.set(options.wasm, made);
    return made;
  }

  /** Freezing takes longer than all the rest, so it is done once. */
  static async #makeBaseImage(options: EngineOptions): Promise<EngineSnapshot> {
    const engine = new Engine(options);
    engine.#vm = await QuickJS.create(engine.#quickJsOptions());
    const vm = engine.#vm;
    const evaluation = vm.evalCode(BRIDGE_TEXT, 'capstan:bridge', EvalFlags.TYPE_MODULE);
    vm.executePendingJobs();
    const bridge = await vm.resolvePromise(evaluation);
    evaluation.dispose();
    if ('error' in bridge) throw new Error('the sandbox bridge does not run');
    const host = vm.newObject();
    for (const [name, callback] of engine.#hostFunctions()) {
      vm.newFunction(name, callback).consume((f) => host.setProp(name, f));
    }
    const install = bridge.value.getProp('installWorld');
    engine.#controlsObject = vm.callFunction(install, vm.undefined, host);
    for (const handle of [host, install, bridge.value]) handle.dispose();
    engine.#takeControls();
    const image = engine.snapshot();
    engine.dispose();
    return image;
  }

  /** The world of a snapshot, taken in this or another process. */
  static async restore(options: EngineOptions, snapshot: EngineSnapshot): Promise<Engine> {
    const engine = new Engine(options);
    engine.#vm = await QuickJS.restore(snapshot.engine, engine.#quickJsOptions());
    engine.robotTimeS = snapshot.robotTimeS;
    for (const [name, callback] of engine.#hostFunctions()) engine.#vm.registerHostCallback(name, callback);
    engine.#controlsObject = engine.#vm.importHandle(snapshot.tokens.controls);
    engine.#takeControls();
    return engine;
  }

  snapshot(): EngineSnapshot {
    for (const handle of this.#controls.values()) handle.dispose();
    this.#controls.clear();
    this.#vm.runGC();
    const snapshot = {
      engine: this.#vm.snapshot(),
      tokens: { controls: this.#vm.exportHandle(this.#controlsObject) },
      robotTimeS: this.robotTimeS,
    };
    this.#takeControls();
    return snapshot;
  }

  get memoryBytes(): number {
    return this.#vm.getMemoryUsage().memoryUsedSize;
  }

  /**
   * Starts a block and runs it to its first wait.
   * @throws GuestKilled when the computing time is used up; JSException for a syntax error
   */
  start(blockName: string, javascript: string): BlockState {
    const fileName = secretFileName(blockName, javascript);
    return this.#compute(() => {
      const args = [this.#vm.newString(fileName), this.#vm.newString(blockName)];
      this.#vm.callFunction(this.#control('admit'), this.#vm.undefined, ...args).dispose();
      for (const handle of args) handle.dispose();
      this.#blockPromise = this.#vm.evalCode(javascript, fileName, EvalFlags.TYPE_MODULE);
      this.#vm.executePendingJobs();
      return this.#state();
    });
  }

  /** Answers a call and runs the block to its next wait. */
  settle(id: number, outcome: 'resolved' | 'rejected', json: string): BlockState {
    return this.#compute(() => {
      const vm = this.#vm;
      // No withScope here: it would also free what #noteRejection keeps.
      const args = [vm.newNumber(id), vm.newString(outcome), vm.newString(json)];
      vm.callFunction(this.#control('settle'), vm.undefined, ...args).dispose();
      for (const handle of args) handle.dispose();
      vm.executePendingJobs();
      return this.#state();
    });
  }

  /** The bridge's description of what the block threw. */
  async thrown(): Promise<string> {
    const result = await this.#vm.resolvePromise(this.#blockPromise!);
    if (!('error' in result)) throw new Error('the block has thrown nothing');
    return this.#describe(result.error);
  }

  /** The description of a rejection that nothing in the block has listened to, if there is one. */
  unheardRejection(): string | null {
    for (const { reason } of this.#unheard.values()) return this.#describe(reason);
    return null;
  }

  #describe(thrown: JSValueHandle): string {
    return this.#compute(() =>
      this.#vm.callFunction(this.#control('describeThrown'), this.#vm.undefined, thrown).consume((h) => h.toString()),
    );
  }

  #noteRejection(promise: JSValueHandle, reason: JSValueHandle, isHandled: boolean): void {
    const identity = promise.identity;
    const known = this.#unheard.get(identity);
    if (isHandled) {
      known?.promise.dispose();
      known?.reason.dispose();
      this.#unheard.delete(identity);
    } else if (!known) {
      this.#unheard.set(identity, { promise: promise.dup(), reason: reason.dup() });
    }
  }

  /** Makes the names of the finished block global. */
  async publish(): Promise<void> {
    const result = await this.#vm.resolvePromise(this.#blockPromise!);
    if ('error' in result) throw new Error('a block that failed has nothing to publish');
    this.#compute(() => {
      this.#vm.callFunction(this.#control('publish'), this.#vm.undefined, result.value).dispose();
      this.#vm.executePendingJobs();
    });
    result.value.dispose();
    this.#blockPromise?.dispose();
    this.#blockPromise = null;
  }

  /** Ends the computation that runs now at the engine's next look at the clock; the instance is dead afterwards. */
  stopSoon(): void {
    this.#deadlineMs = Number.NEGATIVE_INFINITY;
  }

  dispose(): void {
    this.#vm.dispose();
  }

  #control(name: ControlName): JSValueHandle {
    return this.#controls.get(name)!;
  }

  #takeControls(): void {
    for (const name of CONTROL_NAMES) this.#controls.set(name, this.#controlsObject.getProp(name));
  }

  #state(): BlockState {
    return (['pending', 'fulfilled', 'rejected'] as const)[this.#blockPromise!.promiseState];
  }

  /** Runs guest code under the block's budget of computing time. */
  #compute<T>(work: () => T): T {
    const { clockMs, limits } = this.#options;
    const start = clockMs();
    this.#deadlineMs = start + limits.cpuMs - this.cpuMs;
    try {
      return work();
    } finally {
      this.cpuMs += clockMs() - start;
      this.#deadlineMs = Number.POSITIVE_INFINITY;
    }
  }

  /** An exception, not `true`: the engine's own interrupt can be swallowed by a promise executor. */
  #interrupt(): boolean {
    if (this.#options.clockMs() < this.#deadlineMs) return false;
    this.#deadlineMs = Number.POSITIVE_INFINITY; // the stack is read by guest code, which polls too
    let frames = '';
    try {
      frames = this.#vm.callFunction(this.#control('frames'), this.#vm.undefined).consume((h) => h.toString());
    } catch {
      frames = ''; // too deep or out of memory: the place stays unknown
    }
    throw new GuestKilled(frames);
  }

  #hostFunctions(): [string, (...args: JSValueHandle[]) => JSValueHandle][] {
    const { events } = this.#options;
    return [
      [
        'call',
        (id, name, argsJson, frames) => {
          events.call(id.toNumber(), name.toString(), argsJson.toString(), frames.toString());
          return this.#vm.undefined;
        },
      ],
      [
        'print',
        (level, text, frames) => {
          events.print(level.toString(), text.toString(), frames.toString());
          return this.#vm.undefined;
        },
      ],
    ];
  }

  #quickJsOptions(): QuickJSOptions {
    const { wasm, session, limits } = this.#options;
    return engineOptions({
      wasm,
      session,
      limits,
      robotTimeS: () => this.robotTimeS,
      interrupt: () => this.#interrupt(),
      onUnhandledRejection: (promise, reason, isHandled) => this.#noteRejection(promise, reason, isHandled),
    });
  }
}

/**
 * The name of a block's file inside the engine. The program never sees it, and cannot hold it, since it depends on the
 * whole of its text: frames that name it are true. Equal programs have equal names, as snapshots must be equal too.
 */
function secretFileName(blockName: string, javascript: string): string {
  return `${blockName}#${bytesToHex(sha256(utf8ToBytes(javascript))).slice(0, 16)}`;
}
