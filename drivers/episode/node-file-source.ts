// Owns reading an episode file from disk at any place. Must never write.

import { open } from 'node:fs/promises';
import { describeCause, EpisodeError } from './episode-error.ts';
import type { EpisodeSource } from './source.ts';

export interface FileSource extends EpisodeSource {
  close(): Promise<void>;
}

/**
 * Opens a file for reading. Its length is taken once, so that a file still being written reads as cut there.
 * @throws EpisodeError READ_FAILED
 */
export async function openFileSource(path: string): Promise<FileSource> {
  try {
    const file = await open(path, 'r');
    const { size } = await file.stat();
    return {
      size: async () => size,
      async read(offset, length) {
        const bytes = new Uint8Array(length);
        for (let at = 0; at < length; ) {
          const { bytesRead } = await file.read(bytes, at, length - at, offset + at);
          if (bytesRead === 0) throw new Error(`${path} ends before byte ${offset + length}`);
          at += bytesRead;
        }
        return bytes;
      },
      close: () => file.close(),
    };
  } catch (cause) {
    throw new EpisodeError(
      'READ_FAILED',
      `${path} cannot be opened: ${describeCause(cause)}.`,
      'Check the name and your rights.',
      {
        cause,
      },
    );
  }
}
