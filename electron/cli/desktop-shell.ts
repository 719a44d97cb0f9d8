// Owns the question whether the console can open in a window of its own here, and the start of it. Must never take a part
// of the shell's protection away to make it run: then the browser is the better place.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { bundledEntry, INSTALLATION_ROOT } from '../session/installation.ts';

/** Where the shell's binary comes from unless ELECTRON_MIRROR names another place. */
const BINARIES = 'https://github.com';
/** A network that does not answer within this time is none, milliseconds. */
const REACH_MS = 4000;
/** About 110 MB on a slow line, milliseconds. */
const FETCH_MS = 300_000;

/** The shell can be started, or the reason in words why it cannot. */
export type ShellState = { readonly binary: string } | { readonly why: string };

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Of the user; undefined where there is none. */
  readonly userId: number | undefined;
}

/** What keeps a window from opening here whatever is installed; undefined when nothing does. */
export function obstacle({ platform, environment, userId }: Machine): string | undefined {
  const { DISPLAY, WAYLAND_DISPLAY } = environment;
  if (platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY) return 'there is no display (DISPLAY is not set)';
  if (platform === 'linux' && userId === 0) {
    return 'you are root, and as root the shell would run without its sandbox';
  }
  return undefined;
}

/** Looks for the shell's binary, and fetches it the first time where that can be done. @param tell about what takes time */
export async function findShell(machine: Machine, tell: (text: string) => void): Promise<ShellState> {
  const hindered = obstacle(machine);
  if (hindered !== undefined) return { why: hindered };
  if (!existsSync(bundledEntry('main.js'))) return { why: 'out/main.js is not built (npm run build)' };
  const folder = electronFolder();
  if (folder === undefined) return { why: 'the package electron is not installed' };
  const before = binaryIn(folder);
  if (before !== undefined) return { binary: before };
  const mirror = machine.environment.ELECTRON_MIRROR ?? BINARIES;
  if (!(await reaches(mirror))) {
    return { why: `its binary is not here yet, and ${new URL(mirror).host} cannot be reached to fetch it` };
  }
  tell('Fetching the desktop shell, about 110 MB, once.');
  const { status } = spawnSync(process.execPath, [join(folder, 'install.js')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: FETCH_MS,
  });
  const fetched = status === 0 ? binaryIn(folder) : undefined;
  return fetched === undefined ? { why: 'its binary could not be fetched' } : { binary: fetched };
}

/** Starts the shell; resolves with its exit code. */
export function runShell(binary: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, [INSTALLATION_ROOT], { stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 128)));
  });
}

function electronFolder(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  } catch {
    return undefined;
  }
}

function binaryIn(folder: string): string | undefined {
  const named = join(folder, 'path.txt');
  if (!existsSync(named)) return undefined;
  const binary = join(folder, 'dist', readFileSync(named, 'utf8').trim());
  return existsSync(binary) ? binary : undefined;
}

async function reaches(address: string): Promise<boolean> {
  try {
    await fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(REACH_MS) });
    return true;
  } catch {
    return false;
  }
}
