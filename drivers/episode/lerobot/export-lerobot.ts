// Owns turning recorded episodes into a LeRobot data set: which features they share, and each frame's values.
// Must never write an episode whose columns mean something else than those of the first.

import type { AlignedFrame } from '../aligned-frames.ts';
import { EpisodeError } from '../episode-error.ts';
import type { ExportableEpisode } from '../exportable-episode.ts';
import { type DataFrame, DataSetWriter } from './data-set.ts';
import { type EpisodeLayout, numberFeatures, subtaskOf } from './features.ts';

export interface ExportOptions {
  /** Folder of the data set; must not exist, or be empty. */
  readonly folder: string;
  readonly framesPerS: number;
  /** Things whose poses become the state of the task; none where the scenes of the episodes differ. */
  readonly things: readonly string[];
}

export interface ExportTotals {
  readonly episodes: number;
  readonly frames: number;
}

/**
 * Writes one data set of all episodes.
 * @param episodes each is read before the next is asked for
 * @throws EpisodeError NOT_EXPORTABLE when they do not fit together, FILE_EXISTS, VIDEO_FAILED; nothing is left then
 */
export async function exportLerobot(
  episodes: AsyncIterable<ExportableEpisode>,
  { folder, framesPerS, things }: ExportOptions,
  signal?: AbortSignal,
): Promise<ExportTotals> {
  let writer: DataSetWriter | undefined;
  let layout: EpisodeLayout | undefined;
  let first: ExportableEpisode | undefined;
  try {
    for await (const episode of episodes) {
      first ??= episode;
      layout ??= { arm0FromBases: episode.arm0FromBases, things };
      assertAlike(first, episode);
      writer ??= await DataSetWriter.open({
        folder,
        framesPerS,
        robotType: episode.arm0FromBases.length === 1 ? 'panda' : 'two_pandas',
        numbers: Object.fromEntries(
          Object.entries(numberFeatures(layout)).map(([key, { names }]): [string, readonly string[]] => [key, names]),
        ),
        cameras: Object.fromEntries(
          episode.cameras.map(({ name, width, height }) => [featureOf(name), { width, height }]),
        ),
      });
      const { info, success } = episode;
      await writer.add(dataFrames(episode, layout, framesPerS, signal), {
        task: (info.instruction ?? info.task).trim(),
        success,
        notes: {
          'capstan/episode': info.id,
          'capstan/task': info.task,
          'capstan/seed': String(info.seed ?? ''),
          'capstan/tier': info.tier,
          'capstan/policy': info.policy,
          'capstan/robot': `${info.robotKind} ${info.robotId}`,
          'capstan/outcome': episode.episode.outcome?.outcome ?? 'interrupted',
          'capstan/stage': episode.episode.outcome?.stage ?? '',
          'capstan/trace_hash': episode.episode.outcome?.traceHash ?? '',
        },
      });
    }
    if (writer === undefined) {
      throw new EpisodeError(
        'NOT_EXPORTABLE',
        'No episode was left to export; nothing was written.',
        'Try --keep all.',
      );
    }
    await writer.finish();
    return writer.totals;
  } catch (error) {
    await writer?.abandon();
    throw error;
  }
}

const featureOf = (camera: string) => `observation.images.${camera.replaceAll(' ', '_')}`;

async function* dataFrames(
  episode: ExportableEpisode,
  layout: EpisodeLayout,
  framesPerS: number,
  signal?: AbortSignal,
): AsyncGenerator<DataFrame> {
  const features = Object.entries(numberFeatures(layout));
  for await (const frame of episode.frames(framesPerS, signal)) {
    yield {
      numbers: Object.fromEntries(features.map(([key, feature]) => [key, feature.value(frame, layout)])),
      subtask: subtaskOf(frame),
      pictures: picturesOf(episode, frame),
    };
  }
}

function picturesOf(episode: ExportableEpisode, frame: AlignedFrame): Record<string, Uint8Array> {
  return Object.fromEntries(
    episode.cameras.map(({ name }) => [featureOf(name), episode.picture(name, frame).colorSrgb]),
  );
}

/** Columns must mean the same in every episode. */
function assertAlike(first: ExportableEpisode, other: ExportableEpisode): void {
  const different = (what: string, hint: string) =>
    new EpisodeError(
      'NOT_EXPORTABLE',
      `${other.file} has ${what} than ${first.file}; one data set has the same columns for all. Nothing was written.`,
      hint,
    );
  if (first.arm0FromBases.length !== other.arm0FromBases.length) {
    throw different('another number of arms', 'Export tasks of one arm and of two arms apart.');
  }
  if (JSON.stringify(first.cameras) !== JSON.stringify(other.cameras)) {
    throw different('other cameras', 'Export them apart.');
  }
}
