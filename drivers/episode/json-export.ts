// Owns episodes as plain files that any program reads: for each a folder with what it is, what was called and said, one
// line of JSON per frame, and PNG pictures with depth. Must never leave a folder under its name that is not whole.

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { depthMillimetres } from '../../sim/cameras/png.ts';
import type { AlignedFrame } from './aligned-frames.ts';
import { EpisodeError } from './episode-error.ts';
import type { ExportableEpisode } from './exportable-episode.ts';
import { quickPng } from './quick-png.ts';
import type { EpisodeMessage, TopicName } from './reader.ts';

/** Events that are written whole, each into its own file, as `/call` into `calls.json`. */
const EVENT_TOPICS = {
  '/program': 'programs.json',
  '/check': 'checks.json',
  '/preview': 'previews.json',
  '/approval': 'approvals.json',
  '/gate': 'gate.json',
  '/call': 'calls.json',
  '/output': 'output.json',
  '/stop': 'stops.json',
  '/result': 'results.json',
} as const satisfies Partial<Record<TopicName, string>>;

type EventTopic = keyof typeof EVENT_TOPICS;

export interface JsonExportOptions {
  /** Folder of the export; must not exist, or be empty. */
  readonly folder: string;
  readonly framesPerS: number;
}

/**
 * Writes a folder `episode-ID` for each episode.
 * @throws EpisodeError FILE_EXISTS; as reading episodes does
 */
export async function exportJson(
  episodes: AsyncIterable<ExportableEpisode>,
  { folder, framesPerS }: JsonExportOptions,
  signal?: AbortSignal,
): Promise<{ readonly episodes: number; readonly frames: number }> {
  const there = await readdir(folder).catch(() => []);
  if (there.length > 0) {
    throw new EpisodeError(
      'FILE_EXISTS',
      `The folder ${folder} is not empty; nothing was written.`,
      'Name another folder, or remove that one.',
    );
  }
  await mkdir(folder, { recursive: true });
  const totals = { episodes: 0, frames: 0 };
  for await (const episode of episodes) {
    const name = `episode-${episode.info.id}`;
    const growing = join(folder, `${name}.partial`);
    try {
      totals.frames += await writeOne(episode, growing, framesPerS, signal);
      await rename(growing, join(folder, name));
    } catch (error) {
      await rm(growing, { recursive: true, force: true });
      throw error;
    }
    totals.episodes += 1;
  }
  return totals;
}

/** @returns how many frames it has */
async function writeOne(
  episode: ExportableEpisode,
  folder: string,
  framesPerS: number,
  signal?: AbortSignal,
): Promise<number> {
  for (const kind of ['color', 'depth']) {
    for (const { name } of episode.cameras) {
      await mkdir(join(folder, 'images', name.replaceAll(' ', '_'), kind), { recursive: true });
    }
  }
  await mkdir(folder, { recursive: true });
  const lines = createWriteStream(join(folder, 'frames.jsonl'));
  let frames = 0;
  for await (const frame of episode.frames(framesPerS, signal)) {
    if (!lines.write(`${JSON.stringify(frameLine(episode, frame))}\n`)) {
      await once(lines, 'drain');
    }
    await writePictures(episode, frame, folder);
    frames += 1;
  }
  lines.end();
  await finished(lines);
  await writeEvents(episode, folder);
  const { info, episode: recorded } = episode;
  await writeJson(join(folder, 'episode.json'), {
    ...info,
    startedNs: String(info.startedNs),
    outcome: recorded.outcome,
    framesPerS,
    frames,
    cameras: episode.cameras,
    units: 'metres, radians, newtons, seconds; quaternions w, x, y, z; poses in the base frame of the (left) arm',
  });
  return frames;
}

function frameLine({ things }: ExportableEpisode, frame: AlignedFrame) {
  const { index, timeS, robotTimeS, arms, transforms, call } = frame;
  return {
    index,
    timeS,
    robotTimeS,
    arms,
    things: Object.fromEntries(things.map((thing) => [thing, transforms.get(thing)])),
    call: call === undefined ? null : { block: call.block, call: call.call, name: call.name, line: call.line },
  };
}

async function writePictures(episode: ExportableEpisode, frame: AlignedFrame, folder: string): Promise<void> {
  for (const { name } of episode.cameras) {
    const { width, height, colorSrgb, depthM } = episode.picture(name, frame);
    const at = (kind: string) =>
      join(folder, 'images', name.replaceAll(' ', '_'), kind, `${String(frame.index).padStart(6, '0')}.png`);
    await writeFile(at('color'), quickPng({ kind: 'rgb8', width, height, data: colorSrgb }));
    await writeFile(at('depth'), quickPng({ kind: 'grey16', width, height, data: depthMillimetres(depthM) }));
  }
}

async function writeEvents({ episode }: ExportableEpisode, folder: string): Promise<void> {
  const events: Record<EventTopic, unknown[]> = Object.fromEntries(
    Object.keys(EVENT_TOPICS).map((topic) => [topic, []]),
  ) as unknown as Record<EventTopic, unknown[]>;
  for await (const { topic, timeS, message } of episode.messages(
    ...(Object.keys(EVENT_TOPICS) as EventTopic[]),
  ) as AsyncGenerator<EpisodeMessage<EventTopic>>) {
    events[topic].push({ timeS, ...message });
  }
  for (const [topic, name] of Object.entries(EVENT_TOPICS)) {
    await writeJson(join(folder, name), events[topic as EventTopic]);
  }
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}
