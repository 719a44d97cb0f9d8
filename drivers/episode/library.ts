// Owns the list of episodes in a folder: what each is and how it ended, from a few reads of each file. Must never fail
// because of one file, and never change any.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describeCause, EpisodeError } from './episode-error.ts';
import type { EpisodeInfo, EpisodeOutcome } from './episode-info.ts';
import { openMcap } from './mcap-container.ts';
import { openFileSource } from './node-file-source.ts';
import { type Episode, episodeOf } from './reader.ts';
import type { EpisodeSource } from './source.ts';

/** The beginning of a file, which says what the episode is. */
const HEAD_BYTES = 64 * 1024;
/** Up to this size an unfinished file is read whole, to know how long it is: about 50 ms. */
const WALK_BYTES = 8 * 1024 * 1024;
const OPEN_AT_ONCE = 8;

export interface EpisodeSummary {
  /** Path of the file. */
  readonly file: string;
  readonly byteLength: number;
  readonly info: EpisodeInfo;
  /** Start of the recording, ISO 8601 in UTC. */
  readonly started: string;
  /** 'interrupted' when the file does not say how it ended. */
  readonly outcome: EpisodeOutcome['outcome'] | 'interrupted';
  readonly stage: EpisodeOutcome['stage'] | null;
  readonly traceHash: string | null;
  /** Robot time from the first to the last message, seconds; null when only recovering the file would tell. */
  readonly robotDurationS: number | null;
  /** False for a file without an index: still being recorded, or cut; `capstan episodes recover` completes it. */
  readonly complete: boolean;
}

export interface EpisodeListing {
  /** Newest first. */
  readonly episodes: readonly EpisodeSummary[];
  /** Files that look like episodes by their names but cannot be listed, with the reason. */
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
}

/**
 * Lists the `.mcap` files in a folder and its subfolders; a folder that does not exist holds none.
 * @throws EpisodeError READ_FAILED when the folder cannot be read
 */
export async function listEpisodes(folder: string, signal?: AbortSignal): Promise<EpisodeListing> {
  const files = await mcapFiles(folder);
  const episodes: EpisodeSummary[] = [];
  const skipped: { file: string; reason: string }[] = [];
  const queue = files.values();
  const worker = async () => {
    for (const file of queue) {
      signal?.throwIfAborted();
      try {
        episodes.push(await summarizeFile(file));
      } catch (cause) {
        skipped.push({ file, reason: describeCause(cause) });
      }
    }
  };
  await Promise.all(Array.from({ length: OPEN_AT_ONCE }, worker));
  episodes.sort((a, b) => compare(b.started, a.started) || compare(a.file, b.file));
  skipped.sort((a, b) => compare(a.file, b.file));
  return { episodes, skipped };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

async function mcapFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && entry.name.endsWith('.mcap'))
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw new EpisodeError('READ_FAILED', `${folder} cannot be read: ${describeCause(cause)}.`, 'Check the folder.', {
      cause,
    });
  }
}

async function summarizeFile(file: string): Promise<EpisodeSummary> {
  const source = await openFileSource(file);
  try {
    return { file, ...(await summarizeEpisode(source)) };
  } finally {
    await source.close();
  }
}

/**
 * What an episode is, from its index, or without one from its beginning.
 * @throws EpisodeError as readEpisode does; Error when the file was cut before it says what it is
 */
export async function summarizeEpisode(source: EpisodeSource): Promise<Omit<EpisodeSummary, 'file'>> {
  const byteLength = await source.size();
  const { episode, robotDurationS } = await openBriefly(source, byteLength);
  if (episode.info === null) throw new Error('the recording was cut before it says what it is');
  const { startedNs, formatVersion: _, ...info } = episode.info;
  return {
    byteLength,
    info,
    started: new Date(Number(startedNs / 1_000_000n)).toISOString(),
    outcome: episode.outcome?.outcome ?? 'interrupted',
    stage: episode.outcome?.stage ?? null,
    traceHash: episode.outcome?.traceHash ?? null,
    robotDurationS,
    complete: episode.complete,
  };
}

async function openBriefly(
  source: EpisodeSource,
  byteLength: number,
): Promise<{ episode: Episode; robotDurationS: number | null }> {
  try {
    const episode = episodeOf(await openMcap(source, 'index'));
    return { episode, robotDurationS: episode.duration.robotS };
  } catch (cause) {
    if (cause instanceof EpisodeError) throw cause;
  }
  if (byteLength <= WALK_BYTES) {
    const episode = episodeOf(await openMcap(source, 'walk'));
    return { episode, robotDurationS: episode.duration.robotS };
  }
  const head: EpisodeSource = { size: async () => HEAD_BYTES, read: (offset, length) => source.read(offset, length) };
  return { episode: episodeOf(await openMcap(head, 'walk')), robotDurationS: null };
}
