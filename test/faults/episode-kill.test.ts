import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EpisodeMessage, readEpisode } from '../../drivers/episode/reader.ts';
import { recoverEpisodeFile } from '../../drivers/episode/recover-file.ts';
import { createRandomStream } from '../../sim/random.ts';
import { collect } from '../unit/episode-samples.ts';

const random = createRandomStream(Number(process.env.CAPSTAN_TEST_SEED), 'kill');

let folder: string;
let child: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'capstan-kill-'));
  child = join(folder, 'child.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'episode-kill-child.ts')],
    outfile: child,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Runs the recorder, kills it `afterS` seconds after its first sample, and gives the lines it said until then. */
async function recordAndKill(file: string, events: 'with-stops' | 'samples-only', afterS: number): Promise<string[]> {
  const recorder: ChildProcess = spawn(process.execPath, [child, file, events], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  await new Promise<void>((resolve) => {
    recorder.stdout!.on('data', (data: Buffer) => {
      if (said === '') setTimeout(() => recorder.kill('SIGKILL'), afterS * 1000);
      said += data.toString();
    });
    recorder.on('close', () => resolve());
  });
  return said.split('\n').slice(0, -1);
}

/** Seconds of samples between the last one said and the last one found. */
const lostS = (said: readonly string[], found: readonly EpisodeMessage[]) =>
  Number(said.findLast((line) => line.startsWith('state '))!.slice('state '.length)) -
  Math.max(...found.map(({ timeS }) => timeS));

describe('a recorder killed with SIGKILL', () => {
  it.each([1, 2])('has lost at most a second of samples (%i)', async (run) => {
    const file = join(folder, `samples-${run}.mcap`);
    const said = await recordAndKill(file, 'samples-only', random.uniform(1.2, 3));
    const messages = await collect((await readEpisode(await readFile(file))).messages());
    expect(lostS(said, messages)).toBeLessThan(1);
  });

  it.each([1, 2])('has lost no written stop, and its file recovers (%i)', async (run) => {
    const file = join(folder, `stops-${run}.mcap`);
    const said = await recordAndKill(file, 'with-stops', random.uniform(0.3, 1.5));
    const written = said.filter((line) => line.startsWith('written ')).map((line) => line.slice('written '.length));
    expect(written.length).toBeGreaterThan(0);
    const episode = await readEpisode(await readFile(file));
    expect(episode.complete).toBe(false);
    expect(episode.outcome).toBeNull();
    const messages = await collect(episode.messages());
    const stops = messages.flatMap((found) => (found.topic === '/stop' ? [found.message.stopId] : []));
    expect(stops).toEqual(expect.arrayContaining(written));

    const before = await readFile(file);
    const recovery = await recoverEpisodeFile(file);
    expect(await readFile(file)).toEqual(before);
    if (recovery.status !== 'recovered') throw new Error('the file was cut and should be recovered');
    const recovered = await readEpisode(await readFile(recovery.file));
    expect(recovered.complete).toBe(true);
    expect(await collect(recovered.messages())).toEqual(messages);
  });
});
