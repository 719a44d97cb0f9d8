// Owns messages over a byte stream: a header with two lengths, JSON, then bytes. Must never read more than its caps into
// memory, nor hand on a message its schema refuses: the other side may be a process that a program has broken.

import type { Duplex } from 'node:stream';
import type { z } from 'zod';

const HEADER_BYTES = 8;

export interface ChannelCaps {
  readonly jsonBytes: number;
  readonly binaryBytes: number;
}

export class FramedChannel<Incoming, Outgoing> {
  readonly #stream: Duplex;
  readonly #schema: z.ZodType<Incoming>;
  readonly #caps: ChannelCaps;
  readonly #onMessage: (message: Incoming, binary: Uint8Array) => void;
  readonly #onBroken: (reason: string) => void;
  #chunks: Buffer[] = [];
  #buffered = 0;
  #broken = false;

  /** @param onBroken told once when the stream ends or says something it must not; nothing is read afterwards */
  constructor(
    stream: Duplex,
    schema: z.ZodType<Incoming>,
    caps: ChannelCaps,
    handlers: {
      readonly onMessage: (message: Incoming, binary: Uint8Array) => void;
      readonly onBroken: (reason: string) => void;
    },
  ) {
    this.#stream = stream;
    this.#schema = schema;
    this.#caps = caps;
    this.#onMessage = handlers.onMessage;
    this.#onBroken = handlers.onBroken;
    stream.on('data', (chunk: Buffer) => this.#read(chunk));
    stream.on('end', () => this.#break('the stream has ended'));
    stream.on('close', () => this.#break('the stream was closed'));
    stream.on('error', (error) => this.#break(error.message));
  }

  send(message: Outgoing, binary?: Uint8Array): void {
    if (this.#broken || this.#stream.destroyed) return;
    const json = Buffer.from(JSON.stringify(message));
    const frame = Buffer.allocUnsafe(HEADER_BYTES + json.length);
    frame.writeUInt32LE(json.length, 0);
    frame.writeUInt32LE(binary?.length ?? 0, 4);
    json.copy(frame, HEADER_BYTES);
    this.#stream.write(frame);
    if (binary && binary.length > 0) this.#stream.write(binary);
  }

  #read(chunk: Buffer): void {
    if (this.#broken) return;
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    while (!this.#broken && this.#takeMessage()) {}
  }

  /** True when a whole message was there. */
  #takeMessage(): boolean {
    if (this.#buffered < HEADER_BYTES) return false;
    const head = this.#chunks[0].length >= HEADER_BYTES ? this.#chunks[0] : this.#joined();
    const jsonLength = head.readUInt32LE(0);
    const binaryLength = head.readUInt32LE(4);
    if (jsonLength > this.#caps.jsonBytes || binaryLength > this.#caps.binaryBytes) {
      this.#break(`a message of ${jsonLength} + ${binaryLength} bytes is over the limit`);
      return false;
    }
    const total = HEADER_BYTES + jsonLength + binaryLength;
    if (this.#buffered < total) return false;
    const all = this.#joined();
    this.#chunks = all.length > total ? [all.subarray(total)] : [];
    this.#buffered = all.length - total;
    const binaryStart = HEADER_BYTES + jsonLength;
    // A copy: the message may live longer than the buffer it came in.
    const binary = new Uint8Array(all.subarray(binaryStart, total));
    this.#deliver(all.toString('utf8', HEADER_BYTES, binaryStart), binary);
    return true;
  }

  #deliver(json: string, binary: Uint8Array): void {
    let parsed: unknown;
    try {
      parsed = JSON.parse(json);
    } catch {
      this.#break('a message is no JSON');
      return;
    }
    const outcome = this.#schema.safeParse(parsed);
    if (outcome.success) this.#onMessage(outcome.data, binary);
    else this.#break(`a message has a wrong form: ${outcome.error.issues[0]?.path.join('.')}`);
  }

  #joined(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0];
  }

  #break(reason: string): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#chunks = [];
    this.#onBroken(reason);
  }
}
