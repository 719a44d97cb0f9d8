// Owns writing a LeRobot data set, format v3.0 (https://github.com/huggingface/lerobot, src/lerobot/datasets): tables,
// videos, statistics and their indices, one episode after the other. A data set appears under its name only when it is
// whole. Must never hold more than one episode's frames in memory.

import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EpisodeError } from '../episode-error.ts';
import { columnOf, type Feature, SINGLE_FEATURES } from './features.ts';
import { type Cell, type Columns, type ColumnType, ParquetTable, writeTable } from './parquet-table.ts';
import { RunningStatistics, type Statistics } from './running-statistics.ts';
import { VIDEO_CODEC, VideoFile } from './video-file.ts';

export const CODEBASE_VERSION = 'v3.0';
const CHUNK_FILES = 1000;
const DATA_FILE_MB = 100;
const VIDEO_FILE_MB = 200;
const MB = 1024 * 1024;

export interface DataSetOptions {
  /** Folder of the data set; must not exist, or be empty. */
  readonly folder: string;
  readonly robotType: string;
  readonly framesPerS: number;
  /** Features that are lists of numbers, with the names of those. */
  readonly numbers: Readonly<Record<string, readonly string[]>>;
  /** Cameras by the name of their feature, as "observation.images.scene". */
  readonly cameras: Readonly<Record<string, { readonly width: number; readonly height: number }>>;
}

/** One frame: its numbers by feature, and its pictures (rgb, row by row from the top) by feature. */
export interface DataFrame {
  readonly numbers: Readonly<Record<string, readonly number[]>>;
  readonly subtask: string;
  readonly pictures: Readonly<Record<string, Uint8Array>>;
}

export interface EpisodeFacts {
  /** What was asked for, in words. */
  readonly task: string;
  readonly success: boolean;
  /** Further columns of the table of episodes: the same names for all episodes. */
  readonly notes: Readonly<Record<string, string>>;
}

export class DataSetWriter {
  readonly #options: DataSetOptions;
  /** Where it grows until it is whole. */
  readonly #root: string;
  readonly #features: Readonly<Record<string, Feature>>;
  readonly #tasks = new Map<string, number>();
  readonly #subtasks = new Map<string, number>();
  readonly #total: Readonly<Record<string, RunningStatistics>>;
  readonly #videos = new Map<string, { file: VideoFile; number: number }>();
  readonly #episodes: Record<string, Cell>[] = [];
  #data: { readonly table: ParquetTable; readonly number: number; bytes: number } | undefined;
  #frames = 0;

  private constructor(options: DataSetOptions) {
    this.#options = options;
    this.#root = `${options.folder}.partial`;
    this.#features = featuresOf(options);
    this.#total = statisticsOf(this.#features);
  }

