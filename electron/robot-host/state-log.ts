// Owns what a window that comes back has to be told: every message that is never dropped, in order, and the newest of
// each state topic. What is old goes to a file, so that a session of hours stays small. Must never forget a message of
// the first kind while the cell is open, nor make whoever adds one wait.

import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OutgoingFrame } from '../ipc/cell-guard-contract.ts';

/** Kept messages in memory, bytes; older ones are in the file. */
const MEMORY_BYTES = 32 * 1024 * 1024;

interface Kept {
  readonly seq: number;
  /** Null once it is in the file. */
  bytes: Uint8Array | null;
  readonly length: number;
  /** Where it is in the file. */
  at: number;
}

export class StateLog {
  readonly #memoryBytes: number;
  readonly #kept: Kept[] = [];
  readonly #latest = new Map<string, OutgoingFrame>();
  #next = 0;
  #inMemoryBytes = 0;
  /** The first message that is still in memory. */
  #spillFrom = 0;
  #spilling = false;
  #file: Promise<FileHandle> | undefined;
  #fileBytes = 0;
  #folder: string | undefined;
  #closed = false;

  /** @param memoryBytes of kept messages in memory; tests take less */
  constructor(memoryBytes = MEMORY_BYTES) {
    this.#memoryBytes = memoryBytes;
  }

  add(frames: readonly OutgoingFrame[]): void {
    for (const frame of frames) {
      this.#next = frame.seq + 1;
      if (frame.key !== null) {
        this.#latest.set(frame.key, frame);
        continue;
      }
      const { seq, bytes } = frame;
      this.#kept.push({ seq, bytes, length: bytes.length, at: 0 });
      this.#inMemoryBytes += bytes.length;
    }
    if (this.#inMemoryBytes > this.#memoryBytes && !this.#spilling && !this.#closed) void this.#spill();
  }

  /** Number of the message that comes next. */
  get next(): number {
    return this.#next;
  }

  get keptCount(): number {
    return this.#kept.length;
  }

  /** Number of a kept message. */
  seq(index: number): number {
    return this.#kept[index].seq;
  }

  /** A kept message: at once where it is in memory. @throws Error when the file cannot be read any more */
  read(index: number): Uint8Array | Promise<Uint8Array> {
    const { bytes, length, at } = this.#kept[index];
    return bytes ?? this.#readBack(at, length);
  }

  /** Index of the first kept message with this number or a later one. */
  indexFrom(seq: number): number {
    let low = 0;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#kept[middle].seq < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The newest of each state topic, oldest first. */
  latest(): OutgoingFrame[] {
    return [...this.#latest.values()].sort((a, b) => a.seq - b.seq);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await (await this.#file?.catch(() => undefined))?.close().catch(() => undefined);
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  /** Moves the oldest messages into the file until enough memory is free. What cannot be written stays in memory. */
  async #spill(): Promise<void> {
    this.#spilling = true;
    try {
      this.#file ??= this.#create();
      const file = await this.#file;
      while (this.#inMemoryBytes > this.#memoryBytes / 2 && this.#spillFrom < this.#kept.length) {
        const kept = this.#kept[this.#spillFrom];
        if (kept.bytes === null) break;
        const at = this.#fileBytes;
        for (let done = 0; done < kept.length; ) {
          done += (await file.write(kept.bytes, done, kept.length - done, at + done)).bytesWritten;
        }
        this.#fileBytes = at + kept.length;
        kept.at = at;
        kept.bytes = null;
        this.#inMemoryBytes -= kept.length;
        this.#spillFrom += 1;
      }
      this.#spilling = false;
    } catch (error) {
      // It is not tried again: nothing is lost, only memory is used.
      console.error('the memory of what windows are told cannot go to a file:', error);
    }
  }

  async #create(): Promise<FileHandle> {
    const folder = await mkdtemp(join(tmpdir(), 'capstan-state-'));
    this.#folder = folder;
    const file = await open(join(folder, 'kept'), 'wx+', 0o600);
    // The file goes with the process, however that ends. Windows keeps the name of an open file.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    return file;
  }

  async #readBack(at: number, length: number): Promise<Uint8Array> {
    if (this.#file === undefined) throw new Error('a message that was never written is to be read back');
    const file = await this.#file;
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const { bytesRead } = await file.read(bytes, done, length - done, at + done);
      if (bytesRead === 0) throw new Error('the file of what windows are told is shorter than it was');
      done += bytesRead;
    }
    return bytes;
  }
}
