// Owns the case that the engine has failed: code of an attacker's that runs in the sandbox's process itself, after that
// process has given up its powers, or for controls in one that has given up nothing.

import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { INSTALLATION_ROOT } from '../../electron/session/installation.ts';
import { restrictingFlags } from '../../skills/sandbox/policy-process.ts';

/** A process that hangs is killed after this time, milliseconds. */
const PATIENCE_MS = 20_000;

/** A policy host and its program must not be told apart from outside: one file, which it alone may read. */
async function bundled(code: string, given: 'up' | 'nothing'): Promise<string> {
  const giveUp = "import { giveUpPowers } from './electron/policy-host/powers.ts';\ngiveUpPowers();\n";
  const result = await build({
    stdin: { contents: `${given === 'up' ? giveUp : ''}${code}`, resolveDir: INSTALLATION_ROOT, loader: 'js' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  });
  return result.outputFiles[0].text;
}

/** Runs code in a process like a policy host, or in a bare one; returns what it wrote to its standard output. */
export async function runBrokenOut(code: string, given: 'up' | 'nothing'): Promise<string> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'capstan-broken-out-')));
  try {
    const script = join(folder, 'host.mjs');
    writeFileSync(script, await bundled(code, given));
    const flags = given === 'up' ? restrictingFlags(script) : [];
    const child = spawn(process.execPath, [...flags, script], { stdio: ['ignore', 'pipe', 'ignore'] });
    const kill = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    let told = '';
    child.stdout.on('data', (data) => {
      told += data;
    });
    await new Promise((resolve) => child.once('close', resolve));
    clearTimeout(kill);
    return told;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
