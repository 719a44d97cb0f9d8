// Owns the port behind which an episode's bytes go, and a sink in memory. Must never know the format of the bytes.

import { EpisodeError } from './episode-error.ts';

/** A place that bytes are appended to. The writer calls one method at a time and waits for it. */
export interface EpisodeSink {
  /**
   * Appends all bytes; resolves when they would survive the death of this process. Rejects with an EpisodeError, after
   * which any part of the bytes may have been appended.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when everything written would survive a power cut, where the place can promise that. */
  sync(): Promise<void>;
  /** Gives the place back; safe after a failed write. */
  close(): Promise<void>;
}

export interface MemorySink extends EpisodeSink {
  /** A copy of everything appended so far. */
  bytes(): Uint8Array;
  /** Keeps every write waiting, as a stalled disk does, until the returned function is called. */
  stall(): () => void;
}

/** A sink in memory. With `capacityBytes` it fills up as a disk does: the bytes that fit are kept, then DISK_FULL. */
export function createMemorySink(options: { capacityBytes?: number } = {}): MemorySink {
  const capacityBytes = options.capacityBytes ?? Number.POSITIVE_INFINITY;
  const parts: Uint8Array[] = [];
  let length = 0;
  let ready = Promise.resolve();
  const append = (bytes: Uint8Array) => {
    parts.push(bytes.slice());
    length += bytes.length;
  };
  return {
    async write(bytes) {
      await ready;
      if (length + bytes.length > capacityBytes) {
        append(bytes.subarray(0, capacityBytes - length));
        throw diskFull(`after ${length} bytes`);
      }
      append(bytes);
    },
    async sync() {},
    async close() {},
    stall() {
      let resume = () => {};
      ready = new Promise((resolve) => {
        resume = resolve;
      });
      return resume;
    },
    bytes() {
      const all = new Uint8Array(length);
      let at = 0;
      for (const part of parts) {
        all.set(part, at);
        at += part.length;
      }
      return all;
    },
  };
}

export function diskFull(where: string, cause?: unknown): EpisodeError {
  return new EpisodeError(
    'DISK_FULL',
    `The recording stopped: no space left on the disk (${where}). What was recorded before stays readable.`,
    'Free some space or choose another folder, then start a new recording; `capstan episodes recover` completes the file.',
    { cause },
  );
}
