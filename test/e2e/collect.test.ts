// `capstan collect`: as many episodes as asked for, the same ones whatever happens in between.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFileSource } from '../../drivers/episode/node-file-source.ts';
import { readEpisode } from '../../drivers/episode/reader.ts';
import { CommandHome } from './capstan-command.ts';

let home: CommandHome;
beforeAll(() => {
  home = new CommandHome();
});
afterAll(() => home.remove());

/** Fails for every seed whose cube lies left of the middle. */
const PICKY = `
const cube = await getObjectPose('red cube');
if (cube.position[1] > 0) throw new Error('not on this side');
const grasp = await sampleGraspPose('red cube');
await openGripper();
await gotoPose(grasp.position, grasp.quatWxyz, { zApproach: 0.1 });
await closeGripper();
await gotoPose([grasp.position[0], grasp.position[1], grasp.position[2] + 0.15], grasp.quatWxyz);
`;

/** Trace hashes of the episodes in a collection, by file. */
async function hashesIn(folder: string): Promise<Record<string, string | undefined>> {
  const hashes: Record<string, string | undefined> = {};
  for (const name of readdirSync(join(folder, 'episodes')).sort()) {
    const source = await openFileSource(join(folder, 'episodes', name));
    const episode = await readEpisode(source);
    expect(episode.complete).toBe(true);
    hashes[name] = episode.outcome?.traceHash;
    await source.close();
  }
  return hashes;
}

describe('capstan collect', () => {
  it('keeps the first seeds that succeed, goes on where it was killed, and ends with the same episodes', async () => {
    const program = home.program('picky.ts', PICKY);
    const whole = join(home.folder, 'whole');
    const words = ['collect', '--tasks', 'cube-lift', '--policy', program, '--episodes', '3', '--json'];
    const once = await home.run([...words, '--out', whole, '--workers', '2']);
    expect(once.status).toBe(0);
    const [{ kept, tried, seeds }] = JSON.parse(once.stdout).totals;
    expect([kept, seeds.length]).toEqual([3, 3]);
    expect(tried).toBeGreaterThan(3);
    const hashes = await hashesIn(whole);
    expect(Object.keys(hashes)).toHaveLength(3);

    const interrupted = join(home.folder, 'interrupted');
    const killed = home.start([...words, '--out', interrupted, '--workers', '1'], { input: '' });
    while (
      !existsSync(join(interrupted, 'trials.jsonl')) ||
      readFileSync(join(interrupted, 'trials.jsonl')).length === 0
    ) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    killed.child.kill('SIGKILL');
    await killed.ended;
    writeFileSync(join(interrupted, 'episodes', 'cube-lift-S1-seed-0009999.mcap'), 'half a file');
    const resumed = await home.run([...words, '--out', interrupted, '--workers', '1']);
    expect(resumed.stderr).toContain('going on');
    expect(resumed.status).toBe(0);
    expect(await hashesIn(interrupted)).toEqual(hashes);
  });

  it('keeps failures too where asked to, and takes more later', async () => {
    const program = home.program('picky.ts', PICKY);
    const out = join(home.folder, 'all');
    const words = ['collect', '--tasks', 'cube-lift', '--policy', program, '--keep', 'all', '--out', out, '--json'];
    const two = await home.run([...words, '--episodes', '2']);
    expect(JSON.parse(two.stdout).totals).toMatchObject([{ kept: 2, tried: 2, seeds: [0, 1] }]);
    const three = await home.run([...words, '--episodes', '3']);
    expect(JSON.parse(three.stdout).totals).toMatchObject([{ kept: 3, tried: 3, seeds: [0, 1, 2] }]);
    const other = await home.run([...words.slice(0, 3), '--episodes', '1', '--out', out]);
    expect(other.status).toBe(2);
    expect(other.stderr).toContain('was begun with another question');
  });

  it('gives a program up that never succeeds, and says so', async () => {
    const program = home.program('never.ts', 'await openGripper();');
    const out = join(home.folder, 'never');
    const run = await home.run([
      'collect',
      '--tasks',
      'cube-lift',
      '--policy',
      program,
      '--episodes',
      '1',
      '--out',
      out,
    ]);
    expect(run.status).toBe(1);
    expect(run.stderr).toContain('cube-lift: 0 of 1 episodes from 20 seeds');
    expect(readdirSync(join(out, 'episodes'))).toEqual([]);
  });
});
