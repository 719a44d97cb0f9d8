// Owns the controls' machine: a bare Node process that runs a program as it is, with an API that does nothing but tell
// what it was called with. Must never be used outside of controls.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiFor } from '../../skills/api/policy-api.ts';

export interface BareCall {
  readonly name: string;
  readonly args: unknown[];
}

/** A program that hangs is killed after this time, milliseconds. */
const PATIENCE_MS = 20_000;

const NAMES = apiFor({ tier: 'S1', arms: 1 }).functions.map(({ name }) => name);

const API = `for (const name of ${JSON.stringify(NAMES)}) {
  globalThis[name] = async (...args) => {
    process.stdout.write(JSON.stringify({ name, args }) + '\\n');
    return { position: [0, 0, 0], quatWxyz: [0, 1, 0, 0], extent: [1, 1, 1] };
  };
}
`;

/** Runs a program with all that Node has; returns the calls it made. */
export async function runInBareNode(javascript: string, flags: readonly string[] = []): Promise<BareCall[]> {
  const folder = mkdtempSync(join(tmpdir(), 'capstan-control-'));
  try {
    const api = join(folder, 'api.mjs');
    const program = join(folder, 'program.mjs');
    writeFileSync(api, API);
    writeFileSync(program, `import ${JSON.stringify(api)};\n${javascript}`);
    const child = spawn(process.execPath, ['--no-warnings', ...flags, program], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const kill = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    let told = '';
    child.stdout.on('data', (data) => {
      told += data;
    });
    await new Promise((resolve) => child.once('close', resolve));
    clearTimeout(kill);
    return told
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as BareCall);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
