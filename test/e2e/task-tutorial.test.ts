// The tutorial for adding a task, executed from top to bottom as a reader would: every file saved, every command run.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundledEntry } from '../../electron/session/installation.ts';
import { parseTask } from '../../sim/tasks/parse-task.ts';
import { rearrangementProblem } from '../../skills/experts/rearrangement.ts';
import { CommandHome } from './capstan-command.ts';
import { readPages } from './doc-pages.ts';

const page = readPages().find(({ path }) => path === 'docs/add-a-task.md');
if (page === undefined) throw new Error('there is no docs/add-a-task.md');

/** What each step printed, in order. */
const printed: { readonly script: string; readonly status: number | null; readonly output: string }[] = [];
const home = new CommandHome();
const outputOf = (words: RegExp) => printed.filter(({ script }) => words.test(script)).map(({ output }) => output);

describe.skipIf(process.platform === 'win32')('the tutorial for adding a task', () => {
  beforeAll(() => {
    for (const { words, text } of page.blocks) {
      const file = words.get('save');
      if (file !== undefined) writeFileSync(join(home.folder, file), text);
      if (!words.has('step')) continue;
      const prelude = `set -eu\ncapstan() { "${process.execPath}" "${bundledEntry('capstan.js')}" "$@"; }\n`;
      const { status, stdout, stderr } = spawnSync('sh', ['-c', prelude + text], {
        cwd: home.folder,
        env: { ...process.env, CAPSTAN_HOME: join(home.folder, 'home') },
        encoding: 'utf8',
      });
      printed.push({ script: text, status, output: stdout + stderr });
    }
  }, 900_000);

  afterAll(() => home.remove());

  it('has commands that do what the page says', () => {
    expect(printed.length).toBeGreaterThanOrEqual(7);
    for (const { script, status, output } of printed) expect(status, `${script}\n${output}`).toBe(0);
  });

  it('shows a task that is valid and that the generic expert can plan for', () => {
    for (const output of outputOf(/validate tidy-up/)) {
      expect(output).toContain('tidy-up.yaml is valid');
      expect(output).toContain('the generic expert can plan for it');
      expect(output).not.toContain('note:');
    }
    const picture = readFileSync(join(home.folder, 'tidy-up.png'));
    expect(picture.subarray(1, 4).toString('latin1')).toBe('PNG');
    expect(existsSync(join(home.folder, 'tidy-up.json'))).toBe(true);
  });

  it('shows the very words with which a mistake is answered', () => {
    const [output] = outputOf(/mistaken/);
    const shown = page.blocks.find(({ language }) => language === 'text')?.text.split('\n') ?? [];
    expect(shown.length).toBe(3);
    for (const line of shown) expect(output).toContain(line);
  });

  it('ends in a task that the generic expert solves on 90 % of the seeds', () => {
    const [row] = JSON.parse(readFileSync(join(home.folder, 'tidy-up.json'), 'utf8'));
    expect(row).toMatchObject({ task: 'tidy-up', trials: 10 });
    expect(row.successes).toBeGreaterThanOrEqual(9);
  });

  it('has a last addition that makes every change possible', () => {
    const addition = page.blocks.find(({ words, text }) => !words.has('save') && text.startsWith('rewordings:'));
    const text = `${page.blocks.find(({ words }) => words.get('save') === 'tidy-up.yaml')?.text}\n${addition?.text}`;
    const task = parseTask(text, 'tidy-up.yaml');
    expect(task.variants.length).toBe(1);
    expect(rearrangementProblem({ ...task, goal: task.variants[0].goal })).toBeUndefined();
  });
});