  /** @throws EpisodeError FILE_EXISTS when something is there already, WRITE_FAILED */
  static async open(options: DataSetOptions): Promise<DataSetWriter> {
    const there = await readdir(options.folder).catch(() => []);
    if (there.length > 0) {
      throw new EpisodeError(
        'FILE_EXISTS',
        `The folder ${options.folder} is not empty; nothing was written.`,
        'Name another folder, or remove that one.',
      );
    }
    const writer = new DataSetWriter(options);
    await rm(writer.#root, { recursive: true, force: true });
    await mkdir(join(writer.#root, 'meta'), { recursive: true });
    return writer;
  }

  get totals(): { readonly episodes: number; readonly frames: number } {
    return { episodes: this.#episodes.length, frames: this.#frames };
  }

  /** Adds an episode, frame by frame. @throws EpisodeError NOT_EXPORTABLE for one without frames, VIDEO_FAILED */
  async add(frames: AsyncIterable<DataFrame>, { task, success, notes }: EpisodeFacts): Promise<void> {
    const episodeIndex = this.#episodes.length;
    const fromIndex = this.#frames;
    const taskIndex = indexIn(this.#tasks, task);
    const own = statisticsOf(this.#features);
    const cameras = Object.keys(this.#options.cameras);
    const videos = Object.fromEntries(await Promise.all(cameras.map(async (key) => [key, await this.#videoFor(key)])));
    const videoStarts = Object.fromEntries(cameras.map((key) => [key, videos[key].file.frames]));
    const rows: Record<string, Cell>[] = [];
    for await (const { numbers, subtask, pictures } of frames) {
      const frameIndex = rows.length;
      const row: Record<string, Cell> = {
        ...numbers,
        'next.reward': 0,
        'next.done': false,
        'next.success': false,
        subtask_index: indexIn(this.#subtasks, subtask),
        timestamp: frameIndex / this.#options.framesPerS,
        frame_index: frameIndex,
        episode_index: episodeIndex,
        index: fromIndex + frameIndex,
        task_index: taskIndex,
      };
      rows.push(row);
      for (const key of cameras) {
        await videos[key].file.add(pictures[key]);
        if (frameIndex % PICTURE_EVERY_FRAMES === 0) this.#notePicture([own[key], this.#total[key]], pictures[key]);
      }
    }
    const last = rows.at(-1);
    if (last === undefined) {
      throw new EpisodeError('NOT_EXPORTABLE', 'This episode holds no sample of the robot.', 'Leave it out.');
    }
    Object.assign(last, { 'next.done': true, 'next.success': success, 'next.reward': success ? 1 : 0 });
    for (const row of rows) {
      for (const [key, feature] of Object.entries(this.#features)) {
        if (feature.dtype === 'video') continue;
        const sample = asNumbers(row[key]);
        own[key].add(sample);
        this.#total[key].add(sample);
      }
    }
    const data = await this.#dataFor();
    data.table.write(rows);
    data.bytes += rows.length * rowBytes(this.#features);
    this.#frames += rows.length;
    this.#episodes.push({
      episode_index: episodeIndex,
      tasks: [task],
      length: rows.length,
      'data/chunk_index': Math.floor(data.number / CHUNK_FILES),
      'data/file_index': data.number % CHUNK_FILES,
      dataset_from_index: fromIndex,
      dataset_to_index: fromIndex + rows.length,
      ...Object.fromEntries(
        cameras.flatMap((key): [string, Cell][] => [
          [`videos/${key}/chunk_index`, Math.floor(videos[key].number / CHUNK_FILES)],
          [`videos/${key}/file_index`, videos[key].number % CHUNK_FILES],
          [`videos/${key}/from_timestamp`, videoStarts[key] / this.#options.framesPerS],
          [`videos/${key}/to_timestamp`, (videoStarts[key] + rows.length) / this.#options.framesPerS],
        ]),
      ),
      'meta/episodes/chunk_index': 0,
      'meta/episodes/file_index': 0,
      success,
      ...notes,
      ...flatStatistics(own, this.#features),
    });
  }

  /** Completes the data set and gives it its name. @throws EpisodeError VIDEO_FAILED */
  async finish(): Promise<void> {
    this.#data?.table.finish();
    for (const { file } of this.#videos.values()) await file.finish();
    const { framesPerS, robotType, folder } = this.#options;
    const meta = (name: string) => join(this.#root, 'meta', name);
    writeIndexed(meta('tasks.parquet'), 'task', 'task_index', this.#tasks);
    writeIndexed(meta('subtasks.parquet'), 'subtask', 'subtask_index', this.#subtasks);
    await mkdir(meta('episodes/chunk-000'), { recursive: true });
    const [first] = this.#episodes;
    if (first !== undefined) {
      const columns = Object.fromEntries(
        Object.entries(first).map(([name, cell]) => [name, episodeColumn(name, cell)]),
      );
      writeTable(meta('episodes/chunk-000/file-000.parquet'), columns, this.#episodes);
      const stats = Object.fromEntries(
        Object.entries(this.#total).map(([key, running]) => [key, shaped(running.result(), this.#features[key])]),
      );
      await writeFile(meta('stats.json'), `${JSON.stringify(stats, null, 4)}\n`);
    }
    const info = {
      codebase_version: CODEBASE_VERSION,
      robot_type: robotType,
      total_episodes: this.#episodes.length,
      total_frames: this.#frames,
      total_tasks: this.#tasks.size,
      chunks_size: CHUNK_FILES,
      data_files_size_in_mb: DATA_FILE_MB,
      video_files_size_in_mb: VIDEO_FILE_MB,
      fps: framesPerS,
      splits: { train: `0:${this.#episodes.length}` },
      data_path: 'data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet',
      video_path:
        Object.keys(this.#options.cameras).length === 0
          ? null
          : 'videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4',
      features: this.#features,
    };
    await writeFile(meta('info.json'), `${JSON.stringify(info, null, 4)}\n`);
    await rm(folder, { recursive: true, force: true });
    await rename(this.#root, folder);
  }

  /** Gives the data set up and removes what there is of it. */
  async abandon(): Promise<void> {
    for (const { file } of this.#videos.values()) await file.abandon();
    await rm(this.#root, { recursive: true, force: true });
  }

  /** The table of frames that the next episode goes into. */
  async #dataFor() {
    if (this.#data !== undefined && this.#data.bytes >= DATA_FILE_MB * MB) {
      this.#data.table.finish();
      this.#data = await this.#newData(this.#data.number + 1);
    }
    this.#data ??= await this.#newData(0);
    return this.#data;
  }

  async #newData(number: number) {
    const path = await this.#filePath('data', number, 'parquet');
    const columns: Columns = Object.fromEntries(
      Object.entries(this.#features).flatMap(([key, feature]): [string, ColumnType][] => {
        const column = columnOf(feature);
        return column === undefined ? [] : [[key, column]];
      }),
    );
    return { table: new ParquetTable(path, columns), number, bytes: 0 };
  }

  /** The video that the next episode of a camera goes into: episodes follow one another in a file until it is full. */
  async #videoFor(key: string) {
    let video = this.#videos.get(key);
    if (video !== undefined && (await video.file.bytes()) < VIDEO_FILE_MB * MB) return video;
    if (video !== undefined) await video.file.finish();
    const number = video === undefined ? 0 : video.number + 1;
    const path = await this.#filePath(join('videos', key), number, 'mp4');
    video = {
      file: new VideoFile(path, { ...this.#options.cameras[key], framesPerS: this.#options.framesPerS }),
      number,
    };
    this.#videos.set(key, video);
    return video;
  }

  async #filePath(kind: string, number: number, extension: string): Promise<string> {
    const three = (n: number) => String(n).padStart(3, '0');
    const name = `chunk-${three(Math.floor(number / CHUNK_FILES))}/file-${three(number % CHUNK_FILES)}.${extension}`;
    const path = join(this.#root, kind, name);
    await mkdir(dirname(path), { recursive: true });
    return path;
  }

  #notePicture(statistics: readonly RunningStatistics[], picture: Uint8Array): void {
    let first = true;
    for (let at = 0; at + 2 < picture.length; at += 3 * PIXEL_STRIDE) {
      const pixel = [picture[at] / 255, picture[at + 1] / 255, picture[at + 2] / 255];
      for (const running of statistics) running.add(pixel, first);
      first = false;
    }
  }
}

/** Of the pictures, each tenth counts for the statistics, and of its pixels each 61st: a prime meets every column. */
const PICTURE_EVERY_FRAMES = 10;
const PIXEL_STRIDE = 61;

function featuresOf({ numbers, cameras, framesPerS }: DataSetOptions): Readonly<Record<string, Feature>> {
  return {
    ...Object.fromEntries(
      Object.entries(numbers).map(([key, names]): [string, Feature] => [
        key,
        { dtype: 'float32', shape: [names.length], names },
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(cameras).map(([key, { width, height }]): [string, Feature] => [
        key,
        {
          dtype: 'video',
          shape: [height, width, 3],
          names: ['height', 'width', 'channels'],
          info: {
            'video.height': height,
            'video.width': width,
            'video.codec': VIDEO_CODEC.codec,
            'video.pix_fmt': VIDEO_CODEC.pixelFormat,
            'video.is_depth_map': false,
            'video.fps': framesPerS,
            'video.channels': 3,
            has_audio: false,
          },
        },
      ]),
    ),
    ...SINGLE_FEATURES,
  };
}

function statisticsOf(features: Readonly<Record<string, Feature>>): Record<string, RunningStatistics> {
  return Object.fromEntries(
    Object.entries(features).map(([key, { dtype, shape }]) => [
      key,
      new RunningStatistics(dtype === 'video' ? 3 : shape[0]),
    ]),
  );
}

/** Statistics of pictures have the shape channels x 1 x 1. */
function shaped(statistics: Statistics, { dtype }: Feature): Readonly<Record<string, Cell>> {
  if (dtype !== 'video') return { ...statistics };
  return Object.fromEntries(
    Object.entries(statistics).map(([name, values]: [string, readonly number[]]) => [
      name,
      name === 'count' ? values : values.map((value) => [[value]]),
    ]),
  );
}

function flatStatistics(
  own: Readonly<Record<string, RunningStatistics>>,
  features: Readonly<Record<string, Feature>>,
): Record<string, Cell> {
  return Object.fromEntries(
    Object.entries(own).flatMap(([key, running]) =>
      Object.entries(shaped(running.result(), features[key])).map(([name, value]) => [`stats/${key}/${name}`, value]),
    ),
  );
}

/** The type of a column of the table of episodes, from its name and first value. */
function episodeColumn(name: string, cell: Cell): ColumnType {
  if (Array.isArray(cell)) {
    return { list: episodeColumn(name, cell[0]) };
  }
  if (typeof cell === 'string') return 'string';
  if (typeof cell === 'boolean') return 'bool';
  const whole = !name.endsWith('_timestamp') && (!name.startsWith('stats/') || name.endsWith('/count'));
  return whole ? 'int64' : 'float64';
}

function writeIndexed(path: string, textColumn: string, indexColumn: string, texts: ReadonlyMap<string, number>): void {
  const rows = [...texts].map(([text, index]) => ({ [indexColumn]: index, [textColumn]: text }));
  writeTable(path, { [indexColumn]: 'int64', [textColumn]: 'string' }, rows, textColumn);
}

function indexIn(texts: Map<string, number>, text: string): number {
  const known = texts.get(text);
  if (known !== undefined) return known;
  texts.set(text, texts.size);
  return texts.size - 1;
}

function asNumbers(cell: Cell): number[] {
  return Array.isArray(cell) ? cell.map(Number) : [Number(cell)];
}

function rowBytes(features: Readonly<Record<string, Feature>>): number {
  return Object.values(features).reduce((sum, { dtype, shape }) => sum + (dtype === 'video' ? 0 : 4 * shape[0]), 0);
}
