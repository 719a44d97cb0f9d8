// Owns how an altered gate is made: its sources are altered as text, bundled, and loaded as a module of its own. Must
// never touch the sources on disk.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { GateModule } from '../gate-scenario.ts';
import type { Edit, Mutant } from './mutants.ts';

const GATE = fileURLToPath(new URL('../../../drivers/gate/gate.ts', import.meta.url));

/**
 * Loads the gate with one alteration, or with none.
 * @throws Error when the text to replace does not stand in the file exactly once
 */
export async function buildGate(mutant: Mutant | undefined): Promise<GateModule> {
  let altered = 0;
  const bundle = await build({
    entryPoints: [GATE],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    logLevel: 'silent',
    plugins: [
      {
        name: 'mutant',
        setup({ onLoad }) {
          onLoad({ filter: /[\\/]drivers[\\/]gate[\\/][^\\/]+\.ts$/ }, async ({ path }) => {
            const source = await readFile(path, 'utf8');
            const edits = mutant?.edits.filter(({ file }) => file === basename(path)) ?? [];
            altered += edits.length;
            return { contents: edits.reduce(apply, source), loader: 'ts' };
          });
        },
      },
    ],
  });
  if (altered !== (mutant?.edits.length ?? 0)) throw new Error(`the gate lacks a file of the mutant "${mutant?.name}"`);
  const folder = await mkdtemp(join(tmpdir(), 'capstan-gate-'));
  try {
    const file = join(folder, 'gate.mjs');
    await writeFile(file, bundle.outputFiles[0].text);
    return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as GateModule;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function apply(source: string, { file, find, replace }: Edit): string {
  const count = source.split(find).length - 1;
  if (count !== 1) throw new Error(`"${find}" stands ${count} times in ${file}: bring the mutant up to date`);
  return source.replace(find, () => replace);
}
