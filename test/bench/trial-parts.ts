// Owns what every section needs to run trials in this process: engine, task, rig, the checked expert.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fastPacer } from '../../drivers/simulated/pacer.ts';
import type { CheckedBlock } from '../../electron/session/cell.ts';
import { readExpert, readRig, readTask } from '../../electron/session/installation.ts';
import type { TrialOptions } from '../../electron/session/trial.ts';
import { loadMujoco } from '../../sim/engine/mujoco.ts';
import { apiFor } from '../../skills/api/policy-api.ts';
import { createChecker } from '../../skills/check/checker.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import type { PolicySandbox } from '../../skills/sandbox/policy-sandbox.ts';
import { QuickJsSandbox } from '../../skills/sandbox/quickjs-sandbox.ts';

export async function inProcessSandbox(): Promise<PolicySandbox> {
  const file = createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm');
  return new QuickJsSandbox({ wasm: await WebAssembly.compile(readFileSync(file)) });
}

export async function trialParts(
  taskName: string,
  sandbox: PolicySandbox,
): Promise<{ options: Omit<TrialOptions, 'seed'>; block: CheckedBlock }> {
  const { source } = readExpert(taskName, 'S1');
  const checker = createChecker(apiFor({ tier: 'S1', arms: 1 }), GUEST_MODULES);
  const checked = await checker.check({ source, blockName: 'block-1', session: { blocks: [] } });
  return {
    block: { name: 'block-1', source, javascript: checked.javascript, loops: checked.effects.loops },
    options: {
      mujoco: await loadMujoco(),
      task: readTask(taskName).task,
      rig: readRig().rig,
      tier: 'S1',
      sandbox,
      modules: GUEST_MODULES,
      pacer: fastPacer(),
      nowS: () => performance.now() / 1000,
      onInternalError: (error) => console.error(error),
    },
  };
}
