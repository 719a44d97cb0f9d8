// Owns the sandbox process's side of the channel: carries requests to one sandbox, and calls, idleness and outcomes back.
// Must never use anything but the stream it is given.

import type { Duplex } from 'node:stream';
import { eventSchema, requestSchema, type SandboxEvent, type SandboxRequest } from './channel-messages.ts';
import { FramedChannel } from './framed-channel.ts';
import type { BlockOutcome, CallReply, GuestCall, SandboxSession } from './policy-sandbox.ts';
import { QuickJsSandbox } from './quickjs-sandbox.ts';

/** Requests hold a program or an answer, and at boot or restore the engine or a snapshot. */
export const REQUEST_CAPS = { jsonBytes: 16_000_000, binaryBytes: 1_000_000_000 };

class SandboxServer {
  readonly #channel: FramedChannel<SandboxRequest, SandboxEvent>;
  readonly #answers = new Map<number, (reply: CallReply) => void>();
  /** The last session that was opened without a snapshot. */
  #fresh: SandboxSession | null = null;
  #sandbox: QuickJsSandbox | null = null;
  #last: Promise<void> = Promise.resolve();

  constructor(stream: Duplex, onEnd: () => void) {
    this.#channel = new FramedChannel<SandboxRequest, SandboxEvent>(stream, requestSchema, REQUEST_CAPS, {
      onMessage: (request, binary) => this.#receive(request, binary),
      onBroken: onEnd,
    });
  }

  /** Answers go to the program at once; all else waits for what came before it. */
  #receive(request: SandboxRequest, binary: Uint8Array): void {
    if (request.type === 'reply') {
      this.#answers.get(request.id)?.(request.reply);
      this.#answers.delete(request.id);
    } else {
      this.#last = this.#last.then(() => this.#handle(request, binary));
    }
  }

  async #handle(request: Exclude<SandboxRequest, { type: 'reply' }>, binary: Uint8Array): Promise<void> {
    try {
      switch (request.type) {
        case 'boot':
          this.#sandbox = new QuickJsSandbox({
            wasm: new WebAssembly.Module(binary as Uint8Array<ArrayBuffer>),
            onWait: (cpuMs) => this.#send({ type: 'idle', cpuMs }),
          });
          await this.#sandbox.warm();
          this.#send({ type: 'booted' });
          break;
        case 'open': {
          const { session } = request;
          const from = binary.length > 0 ? binary : undefined;
          await this.#booted().open(session, from);
          if (from === undefined) this.#fresh = session;
          this.#send({ type: 'opened' }, this.#booted().snapshotBytes());
          break;
        }
        case 'reopen': {
          if (!this.#fresh) throw new Error('no session was opened before');
          // Made anew, not taken from its snapshot: the same values, but at other places in the engine's memory.
          await this.#booted().open(this.#fresh);
          this.#send({ type: 'opened' });
          break;
        }
        case 'run':
          await this.#run(request);
          break;
      }
    } catch (error) {
      this.#send({ type: 'broken', message: error instanceof Error ? error.message.slice(0, 1000) : 'unknown' });
    }
  }

  async #run(request: SandboxRequest & { type: 'run' }): Promise<void> {
    const outcome = await this.#booted().run(request.block, {
      onCall: (call, signal) => this.#ask(call, signal),
      onOutput: (line) => this.#send({ type: 'output', line }),
    });
    const goesOn = outcome.status === 'finished' && !this.#booted().spent;
    const bytes = goesOn ? this.#booted().snapshotBytes() : undefined;
    this.#answers.clear();
    this.#send({ type: 'outcome', outcome: outcomeMessage(outcome) }, bytes);
  }

  #ask(call: GuestCall, signal: AbortSignal): Promise<CallReply> {
    signal.addEventListener('abort', () => this.#send({ type: 'ending' }), { once: true });
    return new Promise((resolve) => {
      this.#answers.set(call.id, resolve);
      this.#send({ type: 'call', call: { ...call, frames: [...call.frames] } });
    });
  }

  #booted(): QuickJsSandbox {
    if (!this.#sandbox) throw new Error('the engine is not booted');
    return this.#sandbox;
  }

  #send(event: SandboxEvent, binary?: Uint8Array): void {
    this.#channel.send(eventSchema.parse(event), binary);
  }
}

/** The outcome as it crosses: its output has gone ahead. */
function outcomeMessage(outcome: BlockOutcome): (SandboxEvent & { type: 'outcome' })['outcome'] {
  const { outputTruncated, usage } = outcome;
  if (outcome.status === 'finished') return { status: 'finished', outputTruncated, usage };
  const error = { ...outcome.error, frames: [...outcome.error.frames] };
  return { status: 'failed', error, outputTruncated, usage };
}

/** Serves one sandbox over a stream until it ends. */
export function serveSandbox(stream: Duplex, onEnd: () => void): void {
  new SandboxServer(stream, onEnd);
}
