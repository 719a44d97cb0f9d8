// Owns pictures of what a task draws for a seed: made by `capstan task show` in a process of its own, one at a time, and kept.
// Must never take the time of the process that keeps the session's beat.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConsoleRefusal } from '../session/console-refusal.ts';
import { bundledEntry, taskNames, VERSION } from '../session/installation.ts';

export class TaskPictures {
  readonly #folder: string;
  #last: Promise<unknown> = Promise.resolve();

  /** @param folder that may be emptied at any time */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** PNG. @throws ConsoleRefusal */
  async picture(task: string, seed: number): Promise<Uint8Array> {
    if (!taskNames().includes(task)) throw new ConsoleRefusal('NO_TASK', `There is no task "${task}".`, '');
    const path = join(this.#folder, `${task}-${seed}-${VERSION}.png`);
    if (!existsSync(path)) {
      const drawn = this.#last.then(() => (existsSync(path) ? undefined : this.#draw(task, seed, path)));
      this.#last = drawn.catch(() => undefined);
      await drawn;
    }
    return await readFile(path);
  }

  async #draw(task: string, seed: number, path: string): Promise<void> {
    mkdirSync(this.#folder, { recursive: true });
    const words = ['task', 'show', task, '--seeds', String(seed), '--out', path];
    const child = spawn(process.execPath, [bundledEntry('capstan.js'), ...words], {
      stdio: 'ignore',
      windowsHide: true,
    });
    const code = await new Promise<number | null>((resolve) => {
      child.once('error', () => resolve(null));
      child.once('exit', resolve);
    });
    if (code !== 0 || !existsSync(path)) {
      throw new ConsoleRefusal('NO_PICTURE', `There is no picture of ${task} for the seed ${seed}.`, '');
    }
  }
}
