// Owns the episode file on disk: append-only, created exclusively, synced at the end. Must never overwrite, truncate
// or reopen a file.

import { type FileHandle, open } from 'node:fs/promises';
import { describeCause, EpisodeError } from './episode-error.ts';
import { diskFull, type EpisodeSink } from './sink.ts';

/**
 * Creates the file and appends to it.
 * @throws EpisodeError FILE_EXISTS, DISK_FULL or WRITE_FAILED
 */
export async function createNodeFileSink(path: string): Promise<EpisodeSink> {
  try {
    return sinkOfFile(await open(path, 'ax'), path);
  } catch (cause) {
    throw writeError(path, cause);
  }
}

/** A sink that appends to a file opened by the caller; `path` names it in errors. */
export function sinkOfFile(file: FileHandle, path: string): EpisodeSink {
  const guarded = async (action: () => Promise<unknown>) => {
    try {
      await action();
    } catch (cause) {
      throw writeError(path, cause);
    }
  };
  return {
    write: (bytes) =>
      guarded(async () => {
        for (let at = 0; at < bytes.length; ) {
          const { bytesWritten } = await file.write(bytes, at);
          at += bytesWritten;
        }
      }),
    sync: () => guarded(() => file.sync()),
    close: () => guarded(() => file.close()),
  };
}

function writeError(path: string, cause: unknown): EpisodeError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  switch (code) {
    case 'EEXIST':
      return new EpisodeError(
        'FILE_EXISTS',
        `${path} exists already.`,
        'Choose another name; episodes are never overwritten.',
        {
          cause,
        },
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(path, cause);
    default:
      return new EpisodeError(
        'WRITE_FAILED',
        `The recording stopped: ${path} cannot be written (${describeCause(cause)}). What was recorded before stays readable.`,
        'Check that the folder exists, is writable and its disk is present, then start a new recording.',
        { cause },
      );
  }
}
