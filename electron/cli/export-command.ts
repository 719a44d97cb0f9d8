// Owns `capstan export`: recorded episodes as a data set for training, or as plain JSON with pictures.

import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EpisodeError } from '../../drivers/episode/episode-error.ts';
import { type ExportableEpisode, openExportable } from '../../drivers/episode/exportable-episode.ts';
import { exportJson } from '../../drivers/episode/json-export.ts';
import { exportLerobot } from '../../drivers/episode/lerobot/export-lerobot.ts';
import { requireFfmpeg } from '../../drivers/episode/lerobot/video-file.ts';
import { NotFoundError } from '../session/installation.ts';
import { answer, type Command, oneOf, tell, UsageError } from './command.ts';

export const EXPORT_COMMAND: Command = {
  name: 'export',
  usage: 'EPISODE...',
  summary: 'writes episodes, or folders of them, as a LeRobot data set or as JSON with pictures',
  options: {
    format: {
      type: 'string',
      value: 'lerobot|json',
      help: 'a LeRobot v3.0 data set with videos, or a folder of JSON and PNG for each episode',
      default: 'lerobot',
    },
    out: { type: 'string', value: 'DIR', help: 'folder to write; must not exist, or be empty' },
    fps: { type: 'string', value: '10|15|30', help: 'frames per second of robot time', default: '15' },
    images: {
      type: 'string',
      value: 'full|half|none',
      help: 'pictures of the scene and wrist cameras, drawn again from the recorded states',
      default: 'half',
    },
    keep: { type: 'string', value: 'all|success', help: 'which episodes', default: 'all' },
    json: { type: 'boolean', help: 'print what was written as JSON on stdout' },
  },
  run: async (input) => {
    const out = input.text('out');
    if (input.words.length === 0) throw new UsageError('name the episodes, or a folder that holds them');
    if (out === undefined) throw new UsageError('--out names the folder to write');
    const format = oneOf('format', input.text('format') ?? '', ['lerobot', 'json']);
    const framesPerS = Number(oneOf('fps', input.text('fps') ?? '', ['10', '15', '30']));
    const images = oneOf('images', input.text('images') ?? '', ['full', 'half', 'none']);
    const keep = oneOf('keep', input.text('keep') ?? '', ['all', 'success']);
    const share = { full: 1, half: 0.5, none: 0 }[images];
    if (format === 'lerobot' && share > 0) requireFfmpeg();
    const files = await episodeFiles(input.words);
    const folder = resolve(out);
    const cancel = new AbortController();
    const interrupt = () => cancel.abort(new Error('Ctrl-C: the export was given up; nothing of it is kept.'));
    process.once('SIGINT', interrupt);
    try {
      const written = await exportAll(files, { format, framesPerS, share, keep, folder }, cancel.signal);
      if (input.flag('json')) answer(written);
      return 0;
    } catch (error) {
      if (cancel.signal.aborted) throw cancel.signal.reason;
      throw error;
    } finally {
      process.off('SIGINT', interrupt);
    }
  },
};

interface Wanted {
  readonly format: 'lerobot' | 'json';
  readonly framesPerS: number;
  readonly share: number;
  readonly keep: 'all' | 'success';
  readonly folder: string;
}

async function exportAll(files: readonly string[], wanted: Wanted, signal: AbortSignal) {
  const { format, framesPerS, share, keep, folder } = wanted;
  let left = 0;
  const beganMs = performance.now();
  let done = 0;
  async function* episodes(): AsyncGenerator<ExportableEpisode> {
    for (const file of files) {
      signal.throwIfAborted();
      const episode = await openExportable(file, share);
      try {
        if (keep === 'success' && !episode.success) {
          left += 1;
          continue;
        }
        yield episode;
      } finally {
        await episode.close();
      }
      done += 1;
      const perEpisodeS = (performance.now() - beganMs) / 1000 / done;
      const remaining = (files.length - done - left) * perEpisodeS;
      tell(
        `${done} of ${files.length - left} episodes${remaining > 1 ? `, about ${Math.ceil(remaining)} s left` : ''}`,
      );
    }
  }
  const totals =
    format === 'lerobot'
      ? await exportLerobot(episodes(), { folder, framesPerS, things: await commonThings(files) }, signal)
      : await exportJson(episodes(), { folder, framesPerS }, signal);
  const leftOut = left === 0 ? '' : `; ${left} that did not succeed were left out`;
  tell(`${folder}: ${totals.episodes} episodes, ${totals.frames} frames at ${framesPerS} a second${leftOut}`);
  return { format, folder, ...totals, leftOut: left };
}

/** The things that stand in every scene alike; none, said so, where scenes differ. */
async function commonThings(files: readonly string[]): Promise<readonly string[]> {
  let common: readonly string[] | undefined;
  for (const file of files) {
    const episode = await openExportable(file, 0);
    await episode.close();
    common ??= episode.things;
    if (JSON.stringify(common) === JSON.stringify(episode.things)) continue;
    tell('the episodes have different things in their scenes: observation.environment_state is left out');
    return [];
  }
  return common ?? [];
}

/** The files named, and those in the folders named, sorted within each. @throws NotFoundError, EpisodeError */
async function episodeFiles(words: readonly string[]): Promise<readonly string[]> {
  const files: string[] = [];
  for (const word of words) {
    const path = resolve(word);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) throw new NotFoundError(`there is no file or folder ${path}`);
    if (!stats.isDirectory()) {
      files.push(path);
      continue;
    }
    const names = await readdir(path, { recursive: true });
    files.push(
      ...names
        .filter((name) => name.endsWith('.mcap'))
        .sort()
        .map((name) => join(path, name)),
    );
  }
  if (files.length > 0) return files;
  throw new EpisodeError('NOT_EXPORTABLE', 'There are no episodes in what was named.', 'capstan run records one.');
}
