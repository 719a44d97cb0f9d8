// Owns finding what is wrong with a LeRobot v3.0 data set, whoever wrote it: each problem with its file, what it means
// and what to do. Must never change anything, nor stop at the first problem.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { z } from 'zod';
import { describeCause } from '../episode-error.ts';
import { CODEBASE_VERSION } from './data-set.ts';

export interface DataSetProblem {
  /** Path within the data set. */
  readonly file: string;
  readonly problem: string;
  /** What to do about it. */
  readonly fix: string;
}

export interface DataSetReport {
  readonly episodes: number;
  readonly frames: number;
  readonly videos: number;
  /** False where no ffprobe was found: frames of videos were not counted then. */
  readonly videosChecked: boolean;
  readonly problems: readonly DataSetProblem[];
}

const featureSchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().positive()),
  names: z.unknown().optional(),
});
const infoSchema = z.object({
  codebase_version: z.string(),
  fps: z.number().positive(),
  total_episodes: z.int().nonnegative(),
  total_frames: z.int().nonnegative(),
  total_tasks: z.int().nonnegative(),
  data_path: z.string(),
  video_path: z.string().nullable(),
  features: z.record(z.string(), featureSchema),
});
type Info = z.infer<typeof infoSchema>;
type Row = Readonly<Record<string, unknown>>;

const REQUIRED_COLUMNS = ['timestamp', 'frame_index', 'episode_index', 'index', 'task_index'] as const;
const QUANTILE_NAMES = ['q01', 'q10', 'q50', 'q90', 'q99'] as const;
const MANY = 40;
const EXPORT_AGAIN = 'Export the episodes again; the file was changed or cut after it was written.';

export async function checkDataSet(folder: string): Promise<DataSetReport> {
  const checker = new Checker(folder);
  await checker.run();
  return checker.report();
}

class Checker {
  readonly #folder: string;
  readonly #problems: DataSetProblem[] = [];
  #episodes = 0;
  #frames = 0;
  #videos = 0;
  #videosChecked = true;

  constructor(folder: string) {
    this.#folder = folder;
  }

  report(): DataSetReport {
    return {
      episodes: this.#episodes,
      frames: this.#frames,
      videos: this.#videos,
      videosChecked: this.#videosChecked,
      problems: this.#problems,
    };
  }

  async run(): Promise<void> {
    const info = await this.#readInfo();
    if (info === undefined) return;
    const tasks = await this.#readTasks(info);
    await this.#checkStatistics(info);
    const episodes = await this.#readRows('meta/episodes/chunk-000/file-000.parquet');
    if (episodes === undefined) return;
    this.#checkEpisodes(info, episodes);
    await this.#checkData(info, episodes, tasks);
    this.#checkVideos(info, episodes);
  }

  #complain(file: string, problem: string, fix: string): void {
    if (this.#problems.length < MANY) this.#problems.push({ file, problem, fix });
  }

