// The page of the Chromium test: runs benchmark trials in the browser, with the very code the workers run, and gives
// their trace hashes back.

import { parseRig } from '../../drivers/rig/rig-file.ts';
import { fastPacer } from '../../drivers/simulated/pacer.ts';
import { runTrial } from '../../electron/session/trial.ts';
import { loadMujoco } from '../../sim/engine/mujoco.ts';
import { parseTask } from '../../sim/tasks/parse-task.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { QuickJsSandbox } from '../../skills/sandbox/quickjs-sandbox.ts';

export interface PageTrial {
  readonly taskText: string;
  readonly rigText: string;
  readonly source: string;
  readonly javascript: string;
  readonly seeds: readonly number[];
}

export interface PageResult {
  readonly seed: number;
  readonly success: boolean;
  readonly traceHash: string;
  readonly message: string;
}

async function runTrials({ taskText, rigText, source, javascript, seeds }: PageTrial): Promise<PageResult[]> {
  const mujoco = await loadMujoco((file) => `/${file}`);
  const wasm = await WebAssembly.compileStreaming(fetch('/quickjs.wasm'));
  const common = {
    mujoco,
    task: parseTask(taskText, 'task.yaml'),
    rig: parseRig(rigText, 'rig.yaml'),
    tier: 'S1' as const,
    sandbox: new QuickJsSandbox({ wasm }),
    modules: GUEST_MODULES,
    pacer: fastPacer(),
    nowS: () => performance.now() / 1000,
    onInternalError: (error: unknown) => console.error(error),
  };
  const results: PageResult[] = [];
  for (const seed of seeds) {
    const block = { name: 'block-1', source, javascript, loops: [] };
    const { success, traceHash, message } = await runTrial({ ...common, seed }, block);
    results.push({ seed, success, traceHash, message });
  }
  return results;
}

declare global {
  interface Window {
    runTrials: typeof runTrials;
  }
}

window.runTrials = runTrials;
