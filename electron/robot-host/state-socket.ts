// Owns the state stream: what happened and what happens, to every window, each as fast as it can take it. Must never make
// the cell or another window wait for a slow one, and never leave out a message that is not a sample of a state.

import type { WebSocket } from 'ws';
import type { OutgoingFrame } from '../ipc/cell-guard-contract.ts';
import { CLOSE_CODES, type StateText } from '../ipc/cell-sockets.ts';
import type { Visitor } from './console-door.ts';
import type { StateLog } from './state-log.ts';

/** More than this waiting in a socket, bytes, and a window gets no more until it has taken some. */
const HIGH_WATER_BYTES = 1024 * 1024;
/** A window that waits is looked at this often, milliseconds. */
const RETRY_MS = 20;
/** A window that has taken nothing for so long, milliseconds, is let go; it may come back. */
const HOPELESS_MS = 15_000;

export interface StateSocketOptions {
  readonly log: StateLog;
  readonly episode: string;
  /** For tests: a lower mark fills sooner. */
  readonly highWaterBytes?: number;
  readonly hopelessMs?: number;
}

export class StateSocket {
  readonly #options: StateSocketOptions;
  readonly #followers = new Set<Follower>();

  constructor(options: StateSocketOptions) {
    this.#options = options;
  }

  welcome({ socket, hello, refuse }: Visitor): void {
    const from = hello.episode === this.#options.episode ? (hello.from ?? 0) : 0;
    const follower = new Follower(socket, this.#options, from);
    this.#followers.add(follower);
    socket.on('message', () => refuse('nothing is asked on this socket'));
    socket.once('close', () => {
      follower.end();
      this.#followers.delete(follower);
    });
    follower.begin(from);
  }

  /** What has just happened. */
  add(frames: readonly OutgoingFrame[]): void {
    this.#options.log.add(frames);
    for (const follower of this.#followers) follower.take(frames);
  }
}

/** One window that follows: a place in the log, and the samples it has still to get. */
class Follower {
  readonly #socket: WebSocket;
  readonly #log: StateLog;
  readonly #highWaterBytes: number;
  readonly #hopelessMs: number;
  /** The next message of the log that is never dropped. */
  #index: number;
  #samples = new Map<string, OutgoingFrame>();
  readonly #skipped = new Map<string, number>();
  #caughtUp = false;
  /** Waits for the socket, or for a message that is read back from the log. */
  #isWaiting = false;
  #hasEnded = false;
  #retry: NodeJS.Timeout | undefined;
  #lastBufferedBytes = 0;
  /** When the socket last took something. */
  #lastTakenMs = performance.now();

  constructor(socket: WebSocket, { log, highWaterBytes, hopelessMs }: StateSocketOptions, from: number) {
    this.#socket = socket;
    this.#log = log;
    this.#highWaterBytes = highWaterBytes ?? HIGH_WATER_BYTES;
    this.#hopelessMs = hopelessMs ?? HOPELESS_MS;
    this.#index = log.indexFrom(from);
  }

  begin(from: number): void {
    for (const frame of this.#log.latest()) {
      if (frame.key !== null && frame.seq >= from) this.#samples.set(frame.key, frame);
    }
    this.#pump();
  }

  take(frames: readonly OutgoingFrame[]): void {
    for (const frame of frames) {
      const { key } = frame;
      if (key === null) continue; // the place in the log finds it
      const replaced = this.#samples.get(key);
      if (replaced !== undefined) this.#noteSkipped(replaced);
      // Newer ones stand behind older ones, whatever their kind.
      this.#samples.delete(key);
      this.#samples.set(key, frame);
    }
    if (!this.#isWaiting) this.#pump();
  }

  end(): void {
    this.#hasEnded = true;
    this.#isWaiting = true;
    clearTimeout(this.#retry);
  }

  /** Sends what there is, in the order of its numbers, as far as the socket takes it. */
  #pump(): void {
    if (this.#hasEnded) return;
    this.#isWaiting = false;
    for (;;) {
      if (this.#socket.bufferedAmount > this.#highWaterBytes) {
        this.#waitForSocket();
        return;
      }
      const bytes = this.#nextBytes();
      if (bytes === undefined) break;
      if (bytes instanceof Promise) {
        this.#waitForLog(bytes);
        return;
      }
      this.#send(bytes);
    }
    if (!this.#caughtUp) {
      this.#caughtUp = true;
      this.#skipped.clear(); // a backlog has the newest sample of each kind; nothing was missed
      this.#tell({ kind: 'caught-up', seq: this.#log.next });
    }
    if (this.#skipped.size > 0) {
      this.#tell({ kind: 'skipped', samples: Object.fromEntries(this.#skipped) });
      this.#skipped.clear();
    }
  }

  #nextBytes(): Uint8Array | Promise<Uint8Array> | undefined {
    const hasKept = this.#index < this.#log.keptCount;
    const [sample] = this.#samples.values();
    if (sample?.key != null && (!hasKept || sample.seq < this.#log.seq(this.#index))) {
      this.#samples.delete(sample.key);
      return sample.bytes;
    }
    if (!hasKept) return undefined;
    this.#index += 1;
    return this.#log.read(this.#index - 1);
  }

  #send(bytes: Uint8Array): void {
    this.#socket.send(bytes, () => undefined);
    this.#lastTakenMs = performance.now();
  }

  #waitForLog(reading: Promise<Uint8Array>): void {
    this.#isWaiting = true;
    reading.then(
      (bytes) => {
        this.#send(bytes);
        this.#pump();
      },
      (error) => {
        console.error('a message for a window cannot be read back:', error);
        this.#socket.close(CLOSE_CODES.behind, 'what happened before cannot be read any more; the episode has it');
      },
    );
  }

  #waitForSocket(): void {
    this.#isWaiting = true;
    const nowMs = performance.now();
    const { bufferedAmount } = this.#socket;
    if (bufferedAmount < this.#lastBufferedBytes) this.#lastTakenMs = nowMs;
    this.#lastBufferedBytes = bufferedAmount;
    if (nowMs - this.#lastTakenMs > this.#hopelessMs) {
      this.#socket.close(CLOSE_CODES.behind, 'this window has not taken anything for too long; it may come back');
      // What it did not take before it will not take before the close either.
      setTimeout(() => this.#socket.terminate(), RETRY_MS);
      return;
    }
    this.#retry = setTimeout(() => this.#pump(), RETRY_MS);
  }

  #noteSkipped({ topic }: OutgoingFrame): void {
    this.#skipped.set(topic, (this.#skipped.get(topic) ?? 0) + 1);
  }

  #tell(message: StateText): void {
    this.#socket.send(JSON.stringify(message), () => undefined);
  }
}
