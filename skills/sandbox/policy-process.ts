// Owns the start of the process a program runs in, and its end: by pid, at once. Must never pass it an environment, an
// open file or a permission it has no use for.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parse } from 'node:path';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** A process that serves one sandbox over `stream`. */
export interface PolicyProcess {
  readonly stream: Duplex;
  /** SIGKILL, or what the platform has. */
  kill(): void;
  /** Resolves when the process is gone. */
  readonly exited: Promise<void>;
  /** Whether the process keeps its parent's event loop alive. */
  hold(which: 'held' | 'released'): void;
}

export type SpawnPolicyProcess = () => PolicyProcess;

/** JavaScript heap of the process itself, MB; the programs' memory lies outside it, under the sandbox's own limit. */
const HEAP_MB = 96;

/** The bundle made by the build: beside our own bundle, or in out/ when running from the sources. */
export function policyHostScript(): string {
  const candidates = ['./policy-host.js', '../../out/policy-host.js'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const found = candidates.find((path) => existsSync(path));
  if (!found) throw new Error('out/policy-host.js is missing: run `npm run build`');
  return realpathSync(found);
}

/** The engine's WebAssembly, as the package ships it. */
export function engineWasm(): Uint8Array {
  return readFileSync(createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm'));
}

/** Flags that take powers away from a Node process; those this Node does not know are left out. */
export function restrictingFlags(script: string): string[] {
  const known = (flag: string) => process.allowedNodeEnvironmentFlags.has(flag);
  const permission = known('--permission')
    ? '--permission'
    : known('--experimental-permission')
      ? '--experimental-permission'
      : null;
  return [
    // Reads its own bundle and nothing else; the thread watches whether the parent lives.
    ...(permission ? [permission, `--allow-fs-read=${script}`, '--allow-worker'] : []),
    '--disallow-code-generation-from-strings',
    '--disable-proto=delete',
    `--max-old-space-size=${HEAP_MB}`,
    '--no-warnings',
  ];
}

/** Starts the process from its bundle. */
export function spawnPolicyHost(script: string = policyHostScript()): PolicyProcess {
  const child = spawn(process.execPath, [...restrictingFlags(script), script], {
    // Windows cannot start a process without SystemRoot; Electron must be told to be Node.
    env: {
      ...(process.env.SystemRoot !== undefined && { SystemRoot: process.env.SystemRoot }),
      ...(process.versions.electron !== undefined && { ELECTRON_RUN_AS_NODE: '1' }),
    },
    cwd: parse(script).root,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    windowsHide: true,
  });
  return policyProcessOf(child);
}

function policyProcessOf(child: ChildProcess): PolicyProcess {
  const stream = child.stdio[3] as Duplex & { ref?(): void; unref?(): void };
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  return {
    stream,
    exited,
    kill: () => {
      child.kill('SIGKILL');
    },
    hold: (which) => {
      const method = which === 'held' ? 'ref' : 'unref';
      child[method]();
      stream[method]?.();
    },
  };
}
