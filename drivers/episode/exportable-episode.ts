// Owns an episode opened for an export: what it is, its aligned frames, and pictures of every instant, drawn again from
// the recorded states where a simulation was recorded. Must never write anything.

import { loadMujoco } from '../../sim/engine/mujoco.ts';
import type { Pose } from '../../sim/spatial.ts';
import { parseTask } from '../../sim/tasks/parse-task.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import { parseRig } from '../rig/rig-file.ts';
import { StatePictures } from '../simulated/state-pictures.ts';
import { type AlignedFrame, alignedFrames } from './aligned-frames.ts';
import { EpisodeError } from './episode-error.ts';
import type { RecordedInfo } from './episode-info.ts';
import { openFileSource } from './node-file-source.ts';
import { type Episode, readEpisode } from './reader.ts';

export interface ExportablePicture {
  readonly width: number;
  readonly height: number;
  /** Row by row from the top, red green blue. */
  readonly colorSrgb: Uint8Array;
  /** Metres along the optical axis; 0 where nothing was met. */
  readonly depthM: Float32Array;
}

export interface ExportableEpisode {
  readonly file: string;
  readonly episode: Episode;
  readonly info: RecordedInfo;
  readonly success: boolean;
  /** Bases of the arms, left then right, in the base frame of the left one. */
  readonly arm0FromBases: readonly Pose[];
  /** Things that can be moved, by name, in the order of the task. */
  readonly things: readonly string[];
  /** Names and sizes of the cameras; none where pictures were not asked for. */
  readonly cameras: readonly { readonly name: string; readonly width: number; readonly height: number }[];
  frames(framesPerS: number, signal?: AbortSignal): AsyncGenerator<AlignedFrame, void, void>;
  /** What a camera sees at a frame. @throws EpisodeError NOT_EXPORTABLE when the state of that instant is missing */
  picture(camera: string, frame: AlignedFrame): ExportablePicture;
  close(): Promise<void>;
}

/**
 * Opens one episode.
 * @param pictureShare of the cameras' width and height, in (0, 1]; 0 for no pictures
 * @throws EpisodeError as readEpisode does; NOT_EXPORTABLE when it lacks what an export needs
 */
export async function openExportable(file: string, pictureShare: number): Promise<ExportableEpisode> {
  const source = await openFileSource(file);
  try {
    const episode = await readEpisode(source);
    const cannot = (why: string, hint: string) => new EpisodeError('NOT_EXPORTABLE', `${file} ${why}.`, hint);
    const { info, outcome } = episode;
    if (info === null) throw cannot('was cut before it says what it is', 'Leave it out.');
    const text = async (name: string) => {
      const attachment = episode.attachments.find((one) => one.name === name);
      if (attachment !== undefined) return new TextDecoder().decode(await attachment.read());
      throw cannot(`lacks its ${name}`, 'Recover it with "capstan episodes recover", or leave it out.');
    };
    const rig = parseRig(await text('rig.yaml'), `rig.yaml of ${file}`);
    const task = parseTask(await text('task.yaml'), `task.yaml of ${file}`);
    const pictures = pictureShare === 0 ? undefined : await picturesOf(info, task, pictureShare, cannot);
    const scene = await firstScene(episode);
    return {
      file,
      episode,
      info,
      success: outcome?.outcome === 'succeeded',
      arm0FromBases: rig.envelope.arms.slice(0, task.robot.arms).map(({ arm0FromBase }) => arm0FromBase),
      things: scene,
      cameras: pictures?.cameras ?? [],
      frames: (framesPerS, signal) => alignedFrames(episode, framesPerS, signal),
      picture: (camera, { trace, marks }) => {
        if (pictures === undefined) throw new RangeError('this episode was opened without pictures');
        if (trace === undefined) throw cannot('has no state of the physics to draw', 'Export it with --images none.');
        pictures.show({ qpos: trace.qpos, marks });
        return pictures.look(camera);
      },
      close: async () => {
        pictures?.dispose();
        await source.close();
      },
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function picturesOf(
  info: RecordedInfo,
  task: Task,
  share: number,
  cannot: (why: string, hint: string) => EpisodeError,
): Promise<StatePictures> {
  if (info.robotKind !== 'simulated' || info.seed === null) {
    throw cannot('is of a real robot, whose pictures cannot be drawn again', 'Export it with --images none.');
  }
  return new StatePictures(await loadMujoco(), task, info.seed, share);
}

/** Things of the scene that move with a frame of their own. */
async function firstScene(episode: Episode): Promise<readonly string[]> {
  for await (const { message } of episode.messages('/scene')) {
    return message.entities.filter(({ id, frame }) => id === frame && !id.includes('/')).map(({ id }) => id);
  }
  return [];
}
