// Runs the built command line as a person would, in a home folder of its own.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundledEntry } from '../../electron/session/installation.ts';

export interface CommandEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly child: ChildProcess;
  /** Resolves when stderr holds the text, behind another one if given; rejects when the command ends before. */
  said(text: string, after?: string): Promise<void>;
  /** Everything on stderr so far. */
  stderr(): string;
  /** Everything on stdout so far. */
  stdout(): string;
  readonly ended: Promise<CommandEnd>;
}

export class CommandHome {
  readonly folder = mkdtempSync(join(tmpdir(), 'capstan-test-'));

  /** Writes a program and returns its path. */
  program(name: string, source: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, source);
    return path;
  }

  /** Paths of the episodes recorded so far. */
  episodes(): string[] {
    const folder = join(this.folder, 'episodes');
    return readdirSync(folder).map((name) => join(folder, name));
  }

  start(
    words: readonly string[],
    options: { readonly input?: string; readonly env?: Record<string, string> } = {},
  ): RunningCommand {
    const child = spawn(process.execPath, [bundledEntry('capstan.js'), ...words], {
      env: { ...process.env, CAPSTAN_HOME: this.folder, EDITOR: '', VISUAL: '', ...options.env },
      stdio: 'pipe',
    });
    let stdout = '';
    let stderr = '';
    const listeners = new Set<() => void>();
    child.stdout.on('data', (data) => {
      stdout += data;
    });
    child.stderr.on('data', (data) => {
      stderr += data;
      for (const listener of listeners) listener();
    });
    child.stdin.on('error', () => undefined); // the command may end before it has read everything
    if (options.input !== undefined) child.stdin.end(options.input);
    const ended = new Promise<CommandEnd>((resolve) => {
      child.once('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
    });
    const said = (text: string, after = '') =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          const from = stderr.indexOf(after);
          if (from < 0 || !stderr.includes(text, from + after.length)) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
        ended.then(() => reject(new Error(`the command ended without saying "${text}":\n${stderr}`)));
      });
    return { child, said, stderr: () => stderr, stdout: () => stdout, ended };
  }

  run(
    words: readonly string[],
    options: { readonly input?: string; readonly env?: Record<string, string> } = {},
  ): Promise<CommandEnd> {
    return this.start(words, { input: '', ...options }).ended;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
