import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { McapWriter, TempBuffer } from '@mcap/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EpisodeOutcome } from '../../drivers/episode/episode-info.ts';
import { listEpisodes, summarizeEpisode } from '../../drivers/episode/library.ts';
import { recoverEpisodeFile } from '../../drivers/episode/recover-file.ts';
import { sourceOfBytes } from '../../drivers/episode/source.ts';
import { createHandClock, INFO, recordInMemory, recordSample } from './episode-samples.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'capstan-library-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const SUCCESS: EpisodeOutcome = { outcome: 'succeeded', message: 'lifted', traceHash: '00ff' };

async function episode(
  hour: number,
  outcome: EpisodeOutcome | null,
  samples = 3,
  compression?: 'none',
): Promise<Uint8Array> {
  const clock = { ...createHandClock(), startedNs: BigInt(Date.UTC(2026, 10, 21, hour)) * 1_000_000n };
  const { sink, writer } = recordInMemory({ clock, ...(compression ? { compression } : {}) });
  for (let i = 0; i < samples; i++) recordSample(writer, '/robot/state', i * 0.5);
  if (outcome === null) await writer.flush();
  else await writer.finish(outcome);
  return sink.bytes();
}

async function foreignFile(): Promise<Uint8Array> {
  const sink = new TempBuffer();
  const writer = new McapWriter({ writable: sink });
  await writer.start({ profile: 'ros2', library: 'rosbag2' });
  await writer.end();
  return sink.get();
}

describe('the list of episodes', () => {
  it('gives each episode, newest first, and names the files it cannot list', async () => {
    await writeFile(join(folder, 'a.mcap'), await episode(8, SUCCESS));
    await writeFile(
      join(folder, 'b.mcap'),
      await episode(10, { outcome: 'failed', stage: 'grasp', message: 'slipped' }),
    );
    await mkdir(join(folder, 'trial-7'));
    await writeFile(join(folder, 'trial-7', 'c.mcap'), await episode(9, null));
    await writeFile(join(folder, 'empty.mcap'), '');
    await writeFile(join(folder, 'foreign.mcap'), await foreignFile());
    await writeFile(join(folder, 'junk.mcap'), 'this is no MCAP file');
    await writeFile(join(folder, 'notes.txt'), 'not looked at');
    await mkdir(join(folder, 'folder.mcap'));
    const { episodes, skipped } = await listEpisodes(folder);
    expect(
      episodes.map(({ file, outcome, stage, complete, robotDurationS }) => ({
        file,
        outcome,
        stage,
        complete,
        robotDurationS,
      })),
    ).toEqual([
      { file: join(folder, 'b.mcap'), outcome: 'failed', stage: 'grasp', complete: true, robotDurationS: 1 },
      {
        file: join(folder, 'trial-7', 'c.mcap'),
        outcome: 'interrupted',
        stage: null,
        complete: false,
        robotDurationS: 1,
      },
      { file: join(folder, 'a.mcap'), outcome: 'succeeded', stage: null, complete: true, robotDurationS: 1 },
    ]);
    expect(episodes[2]).toMatchObject({ info: INFO, started: '2026-11-21T08:00:00.000Z', traceHash: '00ff' });
    expect(skipped.map(({ file, reason }) => [file.slice(folder.length + 1), reason])).toEqual([
      ['empty.mcap', expect.stringMatching(/cut before it says what it is/)],
      ['foreign.mcap', expect.stringMatching(/not recorded by Capstan/)],
      ['junk.mcap', expect.stringMatching(/not an MCAP file/)],
    ]);
  });

  it('of a folder that does not exist is empty', async () => {
    expect(await listEpisodes(join(folder, 'none'))).toEqual({ episodes: [], skipped: [] });
  });

  it('reads only the ends of a finished file and the head of a large unfinished one', async () => {
    const finished = await episode(8, SUCCESS, 25_000, 'none');
    const unfinished = await episode(8, null, 25_000, 'none');
    expect(unfinished.length).toBeGreaterThan(8 << 20);
    for (const [bytes, complete, durationS] of [
      [finished, true, 12_499.5],
      [unfinished, false, null],
    ] as const) {
      const source = sourceOfBytes(bytes);
      let readBytes = 0;
      const summary = await summarizeEpisode({
        size: source.size,
        read(offset, length) {
          readBytes += length;
          return source.read(offset, length);
        },
      });
      expect(summary).toMatchObject({ complete, robotDurationS: durationS, byteLength: bytes.length });
      expect(readBytes).toBeLessThan(150_000);
    }
  });
});

describe('recovering a file', () => {
  it('writes a complete copy beside the original', async () => {
    const file = join(folder, 'c.mcap');
    const bytes = await episode(9, null);
    await writeFile(file, bytes);
    const recovery = await recoverEpisodeFile(file);
    expect(recovery).toMatchObject({ status: 'recovered', file: join(folder, 'c.recovered.mcap') });
    expect(new Uint8Array(await readFile(file))).toEqual(bytes);
    const { episodes } = await listEpisodes(folder);
    expect(episodes.map(({ complete, outcome, robotDurationS }) => [complete, outcome, robotDurationS])).toEqual([
      [false, 'interrupted', 1],
      [true, 'interrupted', 1],
    ]);
    await expect(recoverEpisodeFile(file)).rejects.toMatchObject({ code: 'FILE_EXISTS' });
  });

  it('leaves a finished file alone, and no copy behind where it fails', async () => {
    const finished = join(folder, 'a.mcap');
    await writeFile(finished, await episode(8, SUCCESS));
    expect(await recoverEpisodeFile(finished)).toEqual({ status: 'already-complete' });
    const junk = join(folder, 'junk.mcap');
    await writeFile(junk, 'this is no MCAP file');
    await expect(recoverEpisodeFile(junk)).rejects.toMatchObject({ code: 'NOT_MCAP' });
    const cut = join(folder, 'cut.mcap');
    await writeFile(cut, await episode(9, null));
    await expect(recoverEpisodeFile(cut, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
    await rm(cut);
    await expect(recoverEpisodeFile(join(folder, 'none.mcap'))).rejects.toMatchObject({ code: 'READ_FAILED' });
    expect((await readdir(folder)).sort()).toEqual(['a.mcap', 'junk.mcap']);
  });
});
