// Owns a checker in a thread of its own, which is ended when a check takes too long: there are programs of a hundred
// characters that take the compiler days to read, and nothing inside it ends that. Must never let a check hold up the
// process that asks for it.

import { Worker } from 'node:worker_threads';
import type { ApiChoice } from '../api/policy-api.ts';
import type { CheckRequest, CheckResult } from './check-result.ts';
import type { PolicyChecker } from './checker.ts';
import { processorMs } from './processor-time.ts';

/** Which functions the checked programs may call. */
export type CheckerApi = ApiChoice;

export interface KillableCheckerOptions {
  /** The bundle of check-worker.ts. */
  readonly script: string;
  /** Longest check, milliseconds. */
  readonly limitMs?: number;
  /** Memory of the thread, MB: a warm checker needs about a hundred. */
  readonly memoryMb?: number;
}

export interface KillableChecker extends PolicyChecker {
  /** Ends the thread. */
  dispose(): Promise<void>;
}

/**
 * Sound programs take tens of milliseconds; the compiler's own limit of 5 s comes first wherever it holds. Counted is what
 * this process computes, not what others on the machine do; but nobody waits longer than four times as long.
 */
const LIMIT_MS = 15_000;
const LONGEST_WAIT = 4;
/** Whether the limit is reached is looked at this often within it. */
const LOOKS_PER_LIMIT = 15;
const MEMORY_MB = 1024;

/** Starts the thread, which gets itself warm at once. */
export function startChecker(api: CheckerApi, options: KillableCheckerOptions): KillableChecker {
  return new ThreadChecker(api, options);
}

class ThreadChecker implements KillableChecker {
  readonly #api: CheckerApi;
  readonly #options: Required<KillableCheckerOptions>;
  #thread: Promise<Worker>;
  readonly #gone = new WeakSet<Worker>();
  #disposed = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(api: CheckerApi, options: KillableCheckerOptions) {
    this.#api = api;
    this.#options = { limitMs: LIMIT_MS, memoryMb: MEMORY_MB, ...options };
    this.#thread = this.#start();
  }

  check(request: CheckRequest, signal?: AbortSignal): Promise<CheckResult> {
    const result = this.#last.then(() => {
      signal?.throwIfAborted();
      return this.#checkNow(request);
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    // A thread that never came up has nothing to end; whoever checked has been told why.
    const thread = await this.#thread.catch(() => undefined);
    await thread?.terminate();
  }

  async #checkNow(request: CheckRequest): Promise<CheckResult> {
    if (this.#gone.has(await this.#thread)) this.#thread = this.#start();
    const thread = await this.#thread;
    thread.ref();
    const end = await this.#ask(thread, request);
    thread.unref();
    if (end !== 'late' && !(end instanceof Error)) return end;
    if (!this.#disposed) this.#thread = this.#start();
    void thread.terminate();
    if (end === 'late') {
      const what = `The check of the program took over ${this.#options.limitMs / 1000} s and was given up.`;
      return refused('CHECK_TOO_LONG', what, 'Write it more simply: shorter expressions, fewer levels, simpler types.');
    }
    return refused('CHECK_FAILED', `The check of the program broke down: ${end.message}.`, 'Write a simpler program.');
  }

  /** One answer, or how the thread ended instead. */
  #ask(thread: Worker, request: CheckRequest): Promise<CheckResult | 'late' | Error> {
    return new Promise((resolve) => {
      const settle = (end: CheckResult | 'late' | Error) => {
        clearInterval(late);
        thread.off('message', settle).off('error', settle).off('exit', onExit);
        resolve(end);
      };
      const onExit = () => settle(new Error('its thread has ended'));
      const { limitMs } = this.#options;
      const began = { wallMs: performance.now(), workMs: processorMs() };
      const late = setInterval(() => {
        const waitedMs = performance.now() - began.wallMs;
        const workedMs = processorMs() - began.workMs;
        if (waitedMs >= limitMs && (workedMs >= limitMs || waitedMs >= LONGEST_WAIT * limitMs)) settle('late');
      }, limitMs / LOOKS_PER_LIMIT);
      thread.on('message', settle).on('error', settle).on('exit', onExit);
      thread.postMessage(request);
    });
  }

  #start(): Promise<Worker> {
    const { script, memoryMb } = this.#options;
    const thread = new Worker(script, {
      workerData: this.#api,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    });
    const ready = new Promise<Worker>((resolve, reject) => {
      thread.once('message', () => {
        thread.unref();
        resolve(thread);
      });
      // Whoever checks is told; a thread that ends while nobody does is replaced by the next check.
      thread.on('error', reject);
      thread.once('exit', () => this.#gone.add(thread));
    });
    ready.catch(() => undefined); // told by the check that waits for it
    return ready;
  }
}

function refused(code: string, message: string, hint: string): CheckResult {
  return {
    ok: false,
    diagnostics: [{ line: 1, column: 1, endLine: 1, endColumn: 1, severity: 'error', code, message, hint }],
    javascript: '',
    exportedNames: [],
    effects: { calls: [], objectNames: [], computedNameLines: [], imports: [], loops: [] },
    topLevel: [],
    declarations: '',
  };
}
