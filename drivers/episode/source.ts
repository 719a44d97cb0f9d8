// Owns the port through which an episode's bytes are read, anywhere: a file, a download, bytes in memory. Must never
// know the format of the bytes.

/** Bytes that can be read at any place. Both methods may reject with any error; the reader wraps it. */
export interface EpisodeSource {
  /** Length in bytes when opened; a file that still grows is read up to it. */
  size(): Promise<number>;
  /** Exactly `length` bytes from `offset`; rejects when they are not there. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

export function sourceOfBytes(bytes: Uint8Array): EpisodeSource {
  return {
    size: async () => bytes.length,
    read: async (offset, length) => {
      if (offset < 0 || length < 0 || offset + length > bytes.length) {
        throw new RangeError(`no ${length} bytes at ${offset} of ${bytes.length}`);
      }
      return bytes.subarray(offset, offset + length);
    },
  };
}
