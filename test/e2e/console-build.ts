// The console's page for tests: built once per file into a folder of its own, as `npm run build` makes it.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface BuiltConsole {
  readonly folder: string;
  dispose(): void;
}

export async function builtConsole(): Promise<BuiltConsole> {
  const { buildConsole } = (await import(pathToFileURL(resolve('esbuild.config.js')).href)) as {
    buildConsole: (outdir: string) => Promise<void>;
  };
  const folder = mkdtempSync(join(tmpdir(), 'capstan-console-'));
  await buildConsole(folder);
  return { folder, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}
