// Owns the parent's side of one sandbox process: requests out, events in, and the clock that kills it. Busy time is what
// counts: from a request until the process says it waits, so neither a moving robot nor a thinking operator is ever timed.
// Must never believe a message its schema refuses, nor let a process run on after its time.

import { eventSchema, requestSchema, type SandboxEvent, type SandboxRequest } from './channel-messages.ts';
import { FramedChannel } from './framed-channel.ts';
import type { PolicyProcess } from './policy-process.ts';
import {
  type CallReply,
  DEFAULT_LIMITS,
  type GuestCall,
  type OutputLine,
  type SandboxBlock,
  type SandboxSession,
} from './policy-sandbox.ts';

/** How long over its limit a process may go before it is killed: the engine's own stop, which knows the line, comes first. */
export const KILL_GRACE_MS = 100;

/** Booting compiles the engine; a process that takes longer than this is broken. */
const BOOT_LIMIT_MS = 20_000;

/** Calls and outcomes are small; a snapshot is as large as the program's memory, and the engine's own. */
const EVENT_JSON_BYTES = 16_000_000;
const ENGINE_BYTES = 64 * 1024 * 1024;

export type ProcessEnd =
  | { readonly how: 'timeout' }
  | { readonly how: 'stopped' }
  | { readonly how: 'crash'; readonly what: string };

export interface BlockListener {
  onCall(call: GuestCall): void;
  onOutput(line: OutputLine): void;
  /** The block is over but for calls that still run: stop and answer them. */
  onEnding(): void;
}

/** How a block ended, as the process tells it: without its output. */
export type ToldOutcome = (SandboxEvent & { type: 'outcome' })['outcome'];

type Waiting = { readonly resolve: (event: SandboxEvent, binary: Uint8Array) => void };

export class SandboxClient {
  readonly process: PolicyProcess;
  /** How the process ended; null while it lives. */
  end: ProcessEnd | null = null;
  readonly #channel: FramedChannel<SandboxEvent, SandboxRequest>;
  /** Resolves with the end of the process: everything that waits for an event races it. */
  readonly #ended: Promise<ProcessEnd>;
  #endNow!: (end: ProcessEnd) => void;
  #waiting: Waiting | null = null;
  /** The last session that was opened without a snapshot, and the one it began with. */
  #fresh: { readonly session: SandboxSession; readonly snapshot: Uint8Array } | null = null;
  #listener: BlockListener | null = null;
  #cpuLimitMs = BOOT_LIMIT_MS;
  #cpuUsedMs = 0;
  /** Requests the process has not yet answered with "idle" or an outcome. */
  #turns = 0;
  /** Since when the process owes an answer; more requests meanwhile grant no more time. Milliseconds. */
  #busySinceMs = 0;
  #timer: NodeJS.Timeout | undefined;
  /** The memory a program of the session may have: its snapshots are no larger, but for the engine's own. */
  #memoryBytes: number;