  async #readInfo(): Promise<Info | undefined> {
    const file = 'meta/info.json';
    let json: unknown;
    try {
      json = JSON.parse(await readFile(join(this.#folder, file), 'utf8'));
    } catch (cause) {
      this.#complain(
        file,
        `it cannot be read: ${describeCause(cause)}`,
        'Name the folder that holds meta/, data/ and videos/.',
      );
      return undefined;
    }
    const parsed = infoSchema.safeParse(json);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      this.#complain(file, `${issue.path.join('.')}: ${issue.message}`, 'Write the field as LeRobot v3.0 does.');
      return undefined;
    }
    if (parsed.data.codebase_version !== CODEBASE_VERSION) {
      this.#complain(
        file,
        `its format is ${parsed.data.codebase_version}, not ${CODEBASE_VERSION}`,
        'Convert it: python -m lerobot.scripts.convert_dataset_v21_to_v30.',
      );
      return undefined;
    }
    for (const name of REQUIRED_COLUMNS) {
      if (parsed.data.features[name] === undefined) {
        this.#complain(file, `the feature "${name}" is missing`, 'LeRobot needs it in every data set.');
      }
    }
    return parsed.data;
  }

  async #readTasks({ total_tasks }: Info): Promise<number> {
    const file = 'meta/tasks.parquet';
    const rows = await this.#readRows(file);
    if (rows === undefined) return 0;
    const { key_value_metadata } = await parquetMetadataAsync(await asyncBufferFromFile(join(this.#folder, file)));
    const note = key_value_metadata?.find(({ key }) => key === 'pandas')?.value;
    if (note === undefined || !/"index_columns":\s*\["[^"]+"\]/.test(note)) {
      this.#complain(
        file,
        'pandas would not find the task texts: the file does not say which column is the index',
        'Write the key "pandas" into the schema metadata, with "index_columns": ["task"].',
      );
    }
    if (rows.length !== total_tasks) {
      this.#complain(file, `it has ${rows.length} tasks, info.json says ${total_tasks}`, EXPORT_AGAIN);
    }
    rows.forEach((row, i) => {
      if (Number(row.task_index) !== i) this.#complain(file, `task ${i} has the index ${row.task_index}`, EXPORT_AGAIN);
    });
    return rows.length;
  }

  async #checkStatistics({ features }: Info): Promise<void> {
    const file = 'meta/stats.json';
    let stats: Record<string, Record<string, unknown>>;
    try {
      stats = z
        .record(z.string(), z.record(z.string(), z.unknown()))
        .parse(JSON.parse(await readFile(join(this.#folder, file), 'utf8')));
    } catch (cause) {
      this.#complain(file, `it cannot be read: ${describeCause(cause)}`, 'Training needs statistics: export again.');
      return;
    }
    for (const [name, { dtype, shape }] of Object.entries(features)) {
      if (dtype === 'string') continue;
      const size = dtype === 'video' || dtype === 'image' ? shape[shape.length - 1] : shape[0];
      for (const kind of ['mean', 'std', 'min', 'max', ...QUANTILE_NAMES]) {
        const values = [stats[name]?.[kind]].flat(3);
        if (values.length !== size || !values.every((value) => typeof value === 'number' && Number.isFinite(value))) {
          this.#complain(file, `"${name}" has no ${kind} of ${size} numbers`, 'Training needs it: export again.');
        }
      }
    }
  }

  #checkEpisodes(info: Info, episodes: readonly Row[]): void {
    const file = 'meta/episodes/chunk-000/file-000.parquet';
    this.#episodes = episodes.length;
    if (episodes.length !== info.total_episodes) {
      this.#complain(file, `it has ${episodes.length} episodes, info.json says ${info.total_episodes}`, EXPORT_AGAIN);
    }
    let next = 0;
    episodes.forEach((row, i) => {
      const [from, to, length] = ['dataset_from_index', 'dataset_to_index', 'length'].map((name) => Number(row[name]));
      if (Number(row.episode_index) !== i)
        this.#complain(file, `episode ${i} has the index ${row.episode_index}`, EXPORT_AGAIN);
      if (from !== next || to !== from + length) {
        this.#complain(
          file,
          `episode ${i} has frames ${from} to ${to}, but ${length} from ${next} on were expected`,
          EXPORT_AGAIN,
        );
      }
      next = to;
    });
    if (next !== info.total_frames) {
      this.#complain(file, `its episodes have ${next} frames, info.json says ${info.total_frames}`, EXPORT_AGAIN);
    }
  }

  async #checkData(info: Info, episodes: readonly Row[], tasks: number): Promise<void> {
    const numbers = Object.entries(info.features).filter(([, { dtype }]) => dtype !== 'video' && dtype !== 'image');
    for (const [path, own] of groupBy(episodes, (row) => filePath(info.data_path, row, 'data'))) {
      const rows = await this.#readRows(path);
      if (rows === undefined) continue;
      this.#frames += rows.length;
      const expected = own.reduce((sum, row) => sum + Number(row.length), 0);
      if (rows.length !== expected)
        this.#complain(path, `it has ${rows.length} frames, its episodes ${expected}`, EXPORT_AGAIN);
      for (const [name, { dtype, shape }] of numbers) {
        const bad = rows.findIndex((row) => !fits(row[name], dtype, shape));
        if (bad >= 0) {
          this.#complain(
            path,
            `"${name}" of row ${bad} is not ${dtype} of shape [${shape.join(', ')}], or holds what is no number`,
            'Make the declared feature and the column agree.',
          );
        }
      }
      this.#checkOrder(info, path, rows, own, tasks);
    }
    if (this.#frames !== info.total_frames) {
      this.#complain('data', `there are ${this.#frames} frames, info.json says ${info.total_frames}`, EXPORT_AGAIN);
    }
  }

  /** Counters and times go up by one frame each. */
  #checkOrder(info: Info, path: string, rows: readonly Row[], own: readonly Row[], tasks: number): void {
    let at = 0;
    for (const episode of own) {
      for (let frame = 0; frame < Number(episode.length); frame++, at++) {
        const row = rows[at];
        if (row === undefined) return;
        const right =
          Number(row.frame_index) === frame &&
          Number(row.episode_index) === Number(episode.episode_index) &&
          Number(row.index) === Number(episode.dataset_from_index) + frame &&
          // Stored as float32.
          Math.abs(Number(row.timestamp) - frame / info.fps) < 1e-4 * Math.max(1, frame / info.fps) &&
          Number(row.task_index) < tasks;
        if (right) continue;
        this.#complain(
          path,
          `row ${at} is not frame ${frame} of episode ${episode.episode_index} at ${(frame / info.fps).toFixed(3)} s with a task that exists`,
          EXPORT_AGAIN,
        );
        return;
      }
    }
  }

  #checkVideos(info: Info, episodes: readonly Row[]): void {
    const keys = Object.entries(info.features).filter(([, { dtype }]) => dtype === 'video');
    if (keys.length === 0) return;
    this.#videosChecked = spawnSync('ffprobe', ['-version']).status === 0;
    for (const [key, { shape }] of keys) {
      if (info.video_path === null) {
        this.#complain('meta/info.json', `"${key}" is a video, but video_path is null`, EXPORT_AGAIN);
        continue;
      }
      const template = info.video_path.replace('{video_key}', key);
      for (const [path, own] of groupBy(episodes, (row) => filePath(template, row, `videos/${key}`))) {
        this.#videos += 1;
        if (!existsSync(join(this.#folder, path))) {
          this.#complain(path, 'the video is missing', EXPORT_AGAIN);
          continue;
        }
        let frames = 0;
        for (const row of own) {
          const from = Number(row[`videos/${key}/from_timestamp`]);
          if (Math.abs(from - frames / info.fps) > 0.5 / info.fps) {
            this.#complain(
              path,
              `episode ${row.episode_index} is said to begin at ${from} s, but its first frame stands at ${frames / info.fps} s`,
              'from_timestamp counts the frames of the episodes before it in the same file.',
            );
          }
          frames += Number(row.length);
        }
        if (this.#videosChecked) this.#probe(path, frames, shape, info.fps);
      }
    }
  }

  #probe(path: string, frames: number, [height, width]: readonly number[], fps: number): void {
    const entries = 'stream=nb_read_packets,width,height,r_frame_rate';
    const { stdout, status } = spawnSync(
      'ffprobe',
      [
        '-v',
        'error',
        '-select_streams',
        'v:0',
        '-count_packets',
        '-show_entries',
        entries,
        '-of',
        'json',
        join(this.#folder, path),
      ],
      { encoding: 'utf8' },
    );
    if (status !== 0) {
      this.#complain(path, 'it is no video that ffprobe can read', EXPORT_AGAIN);
      return;
    }
    const stream: Record<string, unknown> = JSON.parse(stdout).streams?.[0] ?? {};
    const counted = Number(stream.nb_read_packets);
    if (counted !== frames) this.#complain(path, `it has ${counted} frames, its episodes have ${frames}`, EXPORT_AGAIN);
    if (stream.width !== width || stream.height !== height) {
      this.#complain(path, `it is ${stream.width} x ${stream.height}, declared are ${width} x ${height}`, EXPORT_AGAIN);
    }
    const [over, under] = String(stream.r_frame_rate).split('/').map(Number);
    if (Math.abs(over / under - fps) > 0.01) {
      this.#complain(path, `it has ${over / under} frames a second, declared are ${fps}`, EXPORT_AGAIN);
    }
  }

  async #readRows(path: string): Promise<readonly Row[] | undefined> {
    try {
      return await parquetReadObjects({ file: await asyncBufferFromFile(join(this.#folder, path)) });
    } catch (cause) {
      this.#complain(path, `it cannot be read: ${describeCause(cause)}`, EXPORT_AGAIN);
      return undefined;
    }
  }
}

function groupBy(rows: readonly Row[], key: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group === undefined) groups.set(key(row), [row]);
    else group.push(row);
  }
  return groups;
}

/** The file of an episode, from a path template as "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet". */
function filePath(template: string, row: Row, prefix: string): string {
  return template.replace(/\{(chunk|file)_index:03d\}/g, (_, part: string) =>
    String(row[`${prefix}/${part}_index`]).padStart(3, '0'),
  );
}

function fits(value: unknown, dtype: string, shape: readonly number[]): boolean {
  const one = (item: unknown): boolean => {
    if (dtype === 'bool') return typeof item === 'boolean';
    if (dtype.startsWith('int')) return typeof item === 'bigint' || Number.isInteger(item);
    if (dtype.startsWith('float')) return typeof item === 'number' && Number.isFinite(item);
    return typeof item === 'string';
  };
  if (shape.length === 1 && shape[0] === 1) return one(value);
  const flat =
    Array.isArray(value) || ArrayBuffer.isView(value)
      ? [...(value as ArrayLike<unknown> & Iterable<unknown>)].flat(4)
      : [];
  return flat.length === shape.reduce((product, side) => product * side, 1) && flat.every(one);
}
