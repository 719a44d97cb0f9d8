// `capstan task` as a person uses it: a new file, the verdict on files, a picture; and task files by their paths.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { starterText } from '../../electron/cli/task-starter.ts';
import { openTask } from '../../electron/session/installation.ts';
import { parseTask } from '../../sim/tasks/parse-task.ts';
import { PERTURBATION_KINDS, perturbTask } from '../../sim/tasks/perturb.ts';
import { rearrangementProblem } from '../../skills/experts/rearrangement.ts';
import { CommandHome } from './capstan-command.ts';

let home: CommandHome;
beforeEach(() => {
  home = new CommandHome();
});
afterEach(() => home.remove());

describe('the starter file', () => {
  it('is valid, supports every change, and is one the generic expert can plan for', () => {
    const task = parseTask(starterText('my-task'), 'my-task.yaml');
    expect(task.name).toBe('my-task');
    expect(rearrangementProblem(task)).toBeUndefined();
    for (const kind of PERTURBATION_KINDS) expect(perturbTask(task, kind, 3)).not.toEqual(task);
  });
});

describe('capstan task validate', () => {
  it('names every problem of every file, and fails', async () => {
    const good = home.program('good.yaml', starterText('good'));
    const bad = home.program(
      'bad.yaml',
      starterText('bad').replace('support: blue mat', 'support: blue matt').replace('0.02 #', '-1 #'),
    );
    const { status, stderr } = await home.run(['task', 'validate', good, bad, join(home.folder, 'none.yaml')]);
    expect(status).toBe(1);
    expect(stderr).toContain(`${good} is valid`);
    expect(stderr).toMatch(/bad\.yaml:\d+: robot\.startNoiseRad: must be at least 0, not -1/);
    expect(stderr).toContain(`there is no task file ${join(home.folder, 'none.yaml')}`);
    expect(stderr).toContain('2 of 3 files cannot be used');
  }, 60_000);

  it('tells what would go wrong on some seeds', async () => {
    const crowded = home.program(
      'crowded.yaml',
      starterText('crowded').replaceAll('x: [0.42, 0.66], y: [-0.25, 0.05]', 'x: [0.5, 0.51], y: [0, 0.01]'),
    );
    const { status, stderr } = await home.run(['task', 'validate', crowded]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/no free place for "green cube" in task crowded, seed \d: widen its x and y ranges/);
  }, 60_000);
});

describe('a task file by its path', () => {
  it('is named as what it is when it is not there, or no task', () => {
    const folder = join(home.folder, 'folder.yaml');
    mkdirSync(folder);
    const binary = join(home.folder, 'binary.yaml');
    writeFileSync(binary, Buffer.from([0xff, 0xfe, 0x00]));
    expect(() => openTask(join(home.folder, 'none.yaml'))).toThrow(/there is no task file .*none\.yaml/);
    expect(() => openTask(join(home.folder, 'nowhere', 'none.yaml'))).toThrow(
      /the folder .*nowhere does not exist either/,
    );
    expect(() => openTask(folder)).toThrow(/is a folder, not a task file/);
    expect(() => openTask(binary)).toThrow(/is not text in UTF-8/);
    expect(() => openTask('cube-lfit')).toThrow(/there is no task "cube-lfit"; the tasks are: .*cube-lift/);
  });

  it('works for a picture', async () => {
    const file = home.program('mine.yaml', starterText('mine'));
    const out = join(home.folder, 'pictures', 'mine.png');
    const { status, stderr } = await home.run(['task', 'show', file, '--seeds', '4', '--out', out]);
    expect(status, stderr).toBe(0);
    expect(stderr).toContain('goal: green cube stands on blue mat');
    expect(stderr).toContain('the generic expert can plan for it');
    expect(existsSync(out)).toBe(true);
    expect(readFileSync(out).subarray(1, 4).toString('latin1')).toBe('PNG');
  }, 60_000);
});

describe('capstan task', () => {
  it.each([
    [['task'], /say what to do: task new NAME/],
    [['task', 'new'], /name one task/],
    [['task', 'new', 'My Task'], /"My Task" cannot be the name of a task/],
    [['task', 'validate'], /name the files/],
    [['task', 'show', 'cube-lift', '--seeds', '0-99'], /--seeds takes a whole number from 0 to 15/],
  ])('%j is answered with what would make sense', async (words, expected) => {
    const { status, stderr } = await home.run(words);
    expect(status).toBe(2);
    expect(stderr).toMatch(expected);
  });
});
