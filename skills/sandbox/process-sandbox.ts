// Owns a sandbox in a process of its own: killed by pid at every limit and stop, and continued in a fresh process from
// the last finished block. Must never wait for a program to agree to its end.

import { createHash } from 'node:crypto';
import { crashError, stoppedError, timeoutError } from './block-error.ts';
import { engineWasm, type SpawnPolicyProcess, spawnPolicyHost } from './policy-process.ts';
import {
  type BlockError,
  type BlockHost,
  type BlockOutcome,
  type CallHandler,
  DEFAULT_LIMITS,
  type Frame,
  type GuestCall,
  type OutputLine,
  type PolicySandbox,
  type SandboxBlock,
  type SandboxLimits,
  type SandboxSession,
  type SandboxSnapshot,
  SessionSpentError,
} from './policy-sandbox.ts';
import { type ProcessEnd, SandboxClient } from './sandbox-client.ts';

export interface ProcessSandboxOptions {
  /** How to start a process; `out/policy-host.js` under this very Node unless given. */
  readonly spawn?: SpawnPolicyProcess;
  /** 'kept': a second process stands ready, so that going on after a kill takes milliseconds. */
  readonly spare?: 'kept' | 'none';
}

interface OpenSession {
  readonly session: SandboxSession;
  readonly limits: SandboxLimits;
  client: Promise<SandboxClient>;
  lastGood: Uint8Array;
  /** A session of one block has had it. */
  spent: boolean;
}

let wasmBytes: Uint8Array | null = null;

export class ProcessSandbox implements PolicySandbox {
  readonly #spawn: SpawnPolicyProcess;
  readonly #keepsSpare: boolean;
  #open: OpenSession | null = null;
  #spare: Promise<SandboxClient> | null = null;
  /** Every process that lives. */
  readonly #clients = new Set<SandboxClient>();
  #running = false;

  constructor(options: ProcessSandboxOptions = {}) {
    this.#spawn = options.spawn ?? (() => spawnPolicyHost());
    this.#keepsSpare = (options.spare ?? 'kept') === 'kept';
  }

  async open(session: SandboxSession, from?: Uint8Array): Promise<void> {
    const limits = { ...DEFAULT_LIMITS, ...session.limits };
    // The process of the last session serves the next one too: its engine is made anew.
    const last = await this.#open?.client.catch(() => null);
    const client = last && !last.end ? last : await this.#fresh(limits, () => true);
    const lastGood = await client.open(session, from);
    this.#open = { session, limits, client: Promise.resolve(client), lastGood, spent: false };
    this.#prepareSpare(limits);
  }

