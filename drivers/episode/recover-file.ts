// Owns recovering an episode file on disk: the completed copy stands beside the original. Must never touch the original
// or leave half a copy.

import { unlink } from 'node:fs/promises';
import { EpisodeError } from './episode-error.ts';
import { openMcap } from './mcap-container.ts';
import { createNodeFileSink } from './node-file-sink.ts';
import { openFileSource } from './node-file-source.ts';
import { episodeOf } from './reader.ts';
import { type RecoveryReport, recoverEpisode } from './recovery.ts';
import type { EpisodeSource } from './source.ts';

export type FileRecovery =
  | { readonly status: 'already-complete' }
  | { readonly status: 'recovered'; readonly file: string; readonly report: RecoveryReport };

/**
 * Completes `NAME.mcap` into `NAME.recovered.mcap`.
 * @throws EpisodeError READ_FAILED, NOT_MCAP, FOREIGN_FILE, FUTURE_VERSION, FILE_EXISTS, DISK_FULL, WRITE_FAILED
 */
export async function recoverEpisodeFile(file: string, signal?: AbortSignal): Promise<FileRecovery> {
  const source = await openFileSource(file);
  try {
    if (await hasIndex(source)) return { status: 'already-complete' };
    const target = file.replace(/(\.mcap)?$/, '.recovered.mcap');
    const sink = await createNodeFileSink(target);
    try {
      return { status: 'recovered', file: target, report: await recoverEpisode(source, sink, signal) };
    } catch (cause) {
      await unlink(target);
      throw cause;
    }
  } finally {
    await source.close();
  }
}

async function hasIndex(source: EpisodeSource): Promise<boolean> {
  try {
    episodeOf(await openMcap(source, 'index')); // refuses files that are not ours
    return true;
  } catch (cause) {
    if (cause instanceof EpisodeError) throw cause;
    return false;
  }
}
