// Owns the session process of the shell: the same `capstan serve` that serves browsers, under a Node of its own, so that
// nothing in a window's process can hold it up. It ends with the shell. Must never pass on the shell's own environment
// but for what a program of the user's gets.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { channelToChild } from '../ipc/process-channel.ts';
import { type Handlers, serve } from '../ipc/rpc.ts';
import { KEYCHAIN_CONTRACT } from '../ipc/shell-contract.ts';

/** What `capstan serve --json` prints once it listens. */
const servedSchema = z.object({ url: z.string(), port: z.int(), token: z.string(), episodes: z.string() });
export type Served = z.infer<typeof servedSchema>;

export interface SessionProcess {
  readonly served: Served;
  /** Resolves with words when it has ended. */
  readonly ended: Promise<string>;
  /** Asks it to end: it stops what moves, completes the episode and goes; after the limit it is killed. */
  close(): Promise<void>;
}

/** Seconds that a session has to stop the arm and complete its episode. */
const CLOSING_MS = 8000;

export interface Installed {
  /** Folder with `out/`, the tasks and the packages, readable by a plain Node. */
  readonly root: string;
  /** The Node that runs everything but the window. */
  readonly node: string;
}

/**
 * Where the installation's parts lie: in the repository, or in the package, where they stand unpacked beside the
 * archive with the window's own code.
 */
export function findInstallation(appPath: string, resources: string, environment: NodeJS.ProcessEnv): Installed {
  const packed = /app\.asar$/.test(appPath);
  if (!packed) return { root: appPath, node: environment.npm_node_execpath ?? 'node' };
  const node = join(resources, 'node', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(node)) throw new Error(`this installation is broken: ${node} is missing. Install Capstan again.`);
  return { root: `${appPath}.unpacked`, node };
}

/** @throws Error with what it printed when it does not come up */
export async function startSessionProcess(
  { root, node }: Installed,
  keys: Handlers<typeof KEYCHAIN_CONTRACT>,
): Promise<SessionProcess> {
  const child = spawn(node, [join(root, 'out', 'capstan.js'), 'serve', '--shell', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Two engines of different age talk over this pipe: JSON is what both of them know.
    serialization: 'json',
    windowsHide: true,
  });
  serve(KEYCHAIN_CONTRACT, channelToChild(child, 'session'), keys, {});
  const said: string[] = [];
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      if (said.length > 50) said.shift();
      console.error(line);
    });
  }
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`the session process could not be started (${error.message})`));
    child.once('exit', (code, signal) => resolve(`the session process ended (${signal ?? `exit code ${code}`})`));
  });
  const served = await Promise.race([
    firstLine(child),
    ended.then((why) => {
      throw new Error([why, ...said].join('\n'));
    }),
  ]);
  return { served, ended, close: () => close(child, ended) };
}

async function firstLine(child: ChildProcess): Promise<Served> {
  if (child.stdout === null) throw new Error('the session process has no output');
  for await (const line of createInterface({ input: child.stdout })) return servedSchema.parse(JSON.parse(line));
  throw new Error('the session process closed its output');
}

async function close(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.connected) child.disconnect();
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), CLOSING_MS);
  await ended;
  clearTimeout(force);
}