  constructor(process: PolicyProcess, memoryBytes: number) {
    this.process = process;
    this.#ended = new Promise((resolve) => {
      this.#endNow = resolve;
    });
    this.#memoryBytes = memoryBytes;
    const snapshotBytes = () => this.#memoryBytes + ENGINE_BYTES;
    const caps = {
      jsonBytes: EVENT_JSON_BYTES,
      get binaryBytes() {
        return snapshotBytes();
      },
    };
    this.#channel = new FramedChannel<SandboxEvent, SandboxRequest>(process.stream, eventSchema, caps, {
      onMessage: (event, binary) => this.#handle(event, binary),
      onBroken: (reason) => this.kill({ how: 'crash', what: `its process ended (${reason})` }),
    });
    void process.exited.then(() => this.kill({ how: 'crash', what: 'its process ended' }));
  }

  /** Sends the engine; resolves when the process is ready. */
  async boot(wasm: Uint8Array): Promise<void> {
    await this.#request({ type: 'boot' }, 'booted', wasm);
  }

  /** @returns the snapshot of the open session */
  async open(session: SandboxSession, from: Uint8Array | undefined): Promise<Uint8Array> {
    this.#memoryBytes = session.limits?.memoryBytes ?? DEFAULT_LIMITS.memoryBytes;
    // Half a megabyte of texts each way, in pieces of a pipe's size, costs a busy machine dozens of turns between us.
    if (from === undefined && this.#fresh !== null && isSame(this.#fresh.session, session)) {
      await this.#request({ type: 'reopen' }, 'opened');
      return this.#fresh.snapshot;
    }
    const snapshot = (await this.#request({ type: 'open', session: mutable(session) }, 'opened', from)).binary;
    if (from === undefined) this.#fresh = { session, snapshot };
    return snapshot;
  }

  /** Runs a block. `snapshot` is empty unless the block has finished and its session goes on. */
  async run(
    block: SandboxBlock,
    cpuLimitMs: number,
    listener: BlockListener,
  ): Promise<{ outcome: ToldOutcome; snapshot: Uint8Array } | ProcessEnd> {
    this.#cpuLimitMs = cpuLimitMs;
    this.#cpuUsedMs = 0;
    this.#listener = listener;
    try {
      const { event, binary } = await this.#request({ type: 'run', block: mutable(block) }, 'outcome');
      return event.type === 'outcome' ? { outcome: event.outcome, snapshot: binary } : this.#unexpected();
    } catch (error) {
      if (this.end) return this.end;
      throw error;
    } finally {
      this.#listener = null;
      this.#cpuLimitMs = BOOT_LIMIT_MS;
      this.#cpuUsedMs = 0;
    }
  }

  reply(id: number, reply: CallReply): void {
    if (this.end) return;
    this.#send({ type: 'reply', id, reply: mutable(reply) });
  }

  /** Ends the process at once. */
  kill(end: ProcessEnd): void {
    if (this.end) return;
    this.end = end;
    clearTimeout(this.#timer);
    this.process.kill();
    this.#endNow(end);
  }

  async #request(
    request: SandboxRequest,
    answer: SandboxEvent['type'],
    binary?: Uint8Array,
  ): Promise<{ event: SandboxEvent; binary: Uint8Array }> {
    if (this.end) throw new Error('the sandbox process has ended');
    const answered = new Promise<{ event: SandboxEvent; binary: Uint8Array }>((resolve) => {
      this.#waiting = { resolve: (event, bytes) => resolve({ event, binary: bytes }) };
    });
    this.process.hold('held');
    this.#send(request, binary);
    const first = await Promise.race([answered, this.#ended]);
    this.#waiting = null;
    this.process.hold('released');
    if ('how' in first) throw new Error(`the sandbox process ended: ${endText(first)}`);
    if (first.event.type !== answer) this.#unexpected();
    return first;
  }

  #unexpected(): never {
    this.kill({ how: 'crash', what: 'its process answered something else than it was asked' });
    throw new Error('the sandbox process does not keep to its protocol');
  }

  /** @throws ZodError for a request that the other side would refuse */
  #send(request: SandboxRequest, binary?: Uint8Array): void {
    if (this.#turns === 0) this.#busySinceMs = performance.now();
    this.#turns++;
    this.#channel.send(requestSchema.parse(request), binary);
    this.#watch();
  }

  #handle(event: SandboxEvent, binary: Uint8Array): void {
    switch (event.type) {
      case 'call':
        this.#listener?.onCall(event.call);
        return;
      case 'output':
        this.#listener?.onOutput(event.line);
        return;
      case 'ending':
        this.#turns = 0;
        this.#watch();
        this.#listener?.onEnding();
        return;
      case 'idle':
        this.#cpuUsedMs = event.cpuMs;
        this.#turns = Math.max(0, this.#turns - 1);
        this.#busySinceMs = performance.now();
        this.#watch();
        return;
      case 'broken':
        this.kill({ how: 'crash', what: event.message });
        return;
      default:
        this.#turns = 0;
        this.#watch();
        this.#waiting?.resolve(event, binary);
    }
  }

  /** Starts or stops the clock: it runs while the process owes an answer. */
  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#turns === 0 || this.end) return;
    const allowedMs = Math.max(0, this.#cpuLimitMs - this.#cpuUsedMs) + KILL_GRACE_MS;
    const leftMs = () => allowedMs - (performance.now() - this.#busySinceMs);
    this.#timer = setTimeout(
      () => {
        // If this process itself was busy, the answer may lie unread: read first, then judge.
        setImmediate(() =>
          setImmediate(() => {
            if (this.#turns === 0) return;
            // Timers count from the start of the event loop's turn, and so may fire early.
            if (leftMs() < 1) this.kill({ how: 'timeout' });
            else this.#watch();
          }),
        );
      },
      Math.max(0, leftMs()),
    );
  }
}

function endText(end: ProcessEnd): string {
  return end.how === 'crash' ? end.what : end.how;
}

/** Whether two sessions begin alike: all of it, down to the texts of the modules. */
function isSame(one: SandboxSession, other: SandboxSession): boolean {
  const { modules: ours, ...rest } = one;
  const { modules: theirs, ...otherRest } = other;
  return (
    ours.length === theirs.length &&
    ours.every(
      ({ specifier, javascript }, index) =>
        specifier === theirs[index].specifier && javascript === theirs[index].javascript,
    ) &&
    JSON.stringify(rest) === JSON.stringify(otherRest)
  );
}

/** The same data, as the schemas write it: without `readonly`. They check it on the other side. */
function mutable<T>(value: T): Mutable<T> {
  return value as Mutable<T>;
}

type Mutable<T> = T extends readonly (infer Item)[]
  ? Mutable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Mutable<T[Key]> }
    : T;
