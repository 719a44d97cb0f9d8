// Owns the policy host of the tests: bundled from the sources as they are, so that no stale build is ever tested.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll } from 'vitest';
import { type PolicyProcess, spawnPolicyHost } from '../../skills/sandbox/policy-process.ts';

interface Build {
  buildPolicyHost(outdir: string): Promise<string>;
}

/** Bundles the policy host for one test file; the bundle goes when its tests are done. */
export async function bundlePolicyHost(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'capstan-policy-host-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const build = (await import(pathToFileURL(resolve('esbuild.config.js')).href)) as Build;
  return build.buildPolicyHost(folder);
}

/** Starts policy hosts and remembers them. */
export function rememberedSpawns(script: string): { spawn: () => PolicyProcess; processes: PolicyProcess[] } {
  const processes: PolicyProcess[] = [];
  const spawn = () => {
    const process = spawnPolicyHost(script);
    processes.push(process);
    return process;
  };
  return { spawn, processes };
}
