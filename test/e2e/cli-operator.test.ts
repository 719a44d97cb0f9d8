// The operator at the command line: Ctrl-C before anything runs, an editor with options, files that cannot be written.

import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readEpisode } from '../../drivers/episode/reader.ts';
import { readExpert } from '../../electron/session/installation.ts';
import { CommandHome } from './capstan-command.ts';

let home: CommandHome;
beforeAll(() => {
  home = new CommandHome();
});
afterAll(() => home.remove());

/** Goes on to the cap of the calls, close to that of robot time: 8 s of preview on a machine of two idle cores. */
const DAWDLE = 'while (true) await sleep(0.58);\n';

it('takes Ctrl-C at the prompt for a stop, and ends', async () => {
  const running = home.start(['run', 'cube-lift', '--json']);
  await running.said('[a]pprove');
  running.child.kill('SIGINT');
  const { status, stdout, stderr } = await running.ended;
  expect(status).toBe(1);
  expect(stderr).toContain('STOPPED by operator');
  expect(JSON.parse(stdout)).toMatchObject({ success: false, stage: 'stopped', robotTimeS: 0 });
  const episode = await readEpisode(new Uint8Array(readFileSync(JSON.parse(stdout).episode)));
  expect(episode.outcome).toMatchObject({ outcome: 'failed', stage: 'stopped' });
});

it('takes Ctrl-C during a long preview for a stop, and waits no longer', async () => {
  const running = home.start(['run', 'cube-lift', '--policy', home.program('dawdle.ts', DAWDLE), '--json']);
  await running.said('the preview is still running');
  running.child.kill('SIGINT');
  const { status, stdout } = await running.ended;
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ success: false, stage: 'stopped', robotTimeS: 0 });
});

it('runs an editor that needs options', async () => {
  const editor = home.program('editor.sh', '#!/bin/sh\ntest "$1" = --wait && echo "await homePose();" > "$2"\n');
  const env = { EDITOR: `sh "${editor}" --wait` };
  const { stdout } = await home.run(['run', 'cube-lift', '--json'], { input: 'e\nr\nenough\n', env });
  const { episode: path, message } = JSON.parse(stdout);
  expect(message).toBe('enough');
  const sources = [];
  const episode = await readEpisode(new Uint8Array(readFileSync(path)));
  for await (const { message: program } of episode.messages('/program')) sources.push(program.source);
  expect(sources).toEqual([readExpert('cube-lift', 'S1').source, 'await homePose();\n']);
});

it('keeps verdict and episode when the picture cannot be written', async () => {
  const folder = home.program('no-folder', '');
  const words = ['run', 'cube-lift', '--approve', 'auto', '--picture', `${folder}/picture.png`, '--json'];
  const { status, stdout, stderr } = await home.run(words);
  expect(stderr).toContain('no picture was written');
  expect(status).toBe(0);
  const episode = await readEpisode(new Uint8Array(readFileSync(JSON.parse(stdout).episode)));
  expect(episode.outcome).toMatchObject({ outcome: 'succeeded' });
});

it('looks at every task of a benchmark before the first trial', async () => {
  const out = `${home.folder}/results`;
  const { status, stderr } = await home.run([
    'bench',
    '--tasks',
    'cube-lift,cube-juggle',
    '--trials',
    '1',
    '--out',
    out,
  ]);
  expect(status).not.toBe(0);
  expect(stderr).toContain('there is no task "cube-juggle"');
  expect(stderr).not.toContain('succeeded');
  writeFileSync(`${home.folder}/taken`, '');
  const taken = await home.run(['bench', '--tasks', 'cube-lift', '--trials', '1', '--out', `${home.folder}/taken`]);
  expect(taken.status).toBe(2);
  expect(taken.stderr).toContain('name another');
});