  /** Starts a process ahead, so that the first `open` need not wait for it. */
  warm(): void {
    if (this.#open || this.#spare) return;
    this.#spare = this.#boot(DEFAULT_LIMITS);
    this.#spare.catch(() => {}); // `open` starts another
  }

  async run(block: SandboxBlock, host: CallHandler | BlockHost, signal?: AbortSignal): Promise<BlockOutcome> {
    const open = this.#going();
    if (this.#running) throw new Error('a block is running already: blocks run one after the other');
    this.#running = true;
    try {
      const run = new RemoteRun(block, open.limits, typeof host === 'function' ? { onCall: host } : host);
      if ((await open.client).end) this.#goOn(open);
      const client = await open.client;
      const result = await run.run(client, signal);
      if (open.session.blocks === 'one') open.spent = true;
      else if (result.snapshot) open.lastGood = result.snapshot;
      else if (client.end) this.#goOn(open);
      return result.outcome;
    } finally {
      this.#running = false;
    }
  }

  async snapshot(): Promise<SandboxSnapshot> {
    const bytes = this.#going().lastGood;
    return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
  }

  async restore(bytes: Uint8Array): Promise<void> {
    await this.open(this.#opened().session, bytes);
  }

  async dispose(): Promise<void> {
    this.#open = null;
    this.#spare = null;
    const clients = [...this.#clients];
    for (const client of clients) client.kill({ how: 'stopped' });
    await Promise.all(clients.map((client) => client.process.exited));
  }

  /** Continues in another process from the last finished block; the next block waits for it. */
  #goOn(open: OpenSession): void {
    open.client = (async () => {
      const client = await this.#fresh(open.limits, () => this.#open === open);
      await client.open(open.session, open.lastGood);
      this.#prepareSpare(open.limits);
      return client;
    })();
    open.client.catch(() => {}); // reported by the run that waits for it
  }

  /** @param isWanted whether somebody still waits for it when the spare turns out to be gone */
  async #fresh(limits: SandboxLimits, isWanted: () => boolean): Promise<SandboxClient> {
    const spare = this.#spare;
    this.#spare = null;
    if (spare) {
      const client = await spare.catch(() => null);
      if (client && !client.end) return client;
      if (!isWanted()) throw new Error('the sandbox was disposed of');
    }
    return this.#boot(limits);
  }

  async #boot(limits: SandboxLimits): Promise<SandboxClient> {
    wasmBytes ??= engineWasm();
    const client = new SandboxClient(this.#spawn(), limits.memoryBytes);
    this.#clients.add(client);
    void client.process.exited.then(() => this.#clients.delete(client));
    await client.boot(wasmBytes);
    return client;
  }

  #prepareSpare(limits: SandboxLimits): void {
    // What has one block has nothing to go on with after a kill.
    if (!this.#keepsSpare || this.#spare || !this.#open || this.#open.session.blocks === 'one') return;
    this.#spare = this.#boot(limits);
    this.#spare.catch(() => {}); // a spare that fails to start is replaced when it is needed
  }

  /** The open session, if it may go on. */
  #going(): OpenSession {
    const open = this.#opened();
    if (open.spent) throw new SessionSpentError();
    return open;
  }

  #opened(): OpenSession {
    if (!this.#open) throw new Error('no session is open: call open first');
    return this.#open;
  }
}

/** One block in a process: its calls, and the outcome when the process does not live to tell it. */
class RemoteRun {
  readonly #block: SandboxBlock;
  readonly #limits: SandboxLimits;
  readonly #host: BlockHost;
  readonly #abort = new AbortController();
  readonly #answers = new Set<Promise<void>>();
  readonly #output: OutputLine[] = [];
  #lastFrames: readonly Frame[] = [];
  #callCount = 0;
  #argumentChars = 0;
  #outputChars = 0;

  constructor(block: SandboxBlock, limits: SandboxLimits, host: BlockHost) {
    this.#block = block;
    this.#limits = limits;
    this.#host = host;
  }

  async run(
    client: SandboxClient,
    signal: AbortSignal | undefined,
  ): Promise<{ outcome: BlockOutcome; snapshot?: Uint8Array }> {
    // The stop may have come while the process was still being made ready.
    if (signal?.aborted) return { outcome: this.outcomeOfEnd({ how: 'stopped' }) };
    const stop = () => client.kill({ how: 'stopped' });
    signal?.addEventListener('abort', stop);
    const result = await client.run(this.#block, this.#limits.cpuMs, {
      onCall: (call) => this.#call(client, call),
      onOutput: (line) => this.#keepOutput(line),
      onEnding: () => this.#abort.abort(),
    });
    signal?.removeEventListener('abort', stop);
    this.#abort.abort();
    await Promise.all(this.#answers);
    if ('how' in result) return { outcome: this.outcomeOfEnd(result) };
    const outcome = { ...result.outcome, output: this.#output };
    return outcome.status === 'finished' ? { outcome, snapshot: result.snapshot } : { outcome };
  }

  /** The process caps its output itself; a broken one is held to the same caps here. */
  #keepOutput(line: OutputLine): void {
    this.#outputChars += line.text.length;
    const { outputLines, outputBytes } = this.#limits;
    if (this.#output.length < outputLines && this.#outputChars <= outputBytes) {
      this.#output.push(line);
      this.#host.onOutput?.(line);
    }
    if (line.line !== null) {
      this.#lastFrames = [{ functionName: '', block: this.#block.blockName, line: line.line, column: 1 }];
    }
  }

  /** The process did not live to say whether it has left lines out: at its caps it surely had. */
  #outputIsFull(): boolean {
    const { outputLines, outputBytes } = this.#limits;
    return this.#output.length >= outputLines || this.#outputChars >= outputBytes;
  }

  /** The outcome of a block whose process has ended. */
  outcomeOfEnd(end: ProcessEnd): BlockOutcome {
    return {
      status: 'failed',
      error: this.#errorOfEnd(end),
      output: this.#output,
      outputTruncated: this.#outputIsFull(),
      usage: { cpuMs: end.how === 'timeout' ? this.#limits.cpuMs : 0, memoryBytes: 0, calls: this.#callCount },
    };
  }

  #errorOfEnd(end: ProcessEnd): BlockError {
    const { blockName, loops = [] } = this.#block;
    switch (end.how) {
      case 'timeout':
        return timeoutError(this.#limits.cpuMs, { blockName, frames: this.#lastFrames, loops });
      case 'stopped':
        return stoppedError(blockName, this.#lastFrames);
      case 'crash':
        return crashError(end.what, this.#lastFrames);
    }
  }

  #call(client: SandboxClient, call: GuestCall): void {
    this.#lastFrames = call.frames;
    this.#callCount += 1;
    this.#argumentChars += call.argsJson.length;
    if (this.#callCount > this.#limits.calls || this.#argumentChars > this.#limits.argumentChars) {
      client.kill({ how: 'crash', what: 'it made more calls than its own limits allow' });
      return;
    }
    const answer = this.#answer(client, call).finally(() => this.#answers.delete(answer));
    this.#answers.add(answer);
  }

  async #answer(client: SandboxClient, call: GuestCall): Promise<void> {
    try {
      client.reply(call.id, await this.#host.onCall(call, this.#abort.signal));
    } catch {
      client.kill({ how: 'crash', what: `the host did not answer ${call.name}` });
    }
  }
}
