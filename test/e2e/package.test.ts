// Makes the desktop package with the real packager around a stand-in for Electron's binary, and looks at what came out:
// what is in it, which fuses are blown, and that the packed runtime works by itself, away from the repository.

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { extractFile, listPackage } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { build, Platform } from 'electron-builder';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { INSTALLATION_ROOT } from '../../electron/session/installation.ts';

/** What the fuses lie behind in Electron's binary: their count follows, and one character each. */
const FUSE_SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const FUSES = 9;

const folder = mkdtempSync(join(tmpdir(), 'capstan-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const unpacked = join(folder, 'package', 'linux-unpacked');
const resources = join(unpacked, 'resources');
/** Where it is used: nothing of the repository lies above it. */
const installed = join(folder, 'elsewhere');
let archived: readonly string[] = [];

beforeAll(async () => {
  const dist = join(folder, 'electron');
  mkdirSync(join(dist, 'resources'), { recursive: true });
  const fuses = [FUSE_SENTINEL, String.fromCharCode(1, FUSES), '1'.repeat(FUSES)].join('');
  writeFileSync(join(dist, 'electron'), `\x7fELF${'\0'.repeat(64)}${fuses}${'\0'.repeat(64)}`, { mode: 0o755 });
  for (const file of ['version', 'LICENSE', 'LICENSES.chromium.html', 'chrome-sandbox']) {
    writeFileSync(join(dist, file), file === 'version' ? '45.4.1' : '');
  }
  // The configuration is the file at the root, read and validated against its schema by the packager itself.
  await build({
    projectDir: INSTALLATION_ROOT,
    targets: Platform.LINUX.createTarget('dir'),
    publish: 'never',
    config: { extends: 'electron-builder.yml', electronDist: dist, directories: { output: join(folder, 'package') } },
  });
  archived = listPackage(join(resources, 'app.asar'), { isPack: false }).map((path) => path.replaceAll('\\', '/'));
  cpSync(resources, join(installed, 'resources'), { recursive: true });
});

/** Every file beside the archive, with forward slashes. */
function beside(): string[] {
  const root = join(resources, 'app.asar.unpacked');
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    );
}

describe('the desktop package', () => {
  test('holds the window in the archive, and what runs under its own Node beside it', () => {
    for (const file of ['/out/main.js', '/out/preload.cjs', '/out/console/index.html', '/package.json']) {
      expect(archived).toContain(file);
    }
    const runtime = beside();
    for (const file of [
      'package.json',
      'out/capstan.js',
      'out/robot-host.js',
      'out/policy-host.js',
      'sim/tasks/cube-lift/task.yaml',
      'node_modules/@mujoco/mujoco/mujoco.wasm',
      'node_modules/quickjs-wasi/quickjs.wasm',
      'node_modules/typescript/lib/lib.es2023.d.ts',
    ]) {
      expect(runtime).toContain(file);
    }
    // An unpacked main script would lie outside of what the archive's integrity covers.
    expect(runtime).not.toContain('out/main.js');
    expect(existsSync(join(resources, 'node', 'node'))).toBe(true);
  });

  test('holds no source of ours but programs, no test, no map, no key', () => {
    const ours = [...archived.map((path) => path.slice(1)), ...beside()].filter(
      (path) => !path.startsWith('node_modules'),
    );
    const sources = ours.filter((path) => /\.tsx?$/.test(path));
    expect(sources.filter((path) => !/^skills\/(experts|library\/entries)\//.test(path))).toEqual([]);
    expect(
      ours.filter((path) => /\.map$|^(test|shared|docs|renderer|electron)\/|(^|\/)\.(git|env)/.test(path)),
    ).toEqual([]);
    const secret = /sk-[A-Za-z0-9_-]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY/;
    for (const path of beside().filter((one) => !one.startsWith('node_modules'))) {
      expect(secret.test(readFileSync(join(resources, 'app.asar.unpacked', path), 'latin1')), path).toBe(false);
    }
    const main = extractFile(join(resources, 'app.asar'), 'out/main.js').toString('latin1');
    expect(secret.test(main)).toBe(false);
    expect(main).not.toContain(dirname(INSTALLATION_ROOT));
  });

  test('carries native modules outside of the archive only', () => {
    const natives = archived.filter((path) => path.endsWith('.node'));
    for (const path of natives) expect(beside()).toContain(path.slice(1));
  });

  test('has its fuses blown', async () => {
    const wire = await getCurrentFuseWire(join(unpacked, 'capstan'));
    const off = [
      FuseV1Options.RunAsNode,
      FuseV1Options.EnableNodeOptionsEnvironmentVariable,
      FuseV1Options.EnableNodeCliInspectArguments,
      FuseV1Options.GrantFileProtocolExtraPrivileges,
    ];
    const on = [
      FuseV1Options.EnableCookieEncryption,
      FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
      FuseV1Options.OnlyLoadAppFromAsar,
    ];
    for (const fuse of off) expect(wire[fuse], FuseV1Options[fuse]).toBe(FuseState.DISABLE);
    for (const fuse of on) expect(wire[fuse], FuseV1Options[fuse]).toBe(FuseState.ENABLE);
  });

  test('runs a program with the Node it carries, away from the repository', () => {
    const node = join(installed, 'resources', 'node', 'node');
    const root = join(installed, 'resources', 'app.asar.unpacked');
    const words = ['run', 'cube-lift', '--policy', 'expert', '--approve', 'auto', '--json'];
    const stdout = execFileSync(node, [join(root, 'out', 'capstan.js'), ...words], {
      cwd: installed,
      env: { PATH: '', CAPSTAN_HOME: join(folder, 'home') },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(JSON.parse(stdout)).toMatchObject({ success: true });
  });
});
