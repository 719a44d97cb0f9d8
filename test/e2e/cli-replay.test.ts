// What `capstan replay --verify` says of episodes that a benchmark recorded, and of those in which nothing ran.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { CommandHome } from './capstan-command.ts';

let home: CommandHome;
beforeAll(() => {
  home = new CommandHome();
});
afterAll(() => home.remove());

it('verifies the episode of a trial', async () => {
  const words = ['bench', '--tasks', 'cube-lift', '--trials', '1', '--seed0', '5', '--record'];
  expect((await home.run([...words, `${home.folder}/episodes`])).status).toBe(0);
  const replay = await home.run(['replay', ...home.episodes(), '--verify']);
  expect(replay.stderr).toContain('verified: running it again gave the same motion');
  expect(replay.status).toBe(0);
});

it('says that there is nothing to verify where nothing ran', async () => {
  const { stdout } = await home.run(['run', 'cube-lift', '--record', `${home.folder}/rejected`, '--json']);
  const replay = await home.run(['replay', JSON.parse(stdout).episode, '--verify']);
  expect(replay.stderr).toContain('cannot be verified: nothing was run in it');
  expect(replay.status).toBe(1);
});
