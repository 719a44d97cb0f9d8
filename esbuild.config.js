// Owns the build: bundles every process entry that exists into out/, the console's page into out/console/, and the texts
// that run inside the sandbox.
// Works offline. Must never need anything that `npm ci` did not bring.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Bundles that may read no other file at run time carry their packages inside. */
const SELF_CONTAINED = new Set(['policy-host', 'main', 'preload']);

/** A sandboxed preload script is no module. */
const CLASSIC_SCRIPTS = new Set(['preload']);

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

const MODULES = 'skills/sandbox/modules';
const LIBRARY = 'skills/library/entries';

/** Where the texts that run inside the sandbox go: made here, imported like sources, kept out of the repository. */
const BRIDGE_FILE = 'skills/sandbox/guest/bridge-text.json';
const MODULES_FILE = `${MODULES}/module-texts.json`;

/** Modules made of packages: as small as they can be, since nobody reads them. */
const MADE_OF_PACKAGES = new Set(['linalg', 'geometry']);

/** What runs inside the sandbox, as one ES module text for QuickJS; modules of ours are imported, not repeated. */
async function guestText(input, made = 'readable') {
  const result = await build({
    absWorkingDir: root,
    ...input,
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    external: ['capstan:*'],
    minify: made === 'minified',
    legalComments: 'none',
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
  return outputText.replace(/^(\/\/.*\n)+/, '');
}

const IMPORT_LINE = /^import .*\n/gm;

async function moduleOfFile(name) {
  const entry = `${MODULES}/${name}.ts`;
  return {
    specifier: `capstan:${name}`,
    javascript: await guestText({ entryPoints: [entry] }, MADE_OF_PACKAGES.has(name) ? 'minified' : 'readable'),
    declarations: declarationsOf(entry).replace(IMPORT_LINE, ''),
  };
}

/** The promoted skills of the library; skills/library/load-library.ts is the one that checks them. */
function promotedSkills() {
  return readdirSync(join(root, LIBRARY))
    .sort()
    .filter((name) => existsSync(join(root, LIBRARY, name, 'skill.json')))
    .map((name) => ({
      entry: `./${name}/skill.ts`,
      record: JSON.parse(readFileSync(join(root, LIBRARY, name, 'skill.json'), 'utf8')),
    }))
    .filter(({ record }) => record.state === 'promoted');
}

/** Declarations of several skills as one: types that stand in more than one of them are named once. */
function mergedDeclarations(texts) {
  const imports = new Map();
  const types = new Map();
  const functions = [];
  for (const text of texts) {
    for (const [, names, specifier] of text.matchAll(/^import (?:type )?{ (.*) } from '(.*)';$/gm)) {
      const known = imports.get(specifier) ?? new Set();
      // Values of other modules do not show in declarations.
      for (const name of names.split(', ')) known.add(name.replace(/^type /, ''));
      imports.set(specifier, known);
    }
    const body = text.replace(IMPORT_LINE, '').replace(/^export {};\n/gm, '');
    for (const [whole] of body.matchAll(
      /(?:^\/\*\*[\s\S]*?\*\/\n)?^export [\s\S]*?;\n(?=\/\*\*|export |$(?![\s\S]))/gm,
    )) {
      const type = /^export (?:type|interface) (\w+)/m.exec(whole);
      if (!type) functions.push(whole);
      else if ((types.get(type[1]) ?? whole) === whole) types.set(type[1], whole);
      else throw new Error(`two skills mean different things by the type ${type[1]}`);
    }
  }
  const rest = [...types.values(), ...functions].join('');
  const lines = [...imports].map(([specifier, names]) => {
    const used = [...names].filter((name) => new RegExp(`\\b${name}\\b`).test(rest)).sort();
    return used.length === 0 ? '' : `import type { ${used.join(', ')} } from '${specifier}';\n`;
  });
  return lines.join('') + rest;
}

async function moduleOfSkills() {
  const skills = promotedSkills();
  const contents = skills.map(({ entry, record }) => `export { ${record.exports.join(', ')} } from '${entry}';\n`);
  return {
    specifier: 'capstan:skills',
    javascript: await guestText({ stdin: { contents: contents.join(''), resolveDir: join(root, LIBRARY) } }),
    declarations: mergedDeclarations(skills.map(({ entry }) => declarationsOf(`${LIBRARY}/${entry.slice(2)}`))),
  };
}

/**
 * The JSON of everything that runs inside the sandbox, by file: the bridge; and each `capstan:` module, as JavaScript and
 * declarations: those of skills/sandbox/modules, and `capstan:skills` of the promoted skills of the library.
 */
export async function buildGuestTexts() {
  const names = readdirSync(join(root, MODULES))
    .filter((file) => file.endsWith('.ts') && file !== 'registry.ts')
    .map((file) => file.slice(0, -3));
  const made = await Promise.all([...names.map(moduleOfFile), moduleOfSkills()]);
  const modules = made.sort((a, b) => (a.specifier < b.specifier ? -1 : 1));
  const bridge = await guestText({ entryPoints: ['skills/sandbox/guest/bridge.ts'] });
  const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
  return { [BRIDGE_FILE]: json({ bridge }), [MODULES_FILE]: json({ modules }) };
}

/** Makes the texts anew where they are not those of the sources. Safe when several do it at once. */
export async function writeGuestTexts() {
  for (const [file, text] of Object.entries(await buildGuestTexts())) {
    const path = join(root, file);
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
    const fresh = `${path}.${process.pid}`;
    writeFileSync(fresh, text);
    renameSync(fresh, path);
  }
}

/** What the test runner does before the tests. */
export const setup = writeGuestTexts;

function bundle(name, entry, outdir) {
  const selfContained = SELF_CONTAINED.has(name);
  const classic = CLASSIC_SCRIPTS.has(name);
  return build({
    absWorkingDir: root,
    entryPoints: { [name]: entry },
    outdir,
    bundle: true,
    platform: 'node',
    format: classic ? 'cjs' : 'esm',
    outExtension: classic ? { '.js': '.cjs' } : {},
    target: 'node20',
    packages: selfContained ? 'bundle' : 'external',
    external: ['electron'],
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

const CONSOLE = 'renderer/app/main.tsx';
/** What the page needs as it is. */
const CONSOLE_FILES = ['index.html', 'icon.svg', 'sample-episode.mcap'];

/** Entries of the console's page: the application, and every file of renderer/ that ends in -worker.ts. */
function consoleEntries() {
  const found = { app: CONSOLE };
  for (const file of readdirSync(join(root, 'renderer'), { recursive: true })) {
    if (file.endsWith('-worker.ts')) found[basename(file, '.ts')] = `renderer/${file.replaceAll('\\', '/')}`;
  }
  return found;
}

/**
 * The console's page: static files that any browser of the last two years runs, with no source and no path of ours in
 * them. The entries keep their names, so whoever serves them says `cache-control: no-cache`.
 */
export async function buildConsole(outdir) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: consoleEntries(),
    outdir,
    bundle: true,
    splitting: true,
    chunkNames: 'part-[hash]',
    platform: 'browser',
    format: 'esm',
    target: ['chrome122', 'firefox128', 'safari17.4'],
    jsx: 'automatic',
    minify: true,
    sourcemap: false,
    legalComments: 'none',
    logLevel: 'warning',
    define: { 'process.env.NODE_ENV': '"production"' },
    // Before the first schema of any part is made: the page's policy forbids eval, and schemas try it unless told not to.
    // Parts that several entries share run before the entries do, so an import in an entry would come too late.
    banner: { js: '(globalThis.__zod_globalConfig ??= {}).jitless = true;' },
    write: false,
  });
  const files = new Map(outputFiles.map(({ path, contents }) => [relative(outdir, path), contents]));
  // The page has one style sheet: that of panels, which are loaded later, would be named nowhere.
  const sheets = [...files.keys()]
    .filter((file) => file.endsWith('.css'))
    .sort((a, b) => (a === 'app.css' ? -1 : b === 'app.css' ? 1 : 0));
  files.set('app.css', sheets.map((file) => Buffer.from(files.get(file)).toString('utf8')).join('\n'));
  for (const file of sheets) if (file !== 'app.css') files.delete(file);
  for (const file of CONSOLE_FILES) files.set(file, readFileSync(join(root, dirname(CONSOLE), file)));
  mkdirSync(outdir, { recursive: true });
  for (const [file, contents] of files) {
    const fresh = join(outdir, `${file}.${process.pid}`);
    writeFileSync(fresh, contents);
    renameSync(fresh, join(outdir, file));
  }
  await buildRobotShells(outdir);
  // Parts of earlier builds would otherwise pile up.
  for (const file of readdirSync(outdir))
    if (/^part-\w+\.(js|css)$/.test(file) && !files.has(file)) rmSync(join(outdir, file), { force: true });
}

const ROBOT_SHELLS = 'sim/robots/panda/shell-file.ts';

/**
 * How the robot looks, as one file beside the page: the page may not build it from its measures. Made anew only where
 * what makes it has changed.
 */
export async function buildRobotShells(outdir) {
  const maker = await build({
    absWorkingDir: root,
    entryPoints: [ROBOT_SHELLS],
    bundle: true,
    write: false,
    platform: 'neutral',
    format: 'esm',
    target: 'es2023',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  const { text } = maker.outputFiles[0];
  const recipe = createHash('sha256').update(text).digest('hex');
  const path = join(outdir, 'panda.bin');
  const made = [path, join(root, 'out', 'console', 'panda.bin')]
    .filter((one) => existsSync(one))
    .map((one) => ({ path: one, bytes: readFileSync(one) }))
    .find(({ bytes }) => bytes.subarray(0, 200).includes(recipe));
  if (made?.path === path) return;
  const { pandaShellFile } =
    made === undefined ? await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`) : {};
  mkdirSync(outdir, { recursive: true });
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, made?.bytes ?? pandaShellFile(recipe));
  renameSync(fresh, path);
}

async function buildAll() {
  await writeGuestTexts();
  const outcomes = await Promise.allSettled([
    ...[...entries()].map(([name, entry]) => bundle(name, entry, join(root, 'out'))),
    buildConsole(join(root, 'out', 'console')),
  ]);
  // esbuild has printed what is wrong; the other bundles are still worth having.
  if (outcomes.some((outcome) => outcome.status === 'rejected')) process.exitCode = 1;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await buildAll();
