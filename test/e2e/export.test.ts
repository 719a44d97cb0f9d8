// `capstan export` and `capstan doctor --dataset`: what comes out is read back by other programs than wrote it.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { readParquet } from 'parquet-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTable } from '../../drivers/episode/lerobot/parquet-table.ts';
import { openFileSource } from '../../drivers/episode/node-file-source.ts';
import { readEpisode } from '../../drivers/episode/reader.ts';
import { decodePng } from '../../sim/cameras/png.ts';
import { CommandHome } from './capstan-command.ts';

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;
if (!hasFfmpeg) console.warn('SKIPPED: ffmpeg is not installed (Debian: ffmpeg); videos of data sets are not tested');

let home: CommandHome;
let episodes: string;
beforeAll(async () => {
  home = new CommandHome();
  episodes = join(home.folder, 'recorded');
  const words = ['bench', '--tasks', 'cube-lift', '--trials', '2', '--seed0', '11', '--record', episodes];
  expect((await home.run(words)).status).toBe(0);
});
afterAll(() => home.remove());

/** Rows of a Parquet file as Apache Arrow's reader has them. */
function rowsOf(path: string) {
  return tableFromIPC(readParquet(new Uint8Array(readFileSync(path))).intoIPCStream());
}

describe('an exported LeRobot data set', () => {
  it('holds every declared feature with its type and shape, and numbers that agree with the episodes', async () => {
    const out = join(home.folder, 'data-set');
    const run = await home.run(['export', episodes, '--out', out, '--images', 'none', '--fps', '30', '--json']);
    expect(run.stderr).toContain('2 episodes');
    expect(run.status).toBe(0);
    const info = JSON.parse(readFileSync(join(out, 'meta/info.json'), 'utf8'));
    const data = rowsOf(join(out, 'data/chunk-000/file-000.parquet'));
    expect(data.numRows).toBe(info.total_frames);
    const types = Object.fromEntries(data.schema.fields.map(({ name, type }) => [name, String(type)]));
    for (const [name, { dtype, shape }] of Object.entries<{ dtype: string; shape: number[] }>(info.features)) {
      const plain = { float32: 'Float32', int64: 'Int64', bool: 'Bool' }[dtype] ?? dtype;
      expect(types[name], name).toBe(shape[0] === 1 ? plain : `List<${plain}>`);
      if (shape[0] > 1) expect(data.get(0)?.[name].length, name).toBe(shape[0]);
    }
    expect(Object.keys(types).sort()).toEqual(Object.keys(info.features).sort());

    const table = rowsOf(join(out, 'meta/episodes/chunk-000/file-000.parquet'));
    expect(table.numRows).toBe(2);
    const files = readdirSync(episodes, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.mcap'))
      .sort();
    for (const [i, file] of files.entries()) {
      const row = table.get(i)?.toJSON() ?? {};
      const source = await openFileSource(join(episodes, file));
      const episode = await readEpisode(source);
      expect(row).toMatchObject({ success: true, 'capstan/trace_hash': episode.outcome?.traceHash });
      // The joints of every frame are those of the newest sample that is not newer.
      const states: { timeS: number; joints: readonly number[]; commanded: readonly number[] }[] = [];
      let firstTraceS = Number.NaN;
      for await (const one of episode.messages('/robot/state', '/robot/trace')) {
        if (one.topic === '/robot/trace') firstTraceS = Number.isNaN(firstTraceS) ? one.timeS : firstTraceS;
        else {
          const [{ jointPositionsRad, commandedPositionsRad }] = one.message.arms;
          states.push({ timeS: one.timeS, joints: jointPositionsRad, commanded: commandedPositionsRad });
        }
      }
      await source.close();
      const [from, to] = [Number(row.dataset_from_index), Number(row.dataset_to_index)];
      for (let index = from; index < to; index++) {
        const frame = data.get(index)?.toJSON() ?? {};
        const timeS = firstTraceS + (index - from) / 30;
        const state = states.findLast((one) => one.timeS <= timeS + 1e-9);
        expect(Array.from<number>(frame['observation.state']).slice(0, 7)).toEqual(state?.joints.map(Math.fround));
        expect(Array.from<number>(frame.action).slice(0, 7)).toEqual(state?.commanded.map(Math.fround));
        expect(Number(frame.index)).toBe(index);
        expect(frame.timestamp).toBeCloseTo((index - from) / 30, 5);
        expect(frame['next.done']).toBe(index === to - 1);
        expect(frame['next.success']).toBe(index === to - 1);
      }
    }
  });

  it('has task texts where pandas looks for its index', async () => {
    const out = join(home.folder, 'tasks-only');
    await home.run(['export', episodes, '--out', out, '--images', 'none']);
    const tasks = rowsOf(join(out, 'meta/tasks.parquet'));
    expect(tasks.get(0)?.toJSON()).toMatchObject({ task_index: 0n, task: expect.stringContaining('cube') });
    const pandas = JSON.parse(tasks.schema.metadata.get('pandas') ?? '{}');
    expect(pandas.index_columns).toEqual(['task']);
    expect(pandas.columns).toHaveLength(2);
    const subtasks = rowsOf(join(out, 'meta/subtasks.parquet'))
      .toArray()
      .map((row) => row.toJSON().subtask);
    expect(subtasks.some((text: string) => text.startsWith('gotoPose'))).toBe(true);
  });

  it.skipIf(!hasFfmpeg)('has videos with one picture for every frame, which doctor agrees with', async () => {
    const out = join(home.folder, 'with-videos');
    const run = await home.run(['export', episodes, '--out', out, '--fps', '10']);
    expect(run.status).toBe(0);
    const info = JSON.parse(readFileSync(join(out, 'meta/info.json'), 'utf8'));
    for (const camera of ['scene', 'wrist']) {
      const key = `observation.images.${camera}`;
      const [height, width] = info.features[key].shape;
      const video = join(out, `videos/${key}/chunk-000/file-000.mp4`);
      const raw = spawnSync('ffmpeg', ['-v', 'error', '-i', video, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'], {
        maxBuffer: 1 << 29,
      });
      expect(raw.stdout.length / (3 * width * height)).toBe(info.total_frames);
      // Pictures, not a grey field: they differ from the first frame to the last.
      const frame = (n: number) => raw.stdout.subarray(n * 3 * width * height, (n + 1) * 3 * width * height);
      const [first, last] = [frame(0), frame(info.total_frames - 1)];
      expect(first.reduce((sum, value, i) => sum + Math.abs(value - last[i]), 0) / first.length).toBeGreaterThan(0.5);
    }
    const doctor = await home.run(['doctor', '--dataset', out]);
    expect(doctor.stdout).toContain('nothing is wrong');
    expect(doctor.status).toBe(0);
  });

  it('is not written over anything, nor half', async () => {
    const out = join(home.folder, 'taken');
    await home.run(['export', episodes, '--out', out, '--images', 'none']);
    const again = await home.run(['export', episodes, '--out', out, '--images', 'none']);
    expect(again.status).toBe(1);
    expect(again.stderr).toContain('is not empty; nothing was written');
    const broken = home.program('broken.mcap', 'no episode at all');
    const half = join(home.folder, 'half');
    const failed = await home.run(['export', episodes, broken, '--out', half, '--images', 'none']);
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain('not an MCAP file');
    expect([half, `${half}.partial`].some((path) => existsSync(path))).toBe(false);
  });
});

describe('capstan doctor --dataset', () => {
  let sound: string;
  beforeAll(async () => {
    sound = join(home.folder, 'sound');
    expect((await home.run(['export', episodes, '--out', sound, '--images', 'none'])).status).toBe(0);
  });

  const damages: [string, (folder: string) => void, string][] = [
    ['a table that was cut', (f) => cut(join(f, 'data/chunk-000/file-000.parquet')), 'cannot be read'],
    ['no statistics', (f) => rmSync(join(f, 'meta/stats.json')), 'meta/stats.json: it cannot be read'],
    [
      'tasks without an index',
      (f) =>
        writeTable(join(f, 'meta/tasks.parquet'), { task_index: 'int64', task: 'string' }, [
          { task_index: 0, task: 'x' },
        ]),
      'pandas would not find the task texts',
    ],
    ['another number of frames', (f) => edit(f, (info) => ({ ...info, total_frames: 1 })), 'info.json says 1'],
    [
      'a feature of another shape',
      (f) => edit(f, (info) => ({ ...info, features: { ...info.features, action: { dtype: 'float32', shape: [3] } } })),
      '"action" of row 0 is not float32 of shape [3]',
    ],
    ['an older format', (f) => edit(f, (info) => ({ ...info, codebase_version: 'v2.1' })), 'Convert it'],
    ['another frame rate', (f) => edit(f, (info) => ({ ...info, fps: 50 })), 'is not frame 1 of episode 0'],
  ];
  it.each(damages)('explains %s', async (_, damage, words) => {
    const folder = join(home.folder, `damaged-${Math.abs(hash(words))}`);
    cpSync(sound, folder, { recursive: true });
    damage(folder);
    const doctor = await home.run(['doctor', '--dataset', folder]);
    expect(doctor.status).toBe(1);
    expect(doctor.stdout).toContain(words);
  });
});

describe('an exported folder of JSON', () => {
  it('has a line and pictures with depth for every frame', async () => {
    const out = join(home.folder, 'json');
    const run = await home.run(['export', episodes, '--format', 'json', '--out', out, '--fps', '10', '--json']);
    expect(run.status).toBe(0);
    const folders = readdirSync(out);
    expect(folders).toHaveLength(2);
    const folder = join(out, folders[0]);
    const about = JSON.parse(readFileSync(join(folder, 'episode.json'), 'utf8'));
    const lines = readFileSync(join(folder, 'frames.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(about.frames);
    expect(lines[0].things['red cube'].position[2]).toBeLessThan(lines.at(-1).things['red cube'].position[2]);
    for (const { name, width, height } of about.cameras) {
      const color = readdirSync(join(folder, 'images', name, 'color')).sort();
      expect(color).toHaveLength(about.frames);
      const picture = decodePng(readFileSync(join(folder, 'images', name, 'color', color[0])));
      expect(picture).toMatchObject({ kind: 'rgb8', width, height });
      expect(decodePng(readFileSync(join(folder, 'images', name, 'depth', color[0])))).toMatchObject({
        kind: 'grey16',
        width,
      });
    }
    const calls = JSON.parse(readFileSync(join(folder, 'calls.json'), 'utf8'));
    expect(calls.map(({ name }: { name: string }) => name)).toContain('closeGripper');
  });
});

function cut(path: string): void {
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length / 2)));
}

interface Info {
  readonly [key: string]: unknown;
  readonly features: Readonly<Record<string, unknown>>;
}

function edit(folder: string, change: (info: Info) => object): void {
  const path = join(folder, 'meta/info.json');
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))));
}

function hash(text: string): number {
  return [...text].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) | 0, 7);
}
