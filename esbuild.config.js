// Owns the build: bundles every process entry that exists into out/, and the texts that run inside the sandbox.
// Works offline. Must never need anything that `npm ci` did not bring.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Bundles that may read no other file at run time carry their packages inside. */
const SELF_CONTAINED = new Set(['policy-host']);

const POLICY_HOST = 'electron/policy-host/policy-host.ts';

/** Folders of electron/ that are processes; the others are parts of several. */
const PROCESS_FOLDER = /^(main|preload|serve|twin|.*-host)$/;

/**
 * Process entries by the name of their bundle, found by their place: the command line and the benchmarks, the file named
 * after its folder in electron/ where that is a process, and every file that ends in -worker.ts.
 */
function entries() {
  const found = new Map();
  const add = (file) => {
    if (existsSync(join(root, file))) found.set(basename(file, '.ts'), file);
  };
  add('electron/cli/capstan.ts');
  add('test/bench/bench.ts');
  for (const folder of readdirSync(join(root, 'electron'))) {
    if (PROCESS_FOLDER.test(folder)) add(`electron/${folder}/${folder}.ts`);
  }
  for (const top of ['sim', 'drivers', 'skills', 'electron']) {
    for (const file of readdirSync(join(root, top), { recursive: true })) {
      if (file.endsWith('-worker.ts')) add(`${top}/${file.replaceAll('\\', '/')}`);
    }
  }
  return found;
}

const GUEST_TEXTS = 'skills/sandbox/modules/guest-texts.json';

/** One TypeScript file and what it imports, as one ES module text for QuickJS. */
async function guestText(entry) {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    platform: 'neutral',
    logLevel: 'warning',
  });
  // esbuild heads each source with its path; a text that runs needs none of them.
  return result.outputFiles[0].text.replace(/^\/\/ .*\.ts\n/gm, '');
}

/** The .d.ts text of one TypeScript file whose exports all have written types. */
function declarationsOf(entry) {
  const source = readFileSync(join(root, entry), 'utf8');
  const { outputText, diagnostics } = ts.transpileDeclaration(source, {
    fileName: entry,
    compilerOptions: { target: ts.ScriptTarget.ES2023, isolatedDeclarations: true, stripInternal: true },
    reportDiagnostics: true,
  });
  if (diagnostics.length > 0) {
    throw new Error(`${entry}: ${ts.flattenDiagnosticMessageText(diagnostics[0].messageText, '\n')}`);
  }
  return outputText.replace(/^import .*\n/gm, '').replace(/^(\/\/.*\n)+/, '');
}

/**
 * The JSON of everything that runs inside the sandbox: the bridge, and each `capstan:` module of
 * skills/sandbox/modules as JavaScript and declarations.
 */
export async function buildGuestTexts() {
  const names = readdirSync(join(root, 'skills/sandbox/modules'))
    .filter((file) => file.endsWith('.ts') && file !== 'registry.ts')
    .map((file) => file.slice(0, -3))
    .sort();
  const modules = [];
  for (const name of names) {
    const entry = `skills/sandbox/modules/${name}.ts`;
    modules.push({
      specifier: `capstan:${name}`,
      javascript: await guestText(entry),
      declarations: declarationsOf(entry),
    });
  }
  return `${JSON.stringify({ bridge: await guestText('skills/sandbox/guest/bridge.ts'), modules }, null, 2)}\n`;
}

async function writeGuestTexts() {
  const path = join(root, GUEST_TEXTS);
  const text = await buildGuestTexts();
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
}

function bundle(name, entry, outdir) {
  const selfContained = SELF_CONTAINED.has(name);
  return build({
    absWorkingDir: root,
    entryPoints: { [name]: entry },
    outdir,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: selfContained ? 'bundle' : 'external',
    sourcemap: selfContained ? false : 'linked',
    minify: selfContained,
    legalComments: 'none',
    logLevel: 'warning',
  });
}

/** The process that runs policy programs, bundled on its own; tests put it where they like. */
export async function buildPolicyHost(outdir) {
  await bundle('policy-host', POLICY_HOST, outdir);
  return join(outdir, 'policy-host.js');
}

async function buildAll() {
  await writeGuestTexts();
  const outcomes = await Promise.allSettled(
    [...entries()].map(([name, entry]) => bundle(name, entry, join(root, 'out'))),
  );
  // esbuild has printed what is wrong; the other bundles are still worth having.
  if (outcomes.some((outcome) => outcome.status === 'rejected')) process.exitCode = 1;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await buildAll();
