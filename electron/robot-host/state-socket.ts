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
  #retry: NodeJS.Timeout | undefined;
  #lastBufferedBytes = 0;
  /** When the socket last took something. */
  #lastSentMs = performance.now();

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
    if (this.#retry === undefined) this.#pump();
  }

  end(): void {
    clearTimeout(this.#retry);
  }

  /** Sends what there is, in the order of its numbers, as far as the socket takes it. */
  #pump(): void {
    this.#retry = undefined;
    for (;;) {
      if (this.#socket.bufferedAmount > this.#highWaterBytes) {
        this.#wait();
        return;
      }
      const frame = this.#nextFrame();
      if (frame === undefined) break;
      this.#socket.send(frame.bytes, () => undefined);
      this.#lastSentMs = performance.now();
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

  #nextFrame(): OutgoingFrame | undefined {
    const kept = this.#index < this.#log.keptCount ? this.#log.kept(this.#index) : undefined;
    const [sample] = this.#samples.values();
    if (sample?.key != null && (kept === undefined || sample.seq < kept.seq)) {
      this.#samples.delete(sample.key);
      return sample;
    }
    if (kept !== undefined) this.#index += 1;
    return kept;
  }

  #wait(): void {
    const nowMs = performance.now();
    const { bufferedAmount } = this.#socket;
    if (bufferedAmount < this.#lastBufferedBytes) this.#lastSentMs = nowMs;
    this.#lastBufferedBytes = bufferedAmount;
    if (nowMs - this.#lastSentMs > this.#hopelessMs) {
      this.#socket.close(CLOSE_CODES.behind, 'this window has not taken anything for too long; it may come back');
      // What it did not take it will not take before the close either.
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
