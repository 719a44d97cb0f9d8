// Trace hashes agree between Node and Chromium: the same trial, in two JavaScript engines.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fastPacer } from '../../drivers/simulated/pacer.ts';
import { INSTALLATION_ROOT, readExpert, readRig, readTask } from '../../electron/session/installation.ts';
import { runTrial } from '../../electron/session/trial.ts';
import { loadMujoco } from '../../sim/engine/mujoco.ts';
import { apiFor } from '../../skills/api/policy-api.ts';
import { createChecker } from '../../skills/check/checker.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { QuickJsSandbox } from '../../skills/sandbox/quickjs-sandbox.ts';
import { type OpenPage, openChromium } from './chromium-page.ts';
import type { PageTrial } from './trial-page.ts';

const require = createRequire(import.meta.url);
const quickjsWasm = require.resolve('quickjs-wasi/quickjs.wasm');
const mujocoFolder = dirname(require.resolve('@mujoco/mujoco'));

async function pageTrial(taskName: string, seeds: readonly number[]): Promise<PageTrial> {
  const { text: taskText } = readTask(taskName);
  const { source } = readExpert(taskName, 'S1');
  const checker = createChecker(apiFor({ tier: 'S1', arms: 1 }), GUEST_MODULES);
  const checked = await checker.check({ source, blockName: 'block-1', session: { blocks: [] } });
  return { taskText, rigText: readRig().text, source, javascript: checked.javascript, seeds };
}

async function hashesInNode(taskName: string, { source, javascript, seeds }: PageTrial): Promise<string[]> {
  const wasm = await WebAssembly.compile(readFileSync(quickjsWasm));
  const hashes: string[] = [];
  for (const seed of seeds) {
    const result = await runTrial(
      {
        mujoco: await loadMujoco(),
        task: readTask(taskName).task,
        rig: readRig().rig,
        tier: 'S1',
        seed,
        sandbox: new QuickJsSandbox({ wasm }),
        modules: GUEST_MODULES,
        pacer: fastPacer(),
        nowS: () => performance.now() / 1000,
        onInternalError: (error) => console.error(error),
      },
      { name: 'block-1', source, javascript, loops: [] },
    );
    hashes.push(result.traceHash);
  }
  return hashes;
}

describe('a trial in Chromium', () => {
  let open: OpenPage;

  beforeAll(async () => {
    const bundle = await build({
      absWorkingDir: INSTALLATION_ROOT,
      entryPoints: ['test/e2e/trial-page.ts'],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      target: 'es2023',
      external: ['module', 'node:*'],
      logLevel: 'error',
    });
    open = await openChromium({
      'index.html': '<!doctype html><title>trial</title><script type="module" src="/page.js"></script>',
      'page.js': bundle.outputFiles[0].text,
      'mujoco.wasm': readFileSync(join(mujocoFolder, 'mujoco.wasm')),
      'quickjs.wasm': readFileSync(quickjsWasm),
    });
    await open.page.waitForFunction(() => 'runTrials' in window);
  }, 180_000);

  afterAll(async () => {
    await open?.close();
  });

  for (const task of ['cube-lift', 'cube-stack', 'cube-restack']) {
    it(`moves ${task} bit for bit as in Node`, async () => {
      const trial = await pageTrial(task, [0, 7]);
      const inChromium = await open.page.evaluate((what) => window.runTrials(what), trial);
      expect(inChromium.map(({ success, message }) => (success ? 'success' : message))).toEqual(['success', 'success']);
      expect(inChromium.map(({ traceHash }) => traceHash)).toEqual(await hashesInNode(task, trial));
    }, 120_000);
  }
});
